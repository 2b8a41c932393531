"""The pages that decide of many rows at once."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.admin.pages import progress_many
from app.models.learning import ProgressRow
from app.progress import deciding_many
from app.progress.rebuild import list_learners_with_progress, rebuild
from app.progress.values import Status
from app.settings import Settings
from tests.admin.desk import NOON, Desk, integration, report

MANY = "/admin/progress/many"
SAID = {"kind": "override", "status": "completed", "reason": "Exam on <b>paper</b>"}


@pytest.fixture
def five(desk: Desk, session: Session, settings: Settings) -> None:
    """Report five people on one course: 10 to 40 % and one completed, and one of them on another course."""
    where = integration(session, settings)
    for number in range(1, 5):
        name = f"p{number}@example.org"
        report(session, where, learner=name, course="urn:x:1", percent=number * 10, name=f"Person {number}")
    report(
        session, where, learner="p5@example.org", course="urn:x:1", percent=100, status=Status.COMPLETED,
        at=NOON - timedelta(days=9),
    )  # fmt: skip
    report(session, where, learner="p1@example.org", course="urn:x:2", percent=10)
    session.commit()


def act_of(page: str) -> str:
    found = re.search(r'name="act" value="(\w{18})"', page)
    assert found
    return found[1]


def rows(session: Session) -> list[tuple[float, Status]]:
    session.rollback()  # SQLite shows a transaction what there was when it began
    query = select(ProgressRow.percent, ProgressRow.status).order_by(
        ProgressRow.percent, ProgressRow.course_id
    )
    return [(percent, Status(status)) for percent, status in session.execute(query)]


def check_rebuild(session: Session) -> None:
    before = rows(session)
    rebuild(session, list_learners_with_progress(session))
    assert rows(session) == before
    session.commit()


def test_all_that_match_are_decided_after_a_dry_run_and_undone_as_one(
    desk: Desk, session: Session, five: None
) -> None:
    before = rows(session)
    path = f"{MANY}?course=urn:x:1"
    assert "5 rows, all that match" in desk.get(path).text
    assert "Say why" in desk.post(path, step="preview", **{**SAID, "reason": ""}).text
    preview = desk.post(path, step="preview", **SAID).text
    assert "4 say “in progress” now" in preview
    assert "Decide for 4 rows" in preview
    assert "&lt;b&gt;paper" in preview
    assert rows(session) == before
    act = act_of(preview)
    group = f"/admin/progress/groups/{act}"
    for _ in range(2):
        reply = desk.post(path, step="apply", **SAID, act=act)
        assert (reply.status_code, reply.location) == (303, group)
    assert rows(session) == [(10, Status.IN_PROGRESS)] + [(100, Status.COMPLETED)] * 5
    earliest = select(func.min(ProgressRow.completed_at))
    assert session.scalar(earliest) == NOON - timedelta(days=9)
    check_rebuild(session)
    page = desk.get(group).text
    assert "for 4 rows" in page
    assert page.count("Why? Person") == 4
    row = session.scalars(select(ProgressRow).where(ProgressRow.has_decision)).first()
    assert row
    assert group in desk.get(f"/admin/progress/{row.learner_id}/{row.course_id}").text
    assert desk.post(f"{group}/undo").location == group
    assert rows(session) == before
    check_rebuild(session)
    assert "4 undone" in desk.get(group).text
    audit = desk.get("/admin/audit").text
    assert audit.count("4 rows") == 2


def test_only_ticked_rows_begin_anew(desk: Desk, session: Session, five: None) -> None:
    done = session.scalars(select(ProgressRow).where(ProgressRow.percent >= 40)).all()
    table = desk.get("/admin/progress").text
    ticked = [f"{row.learner_id}/{row.course_id}" for row in done]
    assert all(f'value="{each}"' in table for each in ticked)
    assert "Tick the rows first" in desk.client.post(
        MANY, data={"csrf_token": desk.token(), "step": "selected"}, follow_redirects=True
    ).text  # fmt: skip
    assert "2 rows, ticked in the table" in desk.post(MANY, step="selected", pair=ticked).text
    said = {"kind": "attempt", "reason": "A new year", "pair": [*ticked, "nobody/nothing", "x", "a\0/b"]}
    preview = desk.post(MANY, step="preview", **said).text
    assert "Decide for 2 rows" in preview
    desk.post(MANY, step="apply", **said, act=act_of(preview))
    assert [percent for percent, _ in rows(session)] == [0, 0, 10, 10, 20, 30]
    check_rebuild(session)
    assert "Nothing to change: back" in desk.post(MANY, step="preview", **said).text


def test_what_time_did_not_allow_goes_on_with_the_same_form(
    desk: Desk, session: Session, five: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress_many, "_PAGE", 2)
    monkeypatch.setattr(progress_many, "PATIENCE_SECONDS", -1.0)
    preview = desk.post(MANY, step="preview", **SAID).text
    act = act_of(preview)
    reply = desk.post(MANY, step="apply", **SAID, act=act)
    assert (reply.status_code, "Decide for 5 rows" in reply.text) == (200, True)
    monkeypatch.setattr(progress_many, "PATIENCE_SECONDS", 60.0)
    assert desk.post(MANY, step="apply", **SAID, act=act).status_code == 303
    assert {status for _, status in rows(session)} == {Status.COMPLETED}


def test_a_damaged_filter_and_too_many_rows_are_refused(
    desk: Desk, five: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert desk.get(f"{MANY}?min=abc").status_code == 400
    assert desk.get("/admin/progress/groups/nothing").status_code == 404
    monkeypatch.setattr(deciding_many, "MAX_ROWS", 3)
    for reply in (
        desk.get(MANY),
        desk.post(MANY, step="preview", **SAID),
        desk.post(MANY, step="apply", **SAID),
    ):
        assert (reply.status_code, "Too many rows" in reply.text) == (422, True)
