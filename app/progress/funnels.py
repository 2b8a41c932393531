"""How far the learners of a course have come: counted by course, from an index alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from statistics import median
from typing import Any

from sqlalchemy import case, exists, func, select
from sqlalchemy.orm import Session

from app.models.launches import Launch
from app.models.learning import ProgressRow
from app.progress.values import Status

HALF_WAY = 50
_STATUS_OF_RANK = {status.rank: status for status in Status}


@dataclass(frozen=True, slots=True)
class Funnel:
    """Learners of one course by what they have reached; whoever completed has started and is half way."""

    by_status: Mapping[Status, int]
    half_way: int = 0

    @property
    def learners(self) -> int:
        return sum(self.by_status.values())

    @property
    def started(self) -> int:
        return self.learners - self.count(Status.NOT_STARTED)

    @property
    def done(self) -> int:
        return sum(count for status, count in self.by_status.items() if status.is_complete)

    def count(self, status: Status) -> int:
        return self.by_status.get(status, 0)


NOBODY = Funnel({})


@dataclass(frozen=True, slots=True)
class Middle:
    """Where the middle one stands of those who are in progress."""

    percent: float
    time: timedelta


def read_funnels(session: Session, course_ids: Sequence[str]) -> dict[str, Funnel]:
    """Return the funnels of those of these courses that anybody has taken."""
    row = ProgressRow
    is_half_way = case((row.percent >= HALF_WAY, 1), else_=0)
    query = (
        select(row.course_id, row.status_rank, func.count(), func.sum(is_half_way))
        .where(row.course_id.in_(course_ids))
        .group_by(row.course_id, row.status_rank)
    )
    found: dict[str, tuple[dict[Status, int], list[int]]] = {}
    for course_id, rank, count, half_way in session.execute(query):
        statuses, halves = found.setdefault(course_id, ({}, []))
        statuses[_STATUS_OF_RANK[rank]] = count
        halves.append(int(half_way))
    return {course_id: Funnel(statuses, sum(halves)) for course_id, (statuses, halves) in found.items()}


def find_middle(session: Session, course_id: str, funnel: Funnel) -> Middle | None:
    """Return the median progress and time of those in progress, None when there are none."""
    count = funnel.count(Status.IN_PROGRESS)
    if not count:
        return None
    percents = _find_middle_ones(session, ProgressRow.percent, course_id, count)
    times = _find_middle_ones(session, ProgressRow.time, course_id, count)
    if not (percents and times):
        # The last one has completed since they were counted.
        return None
    return Middle(median(percents), timedelta(seconds=median(each.total_seconds() for each in times)))


def count_unheard(session: Session, course_id: str) -> int:
    """Count the learners who opened a course of which nothing has been reported since."""
    row = ProgressRow
    is_heard = exists().where(row.learner_id == Launch.learner_id, row.course_id == Launch.course_id)
    query = select(func.count(Launch.learner_id.distinct())).where(
        Launch.course_id == course_id, Launch.first_message_at.is_(None), ~is_heard
    )
    return session.execute(query).scalar_one()


def _find_middle_ones(session: Session, column: Any, course_id: str, count: int) -> list[Any]:
    row = ProgressRow
    # Added to, the status invites no index: SQLite would rather walk everybody in progress, of all courses.
    is_wanted = row.status_rank + 0 == Status.IN_PROGRESS.rank
    query = (
        select(column)
        .where(row.course_id == course_id, is_wanted)
        .order_by(column)
        .offset((count - 1) // 2)
        .limit(2 - count % 2)
    )
    return list(session.scalars(query))
