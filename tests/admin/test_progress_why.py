"""The page that explains one row of progress."""

from __future__ import annotations

import re
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models.learning import ProgressRow
from app.progress.values import Channel, Status
from app.settings import Settings
from tests.admin.desk import NOON, Desk, integration, report

ANA, COURSE = "mailto:ana@example.org", "urn:x:1"


def pair_path(session: Session) -> str:
    row = session.scalars(select(ProgressRow)).one()
    return f"/admin/progress/{row.learner_id}/{row.course_id}"


def test_why_lists_the_messages_in_order_and_what_each_did(
    desk: Desk, session: Session, settings: Settings
) -> None:
    where = integration(session, settings)
    report(session, where, learner=ANA, course=COURSE, percent=77, name="Diaz, Ana")
    report(session, where, learner=ANA, course=COURSE, percent=66, at=NOON + timedelta(minutes=5))
    session.commit()
    path = pair_path(session)
    page = desk.get(path).text.replace("\xa0", " ")
    assert "Why 77 %, in progress?" in page
    assert page.index('id="step-1"') < page.index('id="step-2"')
    assert "66 % is less than the 77 % reported before" in page
    assert "/admin/statements/1" in page
    assert f'href="{path}"' in desk.get("/admin/progress").text
    assert f'href="{path}"' in desk.get(f"/admin/learners/{path.split('/')[3]}").text
    assert f'href="{path}"' in desk.get(f"/admin/courses/{path.split('/')[4]}").text


def test_a_long_story_is_told_in_pages(desk: Desk, session: Session, settings: Settings) -> None:
    where = integration(session, settings)
    for number in range(1, 103):
        at = NOON + timedelta(minutes=number)
        report(session, where, learner=ANA, course=COURSE, percent=number % 60, at=at, channel=Channel.XAPI)
    report(session, where, learner=ANA, course=COURSE, status=Status.COMPLETED, at=NOON)
    session.commit()
    path = pair_path(session)
    newest = desk.get(path).text
    assert 'id="step-103"' in newest
    assert 'id="step-3"' not in newest
    older = desk.get(f"{path}?before=4").text
    assert 'id="step-3"' in older
    assert f"{path}?before=104#step-103" in older
    assert desk.get(f"{path}?before=99999999999999999999").status_code == 200


def test_there_is_nothing_to_explain_of_what_nobody_reported(desk: Desk) -> None:
    assert desk.get("/admin/progress/nobody/nothing").status_code == 404


def test_a_row_is_decided_by_hand_and_the_decision_undone(
    desk: Desk, session: Session, settings: Settings
) -> None:
    report(session, integration(session, settings), learner=ANA, course=COURSE, percent=77, name="Diaz, Ana")
    session.commit()
    path = pair_path(session)
    assert f'href="{path}/decide"' in desk.get(path).text
    assert 'value="77"' in desk.get(f"{path}/decide").text
    act = "0123456789abcdefgh"
    said = {"kind": "override", "status": "completed", "completed_on": "2026-11-21", "act": act}
    assert "Say why" in desk.post(f"{path}/decide", **said).text
    for _ in range(2):
        reply = desk.post(f"{path}/decide", **said, reason="<b>Exam</b> on paper")
        assert (reply.status_code, reply.location) == (303, path)
    page = desk.get(path).text
    assert "Why 100&nbsp;%, completed?" in page or "Why 100\xa0%, completed?" in page
    assert "&lt;b&gt;Exam&lt;/b&gt; on paper" in page
    assert page.count("/undo") == 1
    assert "decided by hand" in desk.get("/admin/progress").text
    desk.post(f"{path}/decide", kind="attempt", reason="New year", act="0123456789abcdefgi")
    page = desk.get(path).text
    assert "Earlier attempts" in page
    assert "Why 0" in page
    first, second = re.findall(r'action="(/admin/progress/decisions/[0-9]+/undo)"', page)
    for undo in (second, first, first):
        assert desk.post(undo).location == path
    assert "Why 77" in desk.get(path).text
    assert "decided by hand" not in desk.get("/admin/progress").text
    assert desk.post("/admin/progress/decisions/99999999999999999999/undo").status_code == 404
    assert desk.post("/admin/progress/decisions/0/undo").status_code == 404


def test_parts_that_do_not_agree_are_said_at_their_field(
    desk: Desk, session: Session, settings: Settings
) -> None:
    report(session, integration(session, settings), learner=ANA, course=COURSE, percent=77)
    session.commit()
    path = f"{pair_path(session)}/decide"
    for wrong, words in (
        ({"status": "in_progress", "percent": "much"}, "Enter the percentage"),
        ({"status": "failed", "percent": "10", "completed_on": "2026-01-01"}, "Only what is completed"),
        ({"status": "passed", "completed_on": "2100-01-01"}, "lies in the future"),
    ):
        reply = desk.post(path, kind="override", reason="x", **wrong)
        assert (reply.status_code, words in reply.text) == (422, True)
    assert desk.get("/admin/progress/nobody/nothing/decide").status_code == 404
