"""An AICC course package: which files belong together, and the course that they describe. Sans-I/O.

AICC CMI001 v4.0 chapter 7. A package is the files of one folder that share a name. Levels 1 to 3 are read; of
levels 2 and 3 what is beyond level 1 (objectives, prerequisites, completion rules) is passed over.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from app.catalog.course_rules import MAX_TEXT, BadCourse, check_launch_url, check_unit_fields, clean_title
from app.catalog.identifiers import find_in_launch_url, normalise_identifier
from app.catalog.package_files import Problem, Row, Severity, Table, read_course_file, read_table
from app.catalog.package_structure import order_units
from app.catalog.package_text import decode_text

EXTENSIONS = ("crs", "au", "des", "cst", "ort", "pre", "cmp")
MAX_UNITS = 500

_AU_COLUMNS = (
    "system_id",
    "type",
    "command_line",
    "file_name",
    "max_score",
    "mastery_score",
    "max_time_allowed",
    "time_limit_action",
    "system_vendor",
    "core_vendor",
    "web_launch",
    "au_password",
)
_DES_COLUMNS = ("system_id", "developer_id", "title", "description")
_IRI = re.compile(r"[a-z][a-z0-9+.-]{0,30}:\S+", re.IGNORECASE | re.ASCII)
_TIME = re.compile(r"([0-9]{1,4}):([0-5]?[0-9])(?::([0-5]?[0-9])(?:\.[0-9]{1,6})?)?", re.ASCII)
_ACTIONS = {"e": "exit", "c": "continue", "m": "message", "n": "no message"}
_GROUP_HEADER = re.compile(r"\s*\[[^\[\]]*\].*")


@dataclass(frozen=True, slots=True)
class PackageUnit:
    """An assignable unit as its package describes it; None and "" where it says nothing."""

    system_id: str
    title: str
    launch_url: str | None
    web_launch: str = ""
    core_vendor: str = ""
    mastery_score: float | None = None
    max_score: float | None = None
    max_time_allowed: str | None = None
    time_limit_action: str | None = None
    au_password: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Package:
    """One course of an upload; with an error among `problems` it cannot be taken, and nothing of it is.

    A fragment is what has AICC's extensions and holds no course: a structure file left over somewhere.
    """

    name: str
    title: str = ""
    course_id: str = ""
    description: str = ""
    units: tuple[PackageUnit, ...] = ()
    problems: tuple[Problem, ...] = ()
    is_fragment: bool = False

    @property
    def is_usable(self) -> bool:
        return not any(each.severity is Severity.ERROR for each in self.problems)

    @property
    def is_course_id_global(self) -> bool:
        """True when the Course_ID is an address or URN: a plain number or word means nothing elsewhere."""
        return _IRI.fullmatch(self.course_id) is not None

    @property
    def identifiers(self) -> tuple[str, ...]:
        """What messages may call this course, the surest first: LinkedIn's URN, its address, the Course_ID.

        An address that differs between the units names a unit, not the course.
        """
        told = {find_in_launch_url(unit.launch_url or "") for unit in self.units}
        from_url = told.pop() if len(told) == 1 else ()
        own = (normalise_identifier(self.course_id),) if self.is_course_id_global else ()
        urns = [each for each in (*own, *from_url) if each.startswith("urn:li:lynda")]
        return tuple(dict.fromkeys((*urns, *from_url, *own)))


def split_name(path: str) -> tuple[str, str] | None:
    """Return the package's name, folder and all, and the extension of one of its files; None for others."""
    pure = PurePosixPath(path.replace("\\", "/"))
    extension = pure.suffix[1:].lower()
    if extension not in EXTENSIONS or pure.name.startswith("._"):
        return None
    return str(pure.with_suffix("")), extension


def group_names(paths: Iterable[str]) -> dict[str, dict[str, str]]:
    """Return which files make up which package: path by extension by the package's name in lower case.

    Of two files that differ in the case of their names alone, the first counts.
    """
    groups: dict[str, dict[str, str]] = {}
    for path in paths:
        split = split_name(path)
        if split is not None:
            groups.setdefault(split[0].casefold(), {}).setdefault(split[1], path)
    return groups


