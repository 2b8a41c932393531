"""The files of a course structure, read leniently (AICC CMI001 v4.0 chapter 7). Sans-I/O.

`.crs` is an ini file whose description is free text; the others are tables of comma-separated values whose
first line names the columns, in any order.
"""

from __future__ import annotations

import csv
import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

MAX_ROWS = 20_000
# A value that spans more lines than this is a quotation mark that was never closed.
MAX_LINES_OF_A_ROW = 500
# Python's reader has a limit of its own, but it is one of the whole process, which others move.
MAX_VALUE_CHARACTERS = 100_000
MAX_ROW_CHARACTERS = 131_072
_MOST_PROBLEMS = 20
# Of a table of members only the first two columns mean different things.
_MOST_COLUMNS = 64

_SECTION = re.compile(r"\[[ \t]*(course|course_behaviou?r|course_description)[ \t]*\]", re.IGNORECASE)


class Severity(StrEnum):
    """An error keeps the course out; a warning says what was made of it."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a file, and in which line when it is one; fit for an admin."""

    severity: Severity
    file: str
    line: int | None
    text: str

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        return f"{place}: {self.text}"


@dataclass(frozen=True, slots=True)
class CourseFile:
    """A `.crs` file: keywords of `[Course]` and `[Course_Behavior]` in lower case, and the description."""

    course: Mapping[str, str]
    behavior: Mapping[str, str]
    description: str


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table: its values by column, and all of its cells in order."""

    line: int
    values: Mapping[str, str]
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A file of comma-separated values."""

    columns: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    problems: tuple[Problem, ...] = ()


def read_course_file(text: str) -> CourseFile:
    """Read a `.crs` file; any text is accepted, the first of two equal keywords counts.

    The description may hold blank lines, `=` and anything in brackets: only the header of a section that AICC
    defines ends it.
    """
    sections: dict[str, dict[str, str]] = {"course": {}, "course_behavior": {}}
    description: list[str] = []
    section = ""
    for line in text.split("\n"):
        header = _SECTION.fullmatch(line.strip()) if "[" in line else None
        if header is not None:
            section = header.group(1).lower().replace("behaviour", "behavior")
        elif section == "course_description":
            description.append(line.rstrip())
        elif section and not line.lstrip().startswith(";"):
            name, equals, value = line.partition("=")
            if equals:
                sections[section].setdefault(_normalise(name), _unquote(value.strip()))
    return CourseFile(sections["course"], sections["course_behavior"], "\n".join(description).strip())


def read_table(text: str, file: str, *, known: Sequence[str]) -> Table:
    """Read a table; `known` are the columns it may have, by which misspelt names are recognised.

    A row may be shorter or longer than the first line. What cannot be read is a problem with its line, and
    reading goes on in the next.
    """
    problems: list[Problem] = []
    records = _read_records(text, file, problems)
    first = next(records, None)
    if first is None:
        return Table(problems=tuple(problems))
    columns = _name_columns(first, file, known, problems)
    rows = tuple(_to_row(line, values, columns) for line, values in records)
    return Table(columns, rows, tuple(problems[:_MOST_PROBLEMS]))


def _read_records(text: str, file: str, problems: list[Problem]) -> Iterator[tuple[int, list[str]]]:
    """Yield the records with the number of their first line; a quoted value may hold line breaks."""
    lines = text.split("\n")
    position = count = 0
    while position < len(lines):
        line_number = position + 1
        record, length = _join_record(lines, position)
        position += length
        if not record.strip():
            continue
        count += 1
        if count > MAX_ROWS:
            problems.append(Problem(Severity.ERROR, file, line_number, f"more than {MAX_ROWS} rows"))
            return
        if record.count('"') % 2:
            problems.append(
                Problem(Severity.ERROR, file, line_number, "a quotation mark is opened and never closed")
            )
            continue
        try:
            values = next(csv.reader([record], skipinitialspace=True))
        except csv.Error as error:
            problems.append(Problem(Severity.ERROR, file, line_number, f"the line cannot be read: {error}"))
            continue
        if max(map(len, values), default=0) > MAX_VALUE_CHARACTERS:
            reason = f"a value is longer than {MAX_VALUE_CHARACTERS} characters"
            problems.append(Problem(Severity.ERROR, file, line_number, reason))
            continue
        yield line_number, [value.strip() for value in values]


def _join_record(lines: Sequence[str], start: int) -> tuple[str, int]:
    """Return the record that begins in a line, and over how many lines it goes: until all quotes are closed.

    One that is never closed is its first line alone, so that it does not swallow the rest of the file.
    """
    marks = lines[start].count('"')
    size = len(lines[start])
    end = start + 1
    while marks % 2 and end < min(len(lines), start + MAX_LINES_OF_A_ROW):
        marks += lines[end].count('"')
        size += len(lines[end]) + 1
        end += 1
        if size > MAX_ROW_CHARACTERS:
            break
    if marks % 2 or size > MAX_ROW_CHARACTERS:
        return lines[start], 1
    return "\n".join(lines[start:end]), end - start


def _name_columns(
    first: tuple[int, list[str]], file: str, known: Sequence[str], problems: list[Problem]
) -> tuple[str, ...]:
    """Return the columns' names; of a name that stands twice the first column counts."""
    line, names = first
    columns: list[str] = []
    cleaned = [_normalise(name) for name in names[:_MOST_COLUMNS]]
    for name in cleaned:
        if name and name not in known:
            open_names = [each for each in known if each not in cleaned and each not in columns]
            close = difflib.get_close_matches(name[:64], open_names, n=1, cutoff=0.85)
            if close:
                problems.append(
                    Problem(Severity.WARNING, file, line, f"the column {name[:64]} is read as {close[0]}")
                )
                name = close[0]
        columns.append("" if name in columns else name)
    return tuple(columns)


def _to_row(line: int, values: Sequence[str], columns: Sequence[str]) -> Row:
    named = {name: value for name, value in zip(columns, values, strict=False) if name}
    return Row(line, named, tuple(values))


def _normalise(name: str) -> str:
    return "_".join(name.strip().strip('"').lower().replace("-", "_").split())


def _unquote(value: str) -> str:
    is_quoted = len(value) >= 2 and value[0] == value[-1] == '"' and '"' not in value[1:-1].replace('""', "")
    return value[1:-1].replace('""', '"') if is_quoted else value
