"""Acts on learners, courses and launch links."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from app.access.audit import Actor, write_audit
from app.access.integrations import get_integration
from app.access.launches import make_launch_link
from app.access.organisation import Organisation
from app.catalog import service as catalog
from app.catalog.service import Course, get_course
from app.learners import service as learners
from app.learners.values import Learner
from app.settings import Settings


def add_learner(
    session: Session, actor: Actor, *, name: str, email: str | None, user_id: str | None
) -> Learner:
    """Add a learner, or complete the one a given identity names; raises BadLearner."""
    learner = learners.add_learner(session, name=name, email=email, user_id=user_id)
    write_audit(session, actor=actor, action="learner.added", target=learner.name, detail={"id": learner.id})
    return learner


def add_course(
    session: Session,
    actor: Actor,
    *,
    integration_id: str,
    title: str,
    activity_id: str,
    launch_url: str | None,
) -> Course:
    """Add a course, or fill the stub a known identifier made; raises BadCourse, UnknownIntegration."""
    get_integration(session, integration_id)
    course = catalog.add_course(
        session, integration_id=integration_id, title=title, activity_id=activity_id, launch_url=launch_url
    )
    write_audit(session, actor=actor, action="course.added", target=course.title, detail={"id": course.id})
    return course


def make_link(
    session: Session,
    actor: Actor,
    settings: Settings,
    organisation: Organisation,
    *,
    integration_id: str,
    course_id: str,
    learner_id: str,
    now: datetime,
) -> str:
    """Make a launch link for one learner and one course; the audit row holds the two, not the link."""
    integration = get_integration(session, integration_id)
    course, learner = get_course(session, course_id), learners.get_learner(session, learner_id)
    detail = {"learner": learner.name, "integration": integration.name}
    write_audit(session, actor=actor, action="launch_link.made", target=course.title, detail=detail)
    return make_launch_link(
        settings,
        organisation,
        integration_id=integration.id,
        course_id=course.id,
        learner_id=learner.id,
        now=now,
    )


def note_export(session: Session, actor: Actor, query: str) -> None:
    """Note that progress left the server as a file, and which rows."""
    write_audit(
        session, actor=actor, action="progress.exported", target="progress", detail={"filter": query or "all"}
    )


def note_demo(session: Session, actor: Actor, *, action: str, detail: dict[str, str]) -> None:
    write_audit(session, actor=actor, action=action, target="demo", detail=detail)
