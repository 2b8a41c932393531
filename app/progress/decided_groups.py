"""Decisions that were made together, as one: what was decided, of how many rows, and which."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from app.models.base import table_of
from app.models.learning import Course, CourseIdentifier, Identity, Learner, ProgressDecision
from app.progress.decisions import to_decision
from app.progress.values import Decision

_TABLE = table_of(ProgressDecision)
_counts = _TABLE.c.undone_at.is_(None)


class UnknownGroup(LookupError):
    """Nothing was decided under this id."""


@dataclass(frozen=True, slots=True)
class DecidedGroup:
    """What was decided together: the first decision stands for all, but for the dates of single rows."""

    id: str
    decision: Decision
    reason: str
    actor_name: str
    rows: int
    counting: int


@dataclass(frozen=True, slots=True)
class DecidedRow:
    """One row of a group, by the names that its learner and course have now."""

    id: int
    learner_id: str
    learner_name: str
    course_id: str
    course_title: str
    undone_at: datetime | None
    undone_by: str


def get_group(session: Session, group_id: str) -> DecidedGroup:
    """Read a group; raises UnknownGroup."""
    query = select(_TABLE).where(_TABLE.c.group_id == group_id).order_by(_TABLE.c.id).limit(1)
    first = session.execute(query).first()
    if first is None:
        raise UnknownGroup(group_id)
    return DecidedGroup(
        group_id,
        to_decision(first),
        first.reason,
        first.actor_name,
        rows=count_group(session, group_id),
        counting=_count(session, group_id, _counts),
    )


def count_group(session: Session, group_id: str) -> int:
    """Count the decisions of a group, the undone ones too."""
    return _count(session, group_id)


def list_large_groups(session: Session, group_ids: Collection[str]) -> dict[str, int]:
    """Return how many rows those of these groups have that have more than one."""
    count = func.count()
    query = select(_TABLE.c.group_id, count).where(_TABLE.c.group_id.in_(group_ids))
    found = session.execute(query.group_by(_TABLE.c.group_id).having(count > 1))
    return {row.group_id: row[1] for row in found}


def list_group(session: Session, group_id: str, *, after: int, limit: int) -> list[DecidedRow]:
    """List decisions of a group in the order in which they were made, those after an id."""
    query = (
        select(
            _TABLE.c.id,
            Identity.learner_id,
            Learner.name,
            CourseIdentifier.course_id,
            Course.title,
            _TABLE.c.undone_at,
            func.coalesce(_TABLE.c.undone_by, ""),
        )
        .select_from(_TABLE)
        .join(Identity, Identity.id == _TABLE.c.identity_id)
        .join(Learner, Learner.id == Identity.learner_id)
        .join(CourseIdentifier, CourseIdentifier.id == _TABLE.c.identifier_id)
        .join(Course, Course.id == CourseIdentifier.course_id)
        .where(_TABLE.c.group_id == group_id, _TABLE.c.id > after)
    )
    return [DecidedRow(*row) for row in session.execute(query.order_by(_TABLE.c.id).limit(limit))]


def list_counting_ids(session: Session, group_id: str, *, limit: int) -> list[int]:
    """List the first decisions of a group that still count, by their ids."""
    query = select(_TABLE.c.id).where(_TABLE.c.group_id == group_id, _counts)
    return list(session.scalars(query.order_by(_TABLE.c.id).limit(limit)))


def _count(session: Session, group_id: str, *conditions: ColumnElement[bool]) -> int:
    query = select(func.count()).select_from(_TABLE).where(_TABLE.c.group_id == group_id, *conditions)
    return session.scalar(query) or 0
