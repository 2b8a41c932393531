"""Which rows of progress are wanted, as conditions of a query that find them fast on both databases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, literal_column, select, tuple_
from sqlalchemy.orm import Session

from app.catalog.service import matches_text as course_matches
from app.learners.listing import matches_text as learner_matches
from app.models.learning import Course, Learner, ProgressRow
from app.progress.bands import Band
from app.progress.values import Status

# A text that finds no more people or courses than this is a narrow one.
_FEW = 1_000
# Written into the query: SQLite finds no partial index for a parameter.
_VIDEO: ColumnElement[str] = literal_column("'video'")


class Sort(Enum):
    """What a table may be sorted by: the column, and what stands for an empty value."""

    LEARNER = "learner"
    COURSE = "course"
    PERCENT = "percent"
    STATUS = "status"
    FIRST_SEEN = "first_seen"
    LAST_ACTIVITY = "last_activity"
    COMPLETED_AT = "completed_at"
    TIME = "time"
    UPDATED_AT = "updated_at"
    # By learner and course: what no message changes, so that a walk meets no row twice.
    PAIR = "pair"


@dataclass(frozen=True, slots=True)
class ProgressFilter:
    """Which rows; empty asks for nothing. `since` and `until`, exclusive, bound the last activity."""

    learner_id: str | None = None
    course_id: str | None = None
    learner_text: str = ""
    course_text: str = ""
    statuses: frozenset[Status] = field(default_factory=frozenset)
    percent_min: float | None = None
    percent_max: float | None = None
    channel: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    band: Band | None = None
    completed_since: datetime | None = None
    completed_until: datetime | None = None
    updated_since: datetime | None = None
    # Rows that were picked one by one, as ids of learner and course.
    pairs: tuple[tuple[str, str], ...] | None = None
    has_videos: bool = False
    has_demo: bool = True


def list_conditions(
    session: Session, wanted: ProgressFilter, *, walked: Sort | None = None
) -> Iterator[ColumnElement[bool]]:
    """Yield the conditions of a query of progress rows.

    With `walked` they are put so that no index but that of this order can serve them.
    """
    row = ProgressRow

    def column(each: Any, sort: Sort | None = None) -> Any:
        return each if walked in (None, sort) else func.coalesce(each, each)

    if wanted.learner_id is not None:
        yield row.learner_id == wanted.learner_id
    if wanted.course_id is not None:
        yield row.course_id == wanted.course_id
    if wanted.pairs is not None:
        yield tuple_(row.learner_id, row.course_id).in_(wanted.pairs)
    if wanted.learner_text:
        matches = learner_matches(wanted.learner_text)
        yield _is_found(session, Learner.id, row.learner_id, matches, is_tried=walked is not None)
    if wanted.course_text:
        matches = course_matches(wanted.course_text)
        yield _is_found(session, Course.id, row.course_id, matches, is_tried=walked is not None)
    yield from _list_ranges(wanted, column)
    # What is left out is little, and found in an index of its own: no row's learner and course are looked up.
    if not wanted.has_videos:
        yield ~exists().where(Course.id == row.course_id, Course.type == _VIDEO).correlate(row)
    if not wanted.has_demo:
        yield ~exists().where(Learner.id == row.learner_id, Learner.is_demo).correlate(row)
        yield ~exists().where(Course.id == row.course_id, Course.is_demo).correlate(row)


def _list_ranges(wanted: ProgressFilter, column: Callable[..., Any]) -> Iterator[ColumnElement[bool]]:
    row = ProgressRow
    status, percent = column(row.status_rank, Sort.STATUS), column(row.percent, Sort.PERCENT)
    active, completed = column(row.last_activity, Sort.LAST_ACTIVITY), column(row.completed_at)
    if wanted.statuses:
        yield status.in_(sorted(status.rank for status in wanted.statuses))
    if wanted.percent_min is not None:
        yield percent >= wanted.percent_min
    if wanted.percent_max is not None:
        yield percent <= wanted.percent_max
    if wanted.since is not None:
        yield active >= wanted.since
    if wanted.until is not None:
        yield active < wanted.until
    if wanted.band is not None:
        yield and_(percent >= wanted.band.low, percent < wanted.band.below)
    if wanted.completed_since is not None:
        yield completed >= wanted.completed_since
    if wanted.completed_until is not None:
        yield completed < wanted.completed_until
    if wanted.updated_since is not None:
        yield column(row.updated_at, Sort.UPDATED_AT) >= wanted.updated_since
    if wanted.channel is not None:
        yield column(row.has_aicc).is_(wanted.channel in ("aicc", "both"))
        yield column(row.has_xapi).is_(wanted.channel in ("xapi", "both"))


def _is_found(
    session: Session, column: Any, mine: Any, matches: ColumnElement[bool], *, is_tried: bool
) -> Any:
    """Return the condition that a row's learner or course is one that a text finds.

    People and courses are a small part of a big table: they are searched through whole, and their rows are
    then found by their ids. Only where they are too many to be named, and rows are met along the table's
    order, the text is tried on each row.
    """
    query = select(column).where(matches)
    found = session.scalars(query.limit(_FEW + 1)).all()
    if len(found) <= _FEW:
        return mine.in_(found)
    if is_tried:
        return select(matches).where(column == mine).correlate(ProgressRow).scalar_subquery()
    return mine.in_(query)
