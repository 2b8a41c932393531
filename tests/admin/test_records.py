"""Learners, courses, launch links, settings, demo and the audit log in the pages."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html import unescape

import pytest
from sqlalchemy.orm import Session

from app.access.audit import COMMAND_LINE, list_audit, write_audit
from app.access.launches import read_launch_link
from app.access.organisation import load_organisation
from app.catalog.service import list_courses
from app.learners.listing import list_learners
from app.settings import Settings
from tests.admin.desk import Desk, integration, report

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def launch_link(page: str) -> str:
    found = re.search(r'id="launch-link" value="([^"]+)"', page)
    assert found, page
    return unescape(found.group(1))


def test_a_learner_is_added_found_and_completed_by_identity(desk: Desk, session: Session) -> None:
    reply = desk.post("/admin/learners/new", name="Diaz, Ana", email="ana@example.org", user_id="4711")
    page = desk.get(reply.location).text
    assert "ana@example.org" in page
    assert "4711" in page
    assert desk.post("/admin/learners/new", name="Diaz Perez, Ana", user_id="4711").location == reply.location
    assert [learner.name for learner in list_learners(session)] == ["Diaz Perez, Ana"]
    assert "Diaz Perez" in desk.get("/admin/learners?q=ANA%40").text
    assert "Nobody matches" in desk.get("/admin/learners?q=zzz").text


@pytest.mark.parametrize("fields", [{"name": ""}, {"name": "x", "email": "no address"}, {"name": "\r\n"}])
def test_a_bad_learner_is_refused_in_words(desk: Desk, session: Session, fields: dict[str, str]) -> None:
    reply = desk.post("/admin/learners/new", **fields)
    assert reply.status_code == 422
    assert "There is a problem" in reply.text
    assert list_learners(session) == []


def test_a_course_gives_a_launch_link_from_both_sides(
    desk: Desk, session: Session, settings: Settings
) -> None:
    where = integration(session, settings)
    session.commit()
    learner = desk.post("/admin/learners/new", name="Diaz, Ana").location
    course = desk.post(
        "/admin/courses/new",
        title="Time",
        integration=where.id,
        activity_id="urn:li:lyndaCourse:9",
        launch_url="https://content.example.org/9",
    ).location
    learner_id, course_id = learner.rsplit("/", 1)[1], course.rsplit("/", 1)[1]
    for page in (desk.post(course, learner=learner_id), desk.post(learner, course=course_id)):
        assert page.status_code == 200
        link = launch_link(page.text)
        assert link.startswith("http://localhost/launch/")
        ticket = read_launch_link(settings, link.rsplit("/", 1)[1], now=NOW)
        assert (ticket.learner_id, ticket.course_id) == (learner_id, course_id)
    session.rollback()
    made = [entry for entry in list_audit(session) if entry.action == "launch_link.made"]
    assert len(made) == 2
    assert "launch/" not in repr(made)
    assert desk.post(course, learner="nobody").status_code == 422


def test_a_stub_seen_in_messages_is_completed_with_the_same_id(
    desk: Desk, session: Session, settings: Settings
) -> None:
    where = integration(session, settings)
    report(session, where, learner="ana@example.org", course="urn:li:lyndaCourse:5")
    session.commit()
    (stub,) = list_courses(session)
    session.rollback()
    page = desk.get(f"/admin/courses/{stub.id}").text
    assert "Seen in messages" in page
    assert "activity_id=urn:li:lyndaCourse:5" in unescape(page)
    reply = desk.post(
        "/admin/courses/new", title="Named", integration=where.id, activity_id="urn:lyndaCourse:5"
    )
    assert reply.location == f"/admin/courses/{stub.id}"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("launch_url", "javascript:alert(1)"),
        ("launch_url", "file:///etc/passwd"),
        ("activity_id", "has a space"),
        ("activity_id", "urn:\x00:1"),
        ("title", " "),
        ("integration", "nope"),
    ],
)
def test_a_bad_course_is_refused_in_words(
    desk: Desk, session: Session, settings: Settings, field: str, value: str
) -> None:
    where = integration(session, settings)
    session.commit()
    fields = {"title": "T", "integration": where.id, "activity_id": "urn:c:1", "launch_url": ""}
    reply = desk.post("/admin/courses/new", **{**fields, field: value})
    assert reply.status_code == 422
    assert list_courses(session) == []


def test_unknown_learners_and_courses_are_404(desk: Desk) -> None:
    for path in ("/admin/learners/nope", "/admin/courses/nope", "/admin/learners/%00"):
        assert desk.get(path).status_code == 404


def test_settings_keep_the_time_zone_and_pages_show_it(
    desk: Desk, session: Session, settings: Settings
) -> None:
    assert desk.post("/admin/settings", public_url="http://x", time_zone="Asia/Tokyo").status_code == 303
    session.rollback()
    after = load_organisation(session, settings)
    assert after.time_zone == "Asia/Tokyo"
    assert after.public_url == "http://localhost"
    assert "Times are shown in Asia/Tokyo" in desk.get("/admin/").text
    assert desk.post("/admin/settings", public_url="http://x", time_zone="Mars/Olympus").status_code == 422


def test_the_audit_log_is_paged_newest_first(desk: Desk, session: Session) -> None:
    for n in range(60):
        write_audit(session, actor=COMMAND_LINE, action="course.added", target=f"Course number {n}")
    session.commit()
    page = desk.get("/admin/audit").text
    assert page.index("Course number 59") < page.index("Course number 58")
    older = re.search(r'rel="next" href="([^"]+)"', page)
    assert older
    assert "Course number 0<" in desk.get(unescape(older.group(1))).text
    for bad in ("abc", "-1", "99999999999999999999999"):
        assert desk.get(f"/admin/audit?before={bad}").status_code == 200


def test_the_demo_is_badged_and_goes_in_one_step(desk: Desk, session: Session) -> None:
    assert desk.post("/admin/demo/load").location == "/admin/"
    page = desk.get("/admin/progress").text
    assert 'class="tag demo plain"' in page
    assert '<th scope="col">Demo</th>' in page
    assert 'class="tag demo' not in desk.get("/admin/progress?demo=no").text
    assert desk.post("/admin/demo/clear").location == "/admin/"
    assert "No progress yet" in desk.get("/admin/progress").text
    assert {entry.action for entry in list_audit(session)} >= {"demo.loaded", "demo.cleared"}
