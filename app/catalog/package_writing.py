"""Write an AICC course package that any LMS reads: level 1, UTF-8, CRLF, every value in quotes. Sans-I/O.

AICC CMI001 v4.0 chapter 7. Old readers take neither a byte order mark nor a line break inside of a value.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from app.catalog.package import Package, PackageUnit

_SYSTEM = "Waymark"
_HEADER_LINE = re.compile(r"^\s*\[(.*)\]\s*$", re.MULTILINE)


def write_package(package: Package) -> dict[str, bytes]:
    """Return the files of a package by extension; what its `units` say goes out as it is."""
    files = {
        "crs": _write_course(package),
        "au": _write_table(_AU_HEAD, (_unit_cells(unit) for unit in package.units)),
        "des": _write_table(_DES_HEAD, (_description_cells(unit) for unit in package.units)),
        "cst": _write_structure(package.units),
    }
    return {extension: text.encode("utf-8", "replace") for extension, text in files.items()}


_AU_HEAD = (
    "System_ID",
    "Type",
    "Command_Line",
    "File_Name",
    "Max_Score",
    "Mastery_Score",
    "Max_Time_Allowed",
    "Time_Limit_Action",
    "System_Vendor",
    "Core_Vendor",
    "Web_Launch",
    "AU_Password",
)
_DES_HEAD = ("System_ID", "Developer_ID", "Title", "Description")


def _write_course(package: Package) -> str:
    keywords = (
        ("Course_Creator", _SYSTEM),
        ("Course_ID", package.course_id),
        ("Course_System", _SYSTEM),
        ("Course_Title", package.title),
        ("Level", "1"),
        ("Max_Fields_CST", str(1 + len(package.units))),
        ("Total_AUs", str(len(package.units))),
        ("Total_Blocks", "0"),
        ("Version", "4.0"),
    )
    lines = ["[Course]", *(f"{name}={_one_line(value)}" for name, value in keywords)]
    lines += ["[Course_Behavior]", "Max_Normal=99", "[Course_Description]"]
    # A line of the description must not begin a section.
    if package.description:
        lines += _HEADER_LINE.sub(r"(\1)", package.description).split("\n")
    return "\r\n".join(lines) + "\r\n"


def _unit_cells(unit: PackageUnit) -> Sequence[str]:
    return (
        unit.system_id,
        "lesson",
        "",
        unit.launch_url or "",
        _number(unit.max_score),
        _number(unit.mastery_score),
        unit.max_time_allowed or "",
        unit.time_limit_action or "",
        _SYSTEM,
        unit.core_vendor,
        unit.web_launch,
        unit.au_password,
    )


def _description_cells(unit: PackageUnit) -> Sequence[str]:
    return (unit.system_id, unit.system_id, unit.title, unit.title)


def _write_structure(units: Sequence[PackageUnit]) -> str:
    head = ("Block", *("Member" for _ in units))
    return _write_table(head, [("ROOT", *(unit.system_id for unit in units))])


def _write_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = (",".join(_quote(cell) for cell in row) for row in (head, *rows))
    return "\r\n".join(lines) + "\r\n"


def _quote(cell: str) -> str:
    return '"' + _one_line(cell).replace('"', '""') + '"'


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.10g}"
