"""How many courses learners have begun and completed, and when each was last seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from app.models.learning import Course, ProgressRow
from app.progress.values import Status

_DONE = [status.value for status in Status if status.is_complete]


@dataclass(frozen=True, slots=True)
class Tally:
    """What one learner has begun, the completed included."""

    started: int = 0
    completed: int = 0
    last_activity: datetime | None = None


def tally(session: Session, learner_ids: Sequence[str]) -> dict[str, Tally]:
    """Return the tallies of those who have any progress; videos are parts of courses and do not count."""
    row = ProgressRow
    is_started = case((row.status != Status.NOT_STARTED.value, 1), else_=0)
    is_done = case((row.status.in_(_DONE), 1), else_=0)
    query = (
        select(row.learner_id, func.sum(is_started), func.sum(is_done), func.max(row.last_activity))
        .join(Course, Course.id == row.course_id)
        .where(row.learner_id.in_(learner_ids), Course.type != "video")
        .group_by(row.learner_id)
    )
    return {learner_id: Tally(int(a), int(b), at) for learner_id, a, b, at in session.execute(query)}
