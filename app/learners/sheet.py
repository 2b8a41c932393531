"""A list of learners as a file: CSV in whatever spelling spreadsheets write, read line by line. Sans-I/O."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

from app.learners.values import clean_name
from app.words import worded

MAX_BYTES = 20 * 1024 * 1024
MAX_LINES = 200_000
_DELIMITERS = ",;\t|"
# What people call the columns, without case and punctuation.
_COLUMNS = {
    "user_id": "id userid useridentifier uniqueuserid employeeid employeenumber externalid personid ssoid",
    "email": "email emailaddress mail mailaddress workemail",
    "name": "name fullname learner learnername displayname employee employeename",
    "first_name": "firstname givenname forename",
    "last_name": "lastname surname familyname",
    "group": "group groups groupname team department unit",
    "manager": "manager managername manageremail supervisor lead",
}
_MEANING = {word: column for column, words in _COLUMNS.items() for word in words.split()}


class BadSheet(ValueError):
    """The file cannot be read as a list of learners; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Line:
    """One person of the list; None where the file has no such column, "" for an empty cell."""

    number: int
    name: str
    email: str
    user_id: str
    group: str | None
    manager: str | None


@dataclass(frozen=True, slots=True)
class LineError:
    """A line that cannot be taken in, and why."""

    number: int
    message: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a file holds: good lines, bad lines, and the headings that say nothing to us."""

    lines: tuple[Line, ...]
    errors: tuple[LineError, ...]
    unknown_headings: tuple[str, ...]


def read_sheet(data: bytes) -> Sheet:
    """Read a file; raises BadSheet when its first line names no e-mail address and no id."""
    if len(data) > MAX_BYTES:
        raise BadSheet(worded("the file is larger than %(n)s MB; split it", n=MAX_BYTES // 1024 // 1024))
    text = _decode(data)
    text = re.sub(r"\Asep=.\r?\n", "", text)
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(_DELIMITERS, key=first.count)
    rows = _rows(text, delimiter)
    _, headings = next(rows, (0, []))
    columns = [_MEANING.get(re.sub(r"[^a-z]", "", heading.lower()), "") for heading in headings]
    if not {"email", "user_id"} & set(columns):
        raise BadSheet(worded("the first line must name the columns: id, email, name, group, manager"))
    lines: list[Line] = []
    errors: list[LineError] = []
    seen: dict[tuple[str, str], int] = {}
    for number, row in rows:
        if number > MAX_LINES:
            raise BadSheet(worded("the file has more than %(n)s lines; split it", n=format(MAX_LINES, ",")))
        line = _to_line(number, columns, row)
        trouble = _find_trouble(line, seen)
        if trouble:
            errors.append(LineError(number, trouble))
        else:
            lines.append(line)
    unknown = tuple(heading for heading, column in zip(headings, columns, strict=True) if not column)
    return Sheet(tuple(lines), tuple(errors), tuple(clean_name(each) for each in unknown if each.strip()))


def _decode(data: bytes) -> str:
    """Return the text: UTF-8, UTF-16 as spreadsheets write it, else the old letters of Windows."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", "replace")
    if data[:200].count(0) > len(data[:200]) // 4:
        return data.decode("utf-16-le" if data[1:2] == b"\0" else "utf-16-be", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _rows(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows that hold something, each with the number of the line on which it ends."""
    reader = csv.reader(io.StringIO(text.replace("\0", " "), newline=""), delimiter=delimiter)
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                yield reader.line_num, row
    except csv.Error as error:
        raise BadSheet(
            worded("line %(n)s cannot be read: %(trouble)s", n=reader.line_num, trouble=str(error))
        ) from error


def _to_line(number: int, columns: list[str], row: list[str]) -> Line:
    cells: dict[str, str] = {}
    for column, cell in zip(columns, row, strict=False):
        # Of two columns that mean the same the first with a value counts.
        if column and not cells.get(column):
            cells[column] = clean_name(cell)
    parts = (cells.get("last_name", ""), cells.get("first_name", ""))
    has = set(columns)
    return Line(
        number=number,
        name=cells.get("name") or ", ".join(part for part in parts if part),
        email=cells.get("email", ""),
        user_id=cells.get("user_id", ""),
        group=cells.get("group", "")[:200] if "group" in has else None,
        manager=cells.get("manager", "") if "manager" in has else None,
    )


def _find_trouble(line: Line, seen: dict[tuple[str, str], int]) -> str | None:
    if not line.email and not line.user_id:
        return worded("neither an e-mail address nor an id")
    if line.email and not re.fullmatch(r"[^@\s]+@[^@\s]+", line.email):
        return worded("%(value)s is not an e-mail address", value=repr(line.email))
    kinds = ((worded("e-mail address"), line.email), (worded("id"), line.user_id))
    keys = [(kind, value.casefold()) for kind, value in kinds]
    for key in keys:
        if key[1] and key in seen:
            return worded("the same %(kind)s stands on line %(n)s already", kind=key[0], n=seen[key])
    seen.update({key: line.number for key in keys if key[1]})
    return None
