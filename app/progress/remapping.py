"""Progress follows when an identifier means another course: the rows of both courses are made again."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select, union
from sqlalchemy.orm import Session

from app.models.learning import Identity, Observation, ProgressDecision
from app.progress.service import ensure_row
from app.progress.withdrawal import rebuild_pair


def list_learners_of(session: Session, identifier_ids: Sequence[int]) -> list[str]:
    """Return the ids of the learners of whom something was reported or decided under these identifiers."""
    queries = [
        select(Identity.learner_id)
        .join(table, table.identity_id == Identity.id)
        .where(table.identifier_id.in_(identifier_ids))
        for table in (Observation, ProgressDecision)
    ]
    return sorted(session.scalars(union(*queries)))


def rebuild_pairs(session: Session, learner_ids: Sequence[str], course_ids: Sequence[str]) -> None:
    """Make the rows of these learners on these courses again; a row without any goes."""
    for learner_id in learner_ids:
        for course_id in course_ids:
            ensure_row(session, learner_id, course_id)
            rebuild_pair(session, learner_id, course_id)
