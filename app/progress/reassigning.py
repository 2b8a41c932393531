"""Progress follows when identities change hands: learners merged, split, and a wrong merge undone."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select, union
from sqlalchemy.orm import Session

from app.learners import merging
from app.learners.merging import Reassigned
from app.models.learning import CourseIdentifier, Observation, ProgressDecision
from app.progress.remapping import rebuild_pairs


def merge_learners(session: Session, keep_id: str, other_id: str, *, by: str) -> Reassigned:
    """Make two learners one; raises UnknownLearner and BadLearner.

    Nobody is told by a delivery: of each course that the two had, receivers have heard already.
    """
    return _follow(session, merging.merge(session, keep_id, other_id, by=by))


def undo_merge(session: Session, merge_id: str, *, by: str) -> Reassigned:
    """Make two of them again; raises UnknownMerge, and BadLearner for what was undone before."""
    return _follow(session, merging.undo(session, merge_id, by=by))


def split_learner(
    session: Session, learner_id: str, identity_ids: Sequence[int], *, to_id: str | None = None
) -> Reassigned:
    """Take identities out of a learner, to another or a new one; raises UnknownLearner and BadLearner."""
    return _follow(session, merging.split(session, learner_id, identity_ids, to_id=to_id))


def _follow(session: Session, reassigned: Reassigned) -> Reassigned:
    queries = [
        select(CourseIdentifier.course_id)
        .join(table, table.identifier_id == CourseIdentifier.id)
        .where(table.identity_id.in_(reassigned.identity_ids))
        for table in (Observation, ProgressDecision)
    ]
    courses = sorted(session.scalars(union(*queries)))
    # In one order always, so that two who do this do not wait for each other.
    rebuild_pairs(session, sorted((reassigned.from_id, reassigned.to_id)), courses)
    return reassigned
