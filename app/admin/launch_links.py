"""Launch links as the learner and course pages make them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy.orm import Session

from app import clock
from app.access.integrations import UnknownIntegration, get_integration
from app.access.launchers import find_launcher
from app.access.launches import LessonMode
from app.admin.acts import records as acts
from app.admin.frame import current_actor, organisation
from app.catalog.service import Course, UnknownCourse, get_course, list_courses
from app.db import reading, transact
from app.learners.listing import list_learners
from app.learners.service import get_learner
from app.learners.values import Learner, UnknownLearner
from app.settings import settings_of
from app.words import worded

# A choice list longer than this helps nobody.
LEARNERS_OFFERED = 500
COURSES_OFFERED = 1000
# Enough to tell one from many.
_CANDIDATES = 50


@dataclass(frozen=True, slots=True)
class MadeLink:
    """A launch link and how often it may be used."""

    address: str
    is_single_use: bool
    expires_at: datetime


def list_launchable(session: Session) -> list[Course]:
    """List the courses that have a launch URL."""
    return [course for course in list_courses(session, limit=COURSES_OFFERED) if course.launch_url]


def find_course_named(text: str) -> tuple[Course | None, str]:
    """Return the course with this id, activity id or title, or None and why there is not exactly one."""
    with reading() as session:
        found = list_courses(session, text=text, limit=_CANDIDATES)
        try:
            return get_course(session, text), ""
        except UnknownCourse:
            pass
    exact = [
        each for each in found if text.casefold() in (each.activity_id.casefold(), each.title.casefold())
    ]
    if len(exact) == 1 or len(found) == 1:
        return (exact or found)[0], ""
    if found:
        return None, worded("Several courses are called so; enter the activity ID of the one you mean")
    return None, worded("There is no such course here")


def find_learner_named(text: str) -> tuple[Learner | None, str]:
    """Return the learner with this id, identity or name, or None and why there is not exactly one."""
    with reading() as session:
        found = list_learners(session, text=text, limit=_CANDIDATES)
        try:
            return get_learner(session, text), ""
        except UnknownLearner:
            pass
    exact = [
        each
        for each in found
        if text.casefold() in {each.name.casefold(), *(value.casefold() for _, value in each.identities)}
    ]
    if len(exact) == 1 or len(found) == 1:
        return (exact or found)[0], ""
    if found:
        return None, worded(
            "Several learners are called so; enter the e-mail address or user ID of the one you mean"
        )
    return None, worded("There is no such learner here")


def make_link(
    *,
    course_id: str,
    learner_id: str,
    is_credit: bool,
    lesson_mode: LessonMode,
    valid: timedelta | None = None,
    is_single_use: bool = False,
    unit_id: str | None = None,
) -> tuple[MadeLink | None, str]:
    """Return a new launch link, or None and the reason why there can be none."""
    with reading() as session:
        integration, trouble = find_launcher(session, get_course(session, course_id))
    if integration is None:
        return None, trouble
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
            valid=valid,
            is_single_use=is_single_use,
            unit_id=unit_id,
        )
    )
    expires_at = now + (valid or timedelta(days=settings.launch_link_days))
    return MadeLink(link, integration.has_single_use_links or is_single_use, expires_at), ""


def integration_name(session: Session, course: Course) -> str | None:
    """Return the name of the integration a course belongs to."""
    if course.integration_id is None:
        return None
    try:
        return get_integration(session, course.integration_id).name
    except UnknownIntegration:
        return None
