"""Make progress rows again from the observations and decisions they are a projection of.

What was withdrawn or undone does not count.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import delete, insert, select, union
from sqlalchemy.orm import Session

from app.models.learning import CourseIdentifier, Identity, Observation, ProgressDecision, ProgressRow
from app.progress.decisions import list_counting
from app.progress.projection import Projection, list_parts, project_rows
from app.progress.rows import to_progress

BATCH = 200


def list_learners_with_progress(session: Session) -> list[str]:
    """Return the ids of all learners who have observations, decisions or progress rows, in order."""
    observed = select(Identity.learner_id).join(Observation, Observation.identity_id == Identity.id)
    decided = select(Identity.learner_id).join(ProgressDecision, ProgressDecision.identity_id == Identity.id)
    return sorted(session.scalars(union(observed, decided, select(ProgressRow.learner_id))))


def in_batches(learner_ids: Sequence[str]) -> Iterable[Sequence[str]]:
    """Split the work so that no single transaction keeps writers waiting for long."""
    return (learner_ids[start : start + BATCH] for start in range(0, len(learner_ids), BATCH))


def rebuild(session: Session, learner_ids: Sequence[str]) -> int:
    """Make the rows of these learners again; returns how many rows there are now.

    A row that comes out as it was keeps the time when it was written: nothing in it is news.
    """
    old = session.execute(select(*_ROW).where(_ROW.learner_id.in_(learner_ids))).all()
    before = {(row.learner_id, row.course_id): row for row in old}
    session.execute(delete(ProgressRow).where(ProgressRow.learner_id.in_(learner_ids)))
    columns = Observation.__table__.c
    query = (
        select(Identity.learner_id, CourseIdentifier.course_id, *columns)
        .join(Identity, Identity.id == columns.identity_id)
        .join(CourseIdentifier, CourseIdentifier.id == columns.identifier_id)
        .where(Identity.learner_id.in_(learner_ids), columns.is_withdrawn.is_(False))
        .order_by(columns.id)
    )
    observed: dict[tuple[str, str], list[Any]] = defaultdict(list)
    for row in session.execute(query):
        observed[row.learner_id, row.course_id].append(row)
    decided = list_counting(session, learner_ids)
    pairs = sorted({*observed, *decided})
    parts = list_parts(session, {course_id for _, course_id in pairs})
    rows = [
        {
            "learner_id": pair[0],
            "course_id": pair[1],
            **_columns(
                project_rows(observed.get(pair, ()), decided.get(pair, ()), parts.get(pair[1], frozenset())),
                before.get(pair),
            ),
        }
        for pair in pairs
    ]
    if rows:
        session.execute(insert(ProgressRow), rows)
    return len(rows)


_ROW = ProgressRow.__table__.c


def _columns(made: Projection, before: Any) -> dict[str, Any]:
    values = made.columns()
    if before is not None and to_progress(before) == made.progress:
        values["updated_at"] = before.updated_at
    return values
