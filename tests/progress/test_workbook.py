"""The workbook of progress, read from its XML: text stays text, numbers and times can be counted with."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from xml.etree import ElementTree

import pytest

from app.progress import workbook
from app.progress.queries import ProgressLine
from app.progress.values import Channel, Status
from app.progress.workbook import TooManyRows, write_workbook

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
# What a spreadsheet calls noon of that day: days since the end of 1899.
NOON_NUMBER = (NOON - datetime(1899, 12, 30, tzinfo=UTC)).total_seconds() / 86400
LINE = ProgressLine(
    learner_id="l1", learner_name="Ana Diaz", identities=(("email", "ana@example.org"),), course_id="c1",
    course_title="Maps", activity_id="urn:c:1", course_type="course", percent=45.0, status=Status.IN_PROGRESS,
    score=None, time_seconds=90.0, channels=(Channel.XAPI,), first_seen=NOON, last_activity=NOON,
    completed_at=None, updated_at=NOON, group="", is_demo=False, is_decided=False,
)  # fmt: skip
SPACE = {"s": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}


def read_back(*names: str) -> list[dict[str, tuple[str | None, str]]]:
    """Write one row a name, and return the rows as cell to type and text."""
    file = io.BytesIO()
    lines = (replace(LINE, learner_name=name) for name in names)
    write_workbook(file, lines, time_zone="Europe/Madrid", taken_at=NOON, filters=["Status: Failed"])
    root = ElementTree.fromstring(zipfile.ZipFile(file).read("xl/worksheets/sheet1.xml"))
    assert root.find(".//s:f", SPACE) is None
    assert root.find(".//s:hyperlink", SPACE) is None
    return [
        {
            str(cell.get("r")).rstrip("0123456789"): (cell.get("t"), "".join(cell.itertext()))
            for cell in row.iterfind("s:c", SPACE)
        }
        for row in root.iterfind(".//s:row", SPACE)
    ]


def test_no_name_becomes_a_formula_or_a_link() -> None:
    names = ["=1+1", "+1", "@SUM(A1)", "{=1}", "https://example.org/", "<b>&", "12"]
    _, *rows = read_back(*names)
    assert [row["B"] for row in rows] == [("inlineStr", name) for name in names]


def test_percents_and_times_are_numbers_and_what_is_unknown_is_empty() -> None:
    head, row = read_back("Ana Diaz")
    cells = {name: row.get(place) for place, (_, name) in head.items()}
    assert cells["percent"] == (None, "45")
    assert cells["time_seconds"] == (None, "90")
    assert cells["last_activity"] == (None, str(NOON_NUMBER))
    assert cells["last_activity (Europe/Madrid)"] is not None
    local = float(cells["last_activity (Europe/Madrid)"][1])
    assert round((local - NOON_NUMBER) * 24, 6) == 1
    assert cells["completed_at"] is None
    assert cells["score"] is None


def test_more_rows_than_a_sheet_holds_are_refused_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MOST_ROWS", 2)
    with pytest.raises(TooManyRows, match="Take the CSV"):
        read_back("Ana", "Ben", "Cora")
