"""Tell whoever listens what an admin's decision changed, as if a message had brought it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.delivery.queue import Whose, announce_change, ask_outlets
from app.models.learning import Course, CourseIdentifier, Identity, Learner, Observation
from app.progress.deciding import Made


def announce_decision(session: Session, made: Made, *, at: datetime) -> None:
    """Put the change into the outbox of the webhooks; nobody hears of the demo."""
    if not made.change.appended or _is_demo(session, made):
        return
    whose = Whose(_find_integration(session, made), made.learner_id, made.course_id)
    outlets = ask_outlets(session, whose.integration_id)()
    announce_change(session, outlets, made.change, whose, at=at)


def _is_demo(session: Session, made: Made) -> bool:
    learner = session.scalar(select(Learner.is_demo).where(Learner.id == made.learner_id))
    return bool(learner or session.scalar(select(Course.is_demo).where(Course.id == made.course_id)))


def _find_integration(session: Session, made: Made) -> str:
    """Return who reported last of the pair, else whose course it is; '' for nobody's."""
    last = (
        select(Observation.integration_id)
        .join(Identity, Identity.id == Observation.identity_id)
        .join(CourseIdentifier, CourseIdentifier.id == Observation.identifier_id)
        .where(Identity.learner_id == made.learner_id, CourseIdentifier.course_id == made.course_id)
        .where(Observation.integration_id.is_not(None))
        .order_by(Observation.id.desc())
        .limit(1)
    )
    of_course = select(Course.integration_id).where(Course.id == made.course_id)
    return session.scalar(last) or session.scalar(of_course) or ""
