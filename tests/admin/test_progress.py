"""The progress table and its CSV: filters against a plain model, paging, hostile names, formulas."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from datetime import timedelta
from html import unescape
from itertools import product

import pytest
from sqlalchemy.orm import Session

from app.progress.values import Channel, Status
from app.settings import Settings
from tests.admin.desk import NOON, Desk, integration, report

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{7*7}}",
    "' OR 1=1 --",
    "=cmd|' /C calc'!A0",
]


@pytest.fixture
def filled(session: Session, settings: Settings) -> list[dict[str, object]]:
    """Fill a small world and return it as plain dictionaries, the model of the table."""
    where = integration(session, settings)
    rows: list[dict[str, object]] = []
    statuses = list(Status)
    for n, (learner, course) in enumerate(product(("ana", "bea", "cleo"), (1, 2, 3, 4))):
        status = statuses[n % 5]
        percent = 100 if status.is_complete else n * 8
        channels = [[Channel.AICC], [Channel.XAPI], [Channel.AICC, Channel.XAPI]][n % 3]
        at = NOON - timedelta(days=n)
        for channel in channels:
            report(
                session, where, learner=f"{learner}@example.org", course=f"urn:li:lyndaCourse:{course}",
                percent=percent, status=status, channel=channel, at=at, name=f"{learner.title()} Diaz",
                title=f"Course {course}",
            )  # fmt: skip
        rows.append(
            {
                "learner": f"{learner.title()} Diaz",
                "course": f"Course {course}",
                "percent": percent,
                "status": status.value,
                "channel": "both" if len(channels) > 1 else channels[0].value,
                "day": at.date().isoformat(),
            }
        )
    session.commit()
    return rows


def pairs_in_csv(desk: Desk, query: str) -> list[tuple[str, str]]:
    reply = desk.get(f"/admin/progress.csv?{query}")
    assert reply.status_code == 200, reply.text
    return [(row["learner"], row["course"]) for row in csv.DictReader(io.StringIO(reply.text))]


def pairs_in_page(html: str) -> list[tuple[str, str]]:
    found = re.findall(
        r'<th scope="row" class="name"><a [^>]*>([^<]*)</a></th>\s*<td class="name"><a [^>]*>([^<]*)</a>',
        html,
    )
    return [(unescape(a), unescape(b)) for a, b in found]


MODEL = {
    "": lambda row: True,
    "learner=ana": lambda row: row["learner"] == "Ana Diaz",
    "learner=CLEO%40EXAMPLE": lambda row: row["learner"] == "Cleo Diaz",
    "course=course+3": lambda row: row["course"] == "Course 3",
    "status=failed": lambda row: row["status"] == "failed",
    "status=failed&status=passed": lambda row: row["status"] in ("failed", "passed"),
    "min=30&max=60": lambda row: 30 <= row["percent"] <= 60,
    "min=100": lambda row: row["percent"] == 100,
    "channel=aicc": lambda row: row["channel"] == "aicc",
    "channel=xapi": lambda row: row["channel"] == "xapi",
    "channel=both": lambda row: row["channel"] == "both",
    "since=2026-11-15&until=2026-11-18": lambda row: "2026-11-15" <= row["day"] <= "2026-11-18",
    "learner=bea&status=completed&channel=both&min=1": lambda row: (
        row["learner"] == "Bea Diaz" and row["status"] == "completed" and row["channel"] == "both"
    ),
}


@pytest.mark.parametrize("query", MODEL)
def test_filters_agree_with_a_plain_model_in_page_and_csv(
    desk: Desk, filled: list[dict[str, object]], query: str
) -> None:
    expected = sorted((str(row["learner"]), str(row["course"])) for row in filled if MODEL[query](row))
    assert sorted(pairs_in_csv(desk, query)) == expected
    page = desk.get(f"/admin/progress?{query}")
    assert page.status_code == 200
    assert sorted(pairs_in_page(page.text)) == expected


@pytest.mark.parametrize(
    "sort", ["learner", "course", "percent", "status", "first_seen", "last_activity", "completed_at", "time"]
)
@pytest.mark.parametrize("sign", ["", "-"])
def test_paging_shows_each_row_once_in_the_order_of_the_csv(
    desk: Desk, filled: list[dict[str, object]], monkeypatch: pytest.MonkeyPatch, sort: str, sign: str
) -> None:
    monkeypatch.setattr("app.admin.progress_query.SIZES", (5, 50))
    address, seen = f"/admin/progress?sort={sign}{sort}&size=5", []
    while True:
        html = desk.get(address).text
        seen += pairs_in_page(html)
        found = re.search(r'rel="next" href="([^"]+)"', html)
        if not found:
            break
        address = "/admin/progress" + unescape(found.group(1))
    assert seen == pairs_in_csv(desk, f"sort={sign}{sort}")
    assert len(set(seen)) == len(seen) == len(filled)


def test_the_address_is_the_state_and_chips_remove_one_filter(desk: Desk, filled: object) -> None:
    html = desk.get("/admin/progress?learner=ana&status=failed&status=passed&sort=-percent&size=25").text
    assert 'value="ana"' in html
    chips = [unescape(href) for href in re.findall(r'class="chip" href="([^"]+)"', html)]
    assert len(chips) == 3
    assert "?learner=ana&status=failed&sort=-percent&size=25" in chips
    assert 'aria-sort="descending"' in html


@pytest.mark.parametrize(
    "query",
    [
        "min=abc", "min=-1", "max=101", "min=nan", "max=inf", "min=90&max=10", "since=yesterday",
        "since=2026-13-01", "since=0001-01-01", "until=9999-12-31", "since=2026-02-01&until=2026-01-01",
        "status=odd", "channel=fax", "sort=size", "size=7", "size=99999999999999999999", "cursor=zzz",
        "cursor=WyJsZWFybmVyIiwwLDEsMiwzXQ", "learner_id=../..", "course_id=%ff", "demo=maybe",
        "min=%00", "status=%00",
    ],
)  # fmt: skip
def test_a_bad_filter_gets_a_sentence_never_a_500(desk: Desk, filled: object, query: str) -> None:
    page = desk.get(f"/admin/progress?{query}")
    assert page.status_code == 400
    assert "There is a problem with the filters" in page.text
    assert len(pairs_in_page(page.text)) == 12
    if not query.startswith("cursor"):
        assert desk.get(f"/admin/progress.csv?{query}").status_code == 400


@pytest.mark.parametrize(
    "query",
    [
        "learner=%00",
        "cursor=%00",
        "learner=%25_%5C",
        "course=%F0%9F%98%80",
        "learner=%ff",
        "x=1",
        "learner=" + "a" * 999,
    ],
)
def test_odd_texts_simply_match_nothing(desk: Desk, filled: object, query: str) -> None:
    assert desk.get(f"/admin/progress?{query}").status_code == 200
    assert desk.get(f"/admin/progress.csv?{query}").status_code == 200


def test_hostile_names_are_escaped_on_every_page(desk: Desk, session: Session, settings: Settings) -> None:
    where = integration(session, settings, name=HOSTILE[0])
    for n, text in enumerate(HOSTILE):
        report(
            session,
            where,
            learner=f"x{n}{text}@example.org",
            course=f"urn:x:{n}{text}",
            name=text,
            title=text,
        )
    session.commit()
    pages = [
        "/admin/",
        "/admin/progress",
        "/admin/learners",
        "/admin/courses",
        "/admin/integrations",
        "/admin/audit",
    ]
    html = "".join(desk.get(page).text for page in pages)
    links = set(re.findall(r'href="(/admin/(?:learners|courses|integrations)/[0-9a-z]{18})"', html))
    assert len(links) == 11
    for link in sorted(links):
        html += desk.get(link).text
    html += desk.get("/admin/progress", query_string={"learner": HOSTILE[1], "course": HOSTILE[0]}).text
    assert "<script>alert" not in html
    assert "<img src=x" not in html
    assert "&lt;script&gt;alert(1)" in html
    assert "49" not in re.findall(r"\{\{7\*7\}\}|>49<", html)


def test_the_csv_is_safe_to_open_and_says_both_times(
    desk: Desk, session: Session, settings: Settings
) -> None:
    where = integration(session, settings)
    texts = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "＝1+1", " =1", "'=1"]
    for n, text in enumerate(texts):
        report(session, where, learner=f"l{n}@example.org", course=f"urn:c:{n}", name=text, title=text)
    session.commit()
    reply = desk.get("/admin/progress.csv")
    assert reply.content_type == "text/csv; charset=utf-8"
    assert "attachment" in reply.headers["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(reply.text)))
    assert len(rows) == len(texts)
    for row in rows:
        for cell in row.values():
            assert not cell.lstrip().startswith(("=", "+", "-", "@", "＝")), cell
        assert row["last_activity"] == "2026-11-20T12:00:00.000Z"
        assert row["last_activity (UTC)"] == "2026-11-20 12:00:00"
        assert row["demo"] == "no"
    assert desk.get("/admin/progress.csv?excel=1").text.startswith("\ufeff")


def test_the_workbook_holds_the_same_rows_as_text_and_says_what_they_are(
    desk: Desk, session: Session, settings: Settings
) -> None:
    where = integration(session, settings)
    for n, text in enumerate(["=1+1", "https://example.org/", "Ana"]):
        report(session, where, learner=f"l{n}@example.org", course="urn:c:1", name=text, percent=40)
    session.commit()
    reply = desk.get("/admin/progress.xlsx?min=10")
    assert reply.status_code == 200
    book = zipfile.ZipFile(io.BytesIO(reply.data))
    sheet, notes = (book.read(f"xl/worksheets/sheet{n}.xml").decode() for n in (1, 2))
    assert sheet.count("<row ") == 4
    assert "=1+1" in sheet
    assert "<f>" not in sheet
    assert "<hyperlink" not in sheet
    assert sheet.count("<v>40</v>") == 3
    assert "At least 10 %" in notes
    assert ">3<" in notes
    assert desk.get("/admin/progress.xlsx?min=x").status_code == 400
    assert "filter: min=10" in desk.get("/admin/audit").text


def test_an_export_is_audited_with_its_filter(desk: Desk, filled: object) -> None:
    desk.get("/admin/progress.csv?status=failed&size=25")
    assert "filter: status=failed" in desk.get("/admin/audit").text


def test_empty_tables_say_why(desk: Desk, session: Session, settings: Settings) -> None:
    page = desk.get("/admin/progress").text
    assert "No progress yet" in page
    assert "Add an integration" in page
    where = integration(session, settings)
    session.commit()
    assert "See your integrations" in desk.get("/admin/progress").text
    report(session, where, learner="ana@example.org", course="urn:c:1")
    session.commit()
    page = desk.get("/admin/progress?learner=zzz&status=failed").text
    assert "No row matches" in page
    assert "Clear 2 filters" in page
