"""Make progress rows again from the observations they are a projection of; withdrawn ones do not count."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from sqlalchemy import delete, insert, select, union
from sqlalchemy.orm import Session

from app.models.learning import CourseIdentifier, Identity, Observation, ProgressRow
from app.progress.projection import list_parts, project_rows
from app.progress.rows import row_columns

BATCH = 200


def list_learners_with_progress(session: Session) -> list[str]:
    """Return the ids of all learners who have observations or progress rows, in order."""
    observed = select(Identity.learner_id).join(Observation, Observation.identity_id == Identity.id)
    return sorted(session.scalars(union(observed, select(ProgressRow.learner_id))))


def in_batches(learner_ids: Sequence[str]) -> Iterable[Sequence[str]]:
    """Split the work so that no single transaction keeps writers waiting for long."""
    return (learner_ids[start : start + BATCH] for start in range(0, len(learner_ids), BATCH))


def rebuild(session: Session, learner_ids: Sequence[str]) -> int:
    """Make the rows of these learners again; returns how many rows there are now."""
    session.execute(delete(ProgressRow).where(ProgressRow.learner_id.in_(learner_ids)))
    columns = Observation.__table__.c
    query = (
        select(Identity.learner_id, CourseIdentifier.course_id, *columns)
        .join(Identity, Identity.id == columns.identity_id)
        .join(CourseIdentifier, CourseIdentifier.id == columns.identifier_id)
        .where(Identity.learner_id.in_(learner_ids), columns.is_withdrawn.is_(False))
        .order_by(Identity.learner_id, CourseIdentifier.course_id, columns.id)
    )
    observed = session.execute(query).all()
    parts = list_parts(session, {row.course_id for row in observed})
    rows = [
        {
            "learner_id": learner_id,
            "course_id": course_id,
            **row_columns(project_rows(observations, parts.get(course_id, frozenset()))),
        }
        for (learner_id, course_id), observations in groupby(
            observed, key=lambda row: (row.learner_id, row.course_id)
        )
    ]
    if rows:
        session.execute(insert(ProgressRow), rows)
    return len(rows)
