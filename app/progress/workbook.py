"""Write progress as a workbook for spreadsheets, row by row: memory stays flat however many there are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, tzinfo
from tempfile import TemporaryDirectory
from typing import IO, Any
from zoneinfo import ZoneInfo

from xlsxwriter import Workbook

from app.progress.export import COLUMNS, LAST_COLUMN, LOCAL_COLUMNS, format_cells, moments_of, say_decided
from app.progress.queries import ProgressLine
from app.words import worded

# What a sheet holds below its header.
MOST_ROWS = 1_048_575
_LONGEST_TEXT = 32_767
_NUMBERS = {COLUMNS.index(name) for name in ("percent", "score", "time_seconds")}
_FIRST_MOMENT = COLUMNS.index(LOCAL_COLUMNS[0])
_MOMENTS = range(_FIRST_MOMENT, _FIRST_MOMENT + len(LOCAL_COLUMNS))
# Text is written as text: nothing that a learner is called becomes a formula or a link.
_OPTIONS = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
_UTC_FORMAT = 'yyyy-mm-dd"T"hh:mm:ss"Z"'
_LOCAL_FORMAT = "yyyy-mm-dd hh:mm:ss"


class TooManyRows(ValueError):
    """More rows match than a sheet holds."""

    def __init__(self) -> None:
        most = f"{MOST_ROWS:,}"
        super().__init__(
            worded(
                "A sheet of a workbook holds %(most)s rows, and more than that match. "
                "Take the CSV, which has no such limit, or narrow the table with a filter.",
                most=most,
            )
        )


def write_workbook(
    target: IO[bytes],
    lines: Iterable[ProgressLine],
    *,
    time_zone: str,
    taken_at: datetime,
    filters: Sequence[str],
) -> int:
    """Write the rows and a sheet of notes that says what they are; returns how many rows there are.

    The columns are those of the CSV, but times are dates that a spreadsheet can count with.
    Raises TooManyRows.
    """
    # What is written row by row waits in this directory; a try that fails is closed too, and leaves nothing.
    with (
        TemporaryDirectory() as directory,
        Workbook(target, {**_OPTIONS, "tmpdir": directory}) as book,
    ):
        bold = book.add_format({"bold": True})
        count = _write_rows(book, lines, time_zone, bold)
        local = f"{taken_at.astimezone(ZoneInfo(time_zone)):%Y-%m-%d %H:%M:%S}"
        facts = [
            ("Taken at", f"{local} ({time_zone})"),
            ("Rows", f"{count:,}"),
            ("Times", f"Ending with Z: UTC. Columns named ({time_zone}): that zone."),
            *([("Filter", words) for words in filters] or [("Filter", "none: every row")]),
        ]
        notes = book.add_worksheet("Notes")
        notes.set_column(0, 0, 12)
        notes.set_column(1, 1, 80)
        for place, (name, words) in enumerate(facts):
            notes.write_string(place, 0, name, bold)
            notes.write_string(place, 1, words[:_LONGEST_TEXT])
    return count


def _write_rows(book: Any, lines: Iterable[ProgressLine], time_zone: str, bold: Any) -> int:
    zone = ZoneInfo(time_zone)
    utc, local = book.add_format({"num_format": _UTC_FORMAT}), book.add_format({"num_format": _LOCAL_FORMAT})
    sheet = book.add_worksheet("Progress")
    sheet.freeze_panes(1, 0)
    names = [*COLUMNS, *(f"{name} ({time_zone})" for name in LOCAL_COLUMNS), LAST_COLUMN]
    sheet.set_column(0, len(names) - 1, 20)
    for place, name in enumerate(names):
        sheet.write_string(0, place, name, bold)
    number = 0
    for number, line in enumerate(lines, 1):
        if number > MOST_ROWS:
            raise TooManyRows
        _write_texts(sheet, number, line)
        _write_moments(sheet, number, line, _FIRST_MOMENT, UTC, utc)
        _write_moments(sheet, number, line, len(COLUMNS), zone, local)
        sheet.write_string(number, len(names) - 1, say_decided(line))
    return number


def _write_texts(sheet: Any, number: int, line: ProgressLine) -> None:
    for place, text in enumerate(format_cells(line)):
        if not text or place in _MOMENTS:
            continue
        if place in _NUMBERS:
            sheet.write_number(number, place, float(text))
        else:
            sheet.write_string(number, place, text[:_LONGEST_TEXT])


def _write_moments(sheet: Any, number: int, line: ProgressLine, first: int, zone: tzinfo, form: Any) -> None:
    for place, moment in enumerate(moments_of(line), first):
        if moment is not None:
            # A spreadsheet's dates know no zone.
            sheet.write_datetime(number, place, moment.astimezone(zone).replace(tzinfo=None), form)
