"""The list of courses and a course's funnel."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.catalog.service import resolve_identifier
from app.settings import Settings
from tests.admin.desk import Desk, integration, report


def test_the_tab_offers_to_complete_a_course_and_is_empty_once_all_are_known(
    desk: Desk, session: Session, settings: Settings
) -> None:
    where = integration(session, settings)
    report(session, where, learner="ana@x.org", course="urn:x:1", title="A <b>stub</b>")
    session.commit()
    page = desk.get("/admin/courses?tab=seen").text
    assert "Complete A &lt;b&gt;stub" in page
    assert "No course matches" in desk.get("/admin/courses?tab=seen&q=zzz").text
    desk.post("/admin/courses/new", title="Known", integration=where.id, activity_id="urn:x:1", launch_url="")
    assert "Every course is known" in desk.get("/admin/courses?tab=seen").text


def test_a_course_page_draws_its_funnel(desk: Desk, session: Session, settings: Settings) -> None:
    where = integration(session, settings)
    report(session, where, learner="ana@x.org", course="urn:x:1", percent=30)
    course_id = resolve_identifier(session, "urn:x:1").course_id
    session.commit()
    page = desk.get(f"/admin/courses/{course_id}").text
    assert "How far learners have come" in page
    assert f"course_id={course_id}&amp;min=50" in page
    assert "Median progress" in page
