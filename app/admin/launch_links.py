"""Launch links as the learner and course pages make them."""

from __future__ import annotations

from dataclasses import dataclass

from flask import current_app
from sqlalchemy.orm import Session

from app import clock
from app.access.integrations import Integration, Kind, UnknownIntegration, get_integration, list_integrations
from app.access.launches import LessonMode
from app.admin.acts import records as acts
from app.admin.frame import current_actor, organisation
from app.catalog.service import Course, get_course, list_courses
from app.db import reading, transact
from app.settings import settings_of

# A choice list longer than this helps nobody.
LEARNERS_OFFERED = 500
COURSES_OFFERED = 1000


@dataclass(frozen=True, slots=True)
class MadeLink:
    """A launch link and how often it may be used."""

    address: str
    is_single_use: bool


def list_launchable(session: Session) -> list[Course]:
    """List the courses that have a launch URL."""
    return [course for course in list_courses(session, limit=COURSES_OFFERED) if course.launch_url]


def make_link(
    *, course_id: str, learner_id: str, is_credit: bool, lesson_mode: LessonMode
) -> tuple[MadeLink | None, str]:
    """Return a new launch link, or None and the reason why there can be none."""
    with reading() as session:
        course = get_course(session, course_id)
        integration = _find_integration(session, course)
    if not course.launch_url:
        return None, "This course has no launch URL; add one first"
    if integration is None:
        return None, "This course belongs to no integration that can launch; add it to one first"
    if not integration.is_enabled:
        return None, f"The integration {integration.name} is switched off"
    actor, settings, choices, now = current_actor(), settings_of(current_app), organisation(), clock.now()
    link = transact(
        lambda session: acts.make_link(
            session,
            actor,
            settings,
            choices,
            integration_id=integration.id,
            course_id=course_id,
            learner_id=learner_id,
            now=now,
            is_credit=is_credit,
            lesson_mode=lesson_mode,
        )
    )
    return MadeLink(link, integration.has_single_use_links), ""


def _find_integration(session: Session, course: Course) -> Integration | None:
    """Return the course's own integration, else the only one that can launch."""
    if course.integration_id is not None:
        try:
            return get_integration(session, course.integration_id)
        except UnknownIntegration:
            return None
    able = [
        i for i in list_integrations(session) if i.kind is not Kind.XAPI and i.is_enabled and not i.is_demo
    ]
    return able[0] if len(able) == 1 else None


def integration_name(session: Session, course: Course) -> str | None:
    """Return the name of the integration a course belongs to."""
    if course.integration_id is None:
        return None
    try:
        return get_integration(session, course.integration_id).name
    except UnknownIntegration:
        return None