def read_package(name: str, files: Mapping[str, tuple[str, bytes]]) -> Package:
    """Read one package from its files: path and bytes by extension."""
    missing = [
        Problem(Severity.ERROR, f"{name}.{extension}", None, f"there is no .{extension} file")
        for extension in ("crs", "au")
        if extension not in files
    ]
    if missing:
        return Package(name, problems=tuple(missing), is_fragment=len(missing) == 2)
    return _Reader(name, files).read()


class _Reader:
    """Puts one package together and remembers what is wrong with it."""

    def __init__(self, name: str, files: Mapping[str, tuple[str, bytes]]) -> None:
        self.name = name
        self.files = files
        self.problems: list[Problem] = []

    def read(self) -> Package:
        course = read_course_file(self._text("crs"))
        descriptions = self._read_descriptions()
        units = tuple(self._read_units(course.behavior, descriptions))
        if not units and not self._has_error():
            self._blame(Severity.ERROR, "au", None, "the file names no assignable unit")
        units = order_units(units, self._table("cst", ("block", "member")))
        return Package(
            self.name,
            title=self._title(course.course, units),
            course_id=self._course_id(course.course),
            description=course.description[:MAX_TEXT],
            units=units,
            problems=tuple(self.problems),
        )

    def _title(self, course: Mapping[str, str], units: tuple[PackageUnit, ...]) -> str:
        title = clean_title(course.get("course_title", ""))
        if title:
            return title
        other = units[0].title if units else PurePosixPath(self.name).name
        self._blame(Severity.WARNING, "crs", None, f"no Course_Title; the course is called {other[:100]}")
        return other

    def _course_id(self, course: Mapping[str, str]) -> str:
        course_id = course.get("course_id", "").strip()
        if not course_id:
            course_id = PurePosixPath(self.name).name
            self._blame(Severity.WARNING, "crs", None, "no Course_ID; the file's name stands for it")
        return course_id

    def _read_descriptions(self) -> dict[str, str]:
        if "des" not in self.files:
            self._blame(Severity.WARNING, "des", None, "there is no .des file; units are called by their ids")
            return {}
        rows = self._table("des", _DES_COLUMNS).rows
        return {row.values.get("system_id", "").casefold(): row.values.get("title", "") for row in rows}

    def _read_units(
        self, behavior: Mapping[str, str], descriptions: Mapping[str, str]
    ) -> Iterator[PackageUnit]:
        table = self._table("au", _AU_COLUMNS)
        for column in ("system_id", "file_name"):
            if column not in table.columns:
                self._blame(Severity.ERROR, "au", None, f"there is no column {column}")
                return
        if len(table.rows) > MAX_UNITS:
            self._blame(Severity.ERROR, "au", None, f"more than {MAX_UNITS} assignable units")
            return
        seen: set[str] = set()
        for row in table.rows:
            system_id = row.values.get("system_id", "")[:255]
            if not system_id or system_id.casefold() in seen:
                what = f"the System_ID {system_id} stands twice" if system_id else "a row without System_ID"
                self._blame(Severity.ERROR, "au", row.line, what)
                continue
            seen.add(system_id.casefold())
            yield self._read_unit(row, system_id, behavior, descriptions)

    def _read_unit(
        self, row: Row, system_id: str, behavior: Mapping[str, str], descriptions: Mapping[str, str]
    ) -> PackageUnit:
        def told(name: str) -> str:
            return row.values.get(name, "") or behavior.get(name, "")

        return PackageUnit(
            system_id,
            clean_title(descriptions.get(system_id.casefold(), "")) or system_id,
            self._launch_url(row),
            web_launch=self._own_text(row, "web_launch", row.values.get("web_launch", "").replace("\n", "")),
            core_vendor=self._own_text(row, "core_vendor", self._core_vendor(row)),
            mastery_score=self._number(row, "Mastery_Score", told("mastery_score")),
            max_score=self._number(row, "Max_Score", told("max_score")),
            max_time_allowed=self._time(row, told("max_time_allowed")),
            time_limit_action=self._action(row, told("time_limit_action")),
            au_password=self._own_text(row, "au_password", row.values.get("au_password", "")),
        )

    def _launch_url(self, row: Row) -> str | None:
        address = row.values.get("file_name", "")
        if not address:
            self._blame(Severity.ERROR, "au", row.line, "File_Name is empty: there is nothing to launch")
            return None
        if not _IRI.fullmatch(address.split("?")[0]) and not address.startswith("//"):
            self._blame(
                Severity.WARNING,
                "au",
                row.line,
                f"{address[:100]} lies inside a package, and content is not served from here:"
                " give the course a launch URL",
            )
            return None
        try:
            return check_launch_url(address)
        except BadCourse as error:
            self._blame(Severity.ERROR, "au", row.line, f"{error} ({address[:100]})")
            return None

    def _core_vendor(self, row: Row) -> str:
        lines = re.split(r"<cr>|\n", row.values.get("core_vendor", ""), flags=re.IGNORECASE)
        kept = [line for line in lines if not _GROUP_HEADER.fullmatch(line)]
        if len(kept) < len(lines):
            # Content would take it for a group of our own reply.
            self._blame(
                Severity.WARNING, "au", row.line, "a line of Core_Vendor that opens a group is left out"
            )
        return "<CR>".join(kept)

    def _number(self, row: Row, name: str, text: str) -> float | None:
        if not text:
            return None
        try:
            value = float(text)
            check_unit_fields({name.lower(): value})
        except ValueError:
            self._blame(
                Severity.WARNING, "au", row.line, f"{name} {text[:40]} is no score and is passed over"
            )
            return None
        return value

    def _time(self, row: Row, text: str) -> str | None:
        found = _TIME.fullmatch(text)
        if found is not None:
            hours, minutes, seconds = (int(part or 0) for part in found.groups())
            return f"{hours:02}:{minutes:02}:{seconds:02}"
        if text:
            self._blame(
                Severity.WARNING,
                "au",
                row.line,
                f"Max_Time_Allowed {text[:40]} is not written HH:MM:SS and is passed over",
            )
        return None

    def _action(self, row: Row, text: str) -> str | None:
        words = [_ACTIONS.get(word.strip()[:1].lower(), "") for word in re.split("[,;]", text)]
        action = ",".join(word for word in words if word)
        if action:
            try:
                return str(check_unit_fields({"time_limit_action": action})["time_limit_action"])
            except BadCourse:
                action = ""
        if text:
            self._blame(
                Severity.WARNING,
                "au",
                row.line,
                f"Time_Limit_Action {text[:40]} means nothing and is passed over",
            )
        return None

    def _own_text(self, row: Row, name: str, text: str) -> str:
        try:
            return str(check_unit_fields({name: text})[name])
        except BadCourse as error:
            self._blame(Severity.ERROR, "au", row.line, str(error))
            return ""

    def _table(self, extension: str, known: tuple[str, ...]) -> Table:
        if extension not in self.files:
            return Table()
        table = read_table(self._text(extension), self.files[extension][0], known=known)
        # The order of units is no reason to keep a course out.
        is_needed = extension != "cst"
        self.problems += (
            each if is_needed else replace(each, severity=Severity.WARNING) for each in table.problems
        )
        return table

    def _text(self, extension: str) -> str:
        return decode_text(self.files[extension][1])

    def _has_error(self) -> bool:
        return any(each.severity is Severity.ERROR for each in self.problems)

    def _blame(self, severity: Severity, extension: str, line: int | None, text: str) -> None:
        file = self.files[extension][0] if extension in self.files else f"{self.name}.{extension}"
        self.problems.append(Problem(severity, file, line, text))
