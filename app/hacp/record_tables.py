"""The tables that PutInteractions and its like bring, and the comments of a PutParam (AICC CMI001 v4.0 §7).

Comma-separated rows under a row of column names, in any order and any case. Malformed rows are read as far as
they go and never refused: the caller keeps the raw text too.
"""

from __future__ import annotations

import csv
import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.hacp.vocabulary import Command

MAX_ROWS = 5000
MAX_COLUMNS = 64
# No message is longer, so that no field is.
LONGEST_FIELD = 1024 * 1024


class ItemKind(StrEnum):
    """What one row is about."""

    INTERACTION = "interaction"
    OBJECTIVE = "objective"
    COMMENT = "comment"


@dataclass(frozen=True, slots=True)
class Item:
    """One row: the id it is known by, and its columns as sent."""

    kind: ItemKind
    name: str
    fields: Mapping[str, str]

    @property
    def digest(self) -> bytes:
        """What makes a row the same one when it comes again.

        An interaction or objective is known by its id, its moment and what came of it, for some content sends
        the second answer of a second too; without a moment, and for comments, only an equal row is the same.
        """
        moment = [self.fields.get("date", ""), self.fields.get("time", "")]
        if self.kind is not ItemKind.COMMENT and self.name and all(moment):
            outcome = [self.fields.get(name, "") for name in _OUTCOME]
            key: object = [self.name, *moment, *outcome]
        else:
            key = sorted(self.fields.items())
        return hashlib.sha256(json.dumps(key).encode()).digest()


_OUTCOME = ("student_response", "result", "status", "score")


@dataclass(frozen=True, slots=True)
class Items:
    """The rows of a message, and what was odd about them."""

    rows: tuple[Item, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Layout:
    kind: ItemKind
    name_column: str
    columns: tuple[str, ...]


_WHO_AND_WHEN = ("course_id", "student_id", "lesson_id", "date", "time")
_ANSWER = ("type_interaction", "correct_response", "student_response", "result", "weighting", "latency")
_LAYOUTS: Mapping[Command, _Layout] = {
    Command.PUT_INTERACTIONS: _Layout(
        ItemKind.INTERACTION,
        "interaction_id",
        (*_WHO_AND_WHEN, "interaction_id", "objective_id", *_ANSWER),
    ),
    Command.PUT_OBJECTIVES: _Layout(
        ItemKind.OBJECTIVE,
        "objective_id",
        (*_WHO_AND_WHEN, "objective_id", "status", "score", "mastery_time"),
    ),
    Command.PUT_COMMENTS: _Layout(ItemKind.COMMENT, "location", (*_WHO_AND_WHEN, "location", "comment")),
}
_ALIASES = {"type": "type_interaction", "interaction_type": "type_interaction", "comments": "comment"}
_COMMENT_TAG = re.compile(r"<(e\.)?([0-9]{1,6})>", re.IGNORECASE)
_LOCATION_TAG = re.compile(r"<L\.([^<>]{1,255})>", re.IGNORECASE)


def parse_items(command: Command, text: str) -> Items:
    """Return the rows of a PutInteractions, PutObjectives or PutComments; of other commands none.

    Linear in the length of `text`. At most MAX_ROWS rows and MAX_COLUMNS columns are read.
    """
    layout = _LAYOUTS.get(command)
    if layout is None or not text.strip():
        return Items()
    notes: dict[str, None] = {}
    rows = list(_read_rows(text, notes))
    columns, rows = _split_header(rows, layout, notes)
    return Items(tuple(_to_item(layout, columns, row, notes) for row in rows), tuple(notes))


def parse_comments(text: str) -> Items:
    """Return the comments of a PutParam: `<1>text<e.1><2>text<e.2>`, or plain text as one comment."""
    comments = [
        Item(ItemKind.COMMENT, fields.get("location", ""), fields)
        for number, comment in _split_comments(text)
        if (fields := _comment_fields(number, comment))
    ]
    return Items(tuple(comments[:MAX_ROWS]), _too_many(len(comments)))


def _read_rows(text: str, notes: dict[str, None]) -> Iterator[list[str]]:
    # The module's own limit, of the whole process, would end a table at its first long answer.
    csv.field_size_limit(LONGEST_FIELD)
    lines = re.split(r"(?<=\n)|(?<=\r)(?!\n)", text)
    reader = csv.reader(lines, delimiter=_find_delimiter(lines, notes), skipinitialspace=True)
    try:
        for count, row in enumerate(reader):
            if count > MAX_ROWS:
                notes.update(dict.fromkeys(_too_many(count)))
                return
            if any(cell.strip() for cell in row) and not _is_group_header(row):
                yield row
    except csv.Error as error:
        notes[f"the table could not be read to its end ({error}), kept as sent"] = None


def _find_delimiter(lines: Sequence[str], notes: dict[str, None]) -> str:
    """Return a comma, or what a program of another country put between the names of the columns."""
    head = next((line for line in lines if line.strip() and not _is_group_header([line])), "")
    for mark in (";", "\t"):
        if "," not in head and mark in head:
            notes["columns divided by a semicolon or a tab"] = None
            return mark
    return ","


def _is_group_header(row: Sequence[str]) -> bool:
    return len(row) == 1 and row[0].strip().startswith("[") and row[0].strip().endswith("]")


def _split_header(
    rows: list[list[str]], layout: _Layout, notes: dict[str, None]
) -> tuple[tuple[str, ...], list[list[str]]]:
    """Take the first row as column names; without any name we know, it is data in the standard's order."""
    if not rows:
        return layout.columns, []
    names = tuple(_column_name(cell) for cell in rows[0][:MAX_COLUMNS])
    if set(names) & {layout.name_column, *layout.columns[len(_WHO_AND_WHEN) :]}:
        return names, rows[1:]
    notes["no row of column names, the standard's order assumed"] = None
    return layout.columns, rows


def _column_name(cell: str) -> str:
    name = re.sub(r"\s+", "_", cell.strip().strip("\ufeff\"'").lower())[:64]
    return _ALIASES.get(name, name)


def _to_item(layout: _Layout, columns: tuple[str, ...], row: list[str], notes: dict[str, None]) -> Item:
    if len(row) != len(columns):
        notes["a row has another number of values than there are columns"] = None
    fields: dict[str, str] = {}
    for position, value in enumerate(row[:MAX_COLUMNS]):
        name = columns[position] if position < len(columns) else ""
        fields.setdefault(name or f"column_{position + 1}", value.strip())
    return Item(layout.kind, fields.get(layout.name_column, "")[:255], fields)


def _split_comments(text: str) -> Iterator[tuple[str, str]]:
    """Yield number and text between `<n>` and `<e.n>`, in one pass; text outside of any is a comment too."""
    number, start = "", 0
    for tag in _COMMENT_TAG.finditer(text):
        yield number, text[start : tag.start()]
        number, start = ("" if tag.group(1) else tag.group(2)), tag.end()
    yield number, text[start:]


def _comment_fields(number: str, text: str) -> dict[str, str]:
    location = _LOCATION_TAG.search(text)
    comment = _LOCATION_TAG.sub("", text).strip()
    if not comment:
        return {}
    fields = {"number": number, "location": location.group(1).strip() if location else "", "comment": comment}
    return {name: value for name, value in fields.items() if value}


def _too_many(count: int) -> tuple[str, ...]:
    return (f"more than {MAX_ROWS} rows, the rest kept as sent",) if count > MAX_ROWS else ()
