"""Lists: pages that neither repeat nor skip, filters, CSV twins, and what cannot be understood."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta
from itertools import chain

import pytest
import time_machine
from sqlalchemy.orm import Session

from app.access.integrations import Integration
from app.progress.deciding import begin_attempt
from app.progress.decision_rules import Decider
from app.progress.rebuild import list_learners_with_progress, rebuild
from app.progress.values import Channel, Status
from tests.admin.desk import report
from tests.api.conftest import Program, assert_problem

JAVA = "urn:li:lyndaCourse:77"
NOUNS = ("progress", "learners", "courses", "integrations", "launches", "statements", "deliveries")
NOW = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)


def fill(session: Session, linkedin: Integration, *numbers: int) -> None:
    for number in numbers:
        report(session, linkedin, learner=f"ana{number}@example.com", course=JAVA, percent=number)
    session.commit()


@pytest.mark.parametrize("noun", ["progress", "learners", "progress?sort=updated_at"])
def test_a_walk_beside_a_writer_meets_each_row_once(
    program: Program, session: Session, linkedin: Integration, noun: str
) -> None:
    fill(session, linkedin, *range(10))
    seen, new = [], 10
    for page in program.walk(f"/{noun}"):
        seen += [row["learner_email"] if "learner_email" in row else row["email"] for row in page]
        if new < 14:
            fill(session, linkedin, new)
            new += 1
    assert len(seen) == len(set(seen))
    assert {f"ana{number}@example.com" for number in range(10)} <= set(seen)


def test_the_last_page_says_so_and_the_link_leads_on(
    program: Program, session: Session, linkedin: Integration
) -> None:
    fill(session, linkedin, 1, 2, 3)
    first = program.get("/learners?limit=2&provisional=yes")
    link = first.headers["Link"]
    assert link.startswith("<http://localhost/api/v1/learners?limit=2&provisional=yes&cursor=")
    assert first.json["next_cursor"].replace("-", "").replace("_", "").isalnum()
    last = program.client.get(link[1 : link.index(">")], headers={"Authorization": f"Bearer {program.token}"})
    assert last.json["next_cursor"] is None
    assert "Link" not in last.headers
    assert len(last.json["items"]) == 1


def test_a_row_of_progress_says_all_that_a_report_needs(
    program: Program, session: Session, linkedin: Integration
) -> None:
    report(session, linkedin, learner="ana@example.com", course=JAVA, name="Diaz, Ana", title="Java")
    with time_machine.travel(NOW, tick=False):
        report(session, linkedin, learner="ana@example.com", course=JAVA, percent=100, channel=Channel.AICC)
    session.commit()
    (row,) = program.get("/progress").json["items"]
    ids = (row.pop("learner_id"), row.pop("course_id"))
    assert row == {
        "learner_name": "Diaz, Ana",
        "learner_email": "ana@example.com",
        "learner_user_id": "",
        "group": "",
        "course_title": "Java",
        "course_url": "",
        "activity_id": JAVA,
        "progress_percent": 100,
        "status": "in_progress",
        "score": None,
        "started_at": "2026-11-20T12:00:00.000Z",
        "completed_at": None,
        "last_activity_at": "2026-11-20T12:00:00.000Z",
        "time_spent_seconds": 6000,
        "channels": ["aicc", "xapi"],
        "integrations": ["LinkedIn"],
        "demo": False,
        "decided": False,
        "updated_at": "2026-11-28T12:00:00.000Z",
    }
    one = program.get("/progress/" + "/".join(ids))
    assert one.json["updated_at"] == row["updated_at"]
    assert_problem(program.get(f"/progress/{ids[1]}/{ids[0]}"), 404)
    begin_attempt(session, *ids, by=Decider(None, "Ben", "A new year", "act-1"))
    session.commit()
    assert program.get("/progress/" + "/".join(ids)).json["decided"]


def test_updated_since_gives_what_was_written_since_and_a_rebuild_is_no_news(
    program: Program, session: Session, linkedin: Integration
) -> None:
    with time_machine.travel(NOW - timedelta(minutes=1), tick=False):
        fill(session, linkedin, 1, 2)
    with time_machine.travel(NOW, tick=False):
        report(session, linkedin, learner="ana1@example.com", course=JAVA, percent=60)
        report(session, linkedin, learner="cora@example.com", course=JAVA)
        session.commit()
    with time_machine.travel(NOW + timedelta(days=1), tick=False):
        assert rebuild(session, list_learners_with_progress(session)) == 3
        session.commit()
    rows = list(chain(*program.walk("/progress?updated_since=2026-11-28T13:00:00%2B01:00", limit=1)))
    assert {row["learner_email"] for row in rows} == {"ana1@example.com", "cora@example.com"}


def test_filters_are_those_of_the_pages(program: Program, session: Session, linkedin: Integration) -> None:
    fill(session, linkedin, 10, 60)
    report(session, linkedin, learner="li@example.com", course=JAVA, status=Status.COMPLETED, percent=100)
    session.commit()
    for query, count in (
        ("status=completed&status=failed", 1),
        ("min=50&max=70", 1),
        ("learner=ANA1", 1),
        ("band=1-24", 1),
        ("channel=aicc", 0),
        ("since=2026-11-20&until=2026-11-20", 3),
        ("completed_since=2026-11-21", 0),
        ("sort=-percent", 3),
    ):
        assert len(program.get(f"/progress?{query}").json["items"]) == count, query
    assert len(program.get("/learners?q=li@").json["items"]) == 1
    assert len(program.get("/courses?stub=no").json["items"]) == 0


def test_every_list_has_its_csv_and_no_cell_is_a_formula(
    program: Program, session: Session, linkedin: Integration
) -> None:
    fill(session, linkedin, *range(7))
    report(session, linkedin, learner="ben@example.com", course=JAVA, name="=cmd|' /C calc'!A0")
    session.commit()
    for noun in NOUNS:
        reply = program.get(f"/{noun}.csv")
        assert reply.content_type == "text/csv; charset=utf-8"
        head, *rows = csv.reader(io.StringIO(reply.text))
        listed = program.get(f"/{noun}").json["items"]
        assert len(rows) == len(listed), noun
        if noun == "progress":
            assert head == list(listed[0])
            assert rows[-1][1] == "'=cmd|' /C calc'!A0"
    assert "next_cursor" not in program.get("/progress.csv").text
    assert_problem(program.get("/progress.csv?limit=3"), 400)


BAD = (
    "limit=0",
    "limit=501",
    "limit=99999999999999999999",
    "limit=1e2",
    "limit=",
    "limit=1&limit=2",
    "unknown=1",
    "cursor=%00",
    "cursor=WyJwYWlyIiwwLCIAIiwiYSIsImIiXQ",
    "updated_since=2026-11-28",
    "updated_since=%00",
)
BAD_PROGRESS = (
    *("min=70&max=60", "min=nan", "status=done", "since=2026-02-30", "channel=web", "sort=name"),
    *("since=%F1%B8%87%87%C2%99", "until=%C2%99", "completed_since=%C2%99", "min=%C2%99"),
    *("learner_id=a%00", "sort=-status&cursor=WyJzdGF0dXMiLDAsMWUzMDAsImEiLCJiIl0x"),
)


def test_what_cannot_be_understood_is_named(program: Program, linkedin: Integration) -> None:
    for query in (*BAD, *BAD_PROGRESS):
        problem = assert_problem(program.get(f"/progress?{query}"), 400)
        assert problem["errors"][0]["pointer"].startswith("/"), query
    for query in ("since=%F1%B8%87%87%C2%99", "until=%C2%99", "registration=%C2%99"):
        assert_problem(program.get(f"/statements.csv?{query}"), 400)
    for noun in NOUNS:
        for query in ("limit=501", "cursor=WyJ4IiwxXQ", "nothing=1"):
            assert_problem(program.get(f"/{noun}?{query}"), 400)
        assert_problem(program.get(f"/{noun}/nobody" + ("/here" if noun == "progress" else "")), 404)
        assert_problem(program.get(f"/{noun}/a%00b" + ("/here" if noun == "progress" else "")), 404)
    # What is odd and harmless: no row has such a text.
    for query in (
        "learner=%00",
        "course=%ED%A0%80",
        "sort=status&cursor=WyJzdGF0dXMiLDAsMWUzMDAsImEiLCJiIl0",
    ):
        assert program.get(f"/progress?{query}").status_code == 200, query


def test_an_etag_that_still_holds_costs_no_body(
    program: Program, session: Session, linkedin: Integration
) -> None:
    fill(session, linkedin, 1)
    first = program.get("/progress")
    again = program.get("/progress", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    fill(session, linkedin, 2)
    assert program.get("/progress", headers={"If-None-Match": first.headers["ETag"]}).status_code == 200
