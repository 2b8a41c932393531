"""Write progress as CSV, line by line: the same columns from the pages and from the command line."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from zoneinfo import ZoneInfo

from app import clock
from app.progress.queries import ProgressLine, plain_number

COLUMNS = (
    "learner_id",
    "learner",
    "email",
    "user_id",
    "course_id",
    "course",
    "activity_id",
    "type",
    "percent",
    "status",
    "score",
    "time_seconds",
    "channel",
    "first_seen",
    "last_activity",
    "completed_at",
    "demo",
)
LOCAL_COLUMNS = ("first_seen", "last_activity", "completed_at")
# Behind the local times: what has a place keeps it.
LAST_COLUMN = "decided"

# What a spreadsheet takes for the beginning of a formula, the full-width forms too.
_FORMULA_STARTS = tuple("=+-@\t\r\n＝＋－＠")


def format_csv(lines: Iterable[ProgressLine], *, time_zone: str) -> Iterator[str]:
    """Yield a CSV (RFC 4180) row by row: times in UTC, then again in local time as columns named by zone.

    Text that a spreadsheet would run as a formula gets an apostrophe in front.
    """
    zone = ZoneInfo(time_zone)
    yield write_row([*COLUMNS, *(f"{name} ({time_zone})" for name in LOCAL_COLUMNS), LAST_COLUMN])
    for line in lines:
        local = (_local(moment, zone) for moment in moments_of(line))
        yield write_row([*(make_harmless(text) for text in format_cells(line)), *local, say_decided(line)])


def format_cells(line: ProgressLine) -> list[str]:
    """Return what the columns say of a row, as text; a spreadsheet might run some of it as a formula."""
    return [
        line.learner_id,
        line.learner_name,
        _identity(line, "email"),
        _identity(line, "user_id"),
        line.course_id,
        line.course_title,
        line.activity_id,
        line.course_type,
        str(plain_number(line.percent)),
        line.status.value,
        "" if line.score is None else str(plain_number(line.score)),
        str(plain_number(line.time_seconds)),
        "both" if len(line.channels) > 1 else "".join(channel.value for channel in line.channels),
        *("" if moment is None else clock.format_rfc3339(moment) for moment in moments_of(line)),
        "yes" if line.is_demo else "no",
    ]


def say_decided(line: ProgressLine) -> str:
    return "yes" if line.is_decided else "no"


def moments_of(line: ProgressLine) -> tuple[datetime | None, ...]:
    return line.first_seen, line.last_activity, line.completed_at


def _identity(line: ProgressLine, kind: str) -> str:
    return " ".join(value for each, value in line.identities if each == kind)


def _local(moment: datetime | None, zone: ZoneInfo) -> str:
    return "" if moment is None else f"{moment.astimezone(zone):%Y-%m-%d %H:%M:%S}"


def make_harmless(text: str) -> str:
    """Put an apostrophe before text that a spreadsheet would run as a formula."""
    return f"'{text}" if text.lstrip().startswith(_FORMULA_STARTS) or text[:1] in _FORMULA_STARTS else text


def write_row(cells: list[str]) -> str:
    """Return one row of CSV."""
    buffer = io.StringIO()
    csv.writer(buffer).writerow(cells)
    return buffer.getvalue()


# Rows leave in pieces of this many: one system call a row would be most of the work.
_ROWS_A_PIECE = 200


def in_pieces(rows: Iterable[str]) -> Iterator[str]:
    """Yield the rows of a long file, joined into pieces."""
    rows = iter(rows)
    while piece := "".join(islice(rows, _ROWS_A_PIECE)):
        yield piece
