"""The numbers of the overview, each counted so that one index answers it, however many rows there are.

Videos are left out as in the table, and so is the demo unless it is all there is. Which courses count is
asked after the rows are added up by course: a million look-ups would take longer than the counting.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import BigInteger, ColumnElement, and_, case, exists, func, select, type_coerce
from sqlalchemy.orm import Session

from app import clock
from app.models.learning import Course, CourseIdentifier, Identity, Learner, Observation, ProgressRow
from app.progress.bands import BANDS
from app.progress.days import QUARTER, count_days, last_days, start_of_day
from app.progress.values import Status

ACTIVE_DAYS = 7
TOP_COURSES = 6
_A_DAY = timedelta(days=1)
_QUARTER_MICROSECONDS = QUARTER // timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Standing:
    """How all rows stand now: how many are being taken, and how many lie in each of the bands."""

    in_progress: int
    bands: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Active:
    """Learners of whom something was reported in seven days, and until the same hour a week earlier."""

    since: date
    now: int
    before: int


@dataclass(frozen=True, slots=True)
class BusyCourse:
    """A course by what happened with it in a period; `median_days` is None when nobody completed it."""

    course_id: str
    title: str
    active: int
    started: int
    completed: int
    median_days: float | None


def read_standing(session: Session, *, has_demo: bool) -> Standing:
    """Add up all rows; the index by course holds everything that is asked."""
    row = ProgressRow
    bands = [
        func.sum(case((and_(row.percent >= band.low, row.percent < band.below), 1), else_=0))
        for band in BANDS
    ]
    in_progress = func.sum(case((row.status_rank == Status.IN_PROGRESS.rank, 1), else_=0))
    columns = [each.label(f"n{number}") for number, each in enumerate([in_progress, *bands])]
    by_course = (
        select(row.course_id, *columns).where(*_learners_count(has_demo)).group_by(row.course_id).subquery()
    )
    sums = [func.coalesce(func.sum(by_course.c[column.name]), 0) for column in columns]
    query = select(*sums).join(Course, Course.id == by_course.c.course_id).where(*courses_count(has_demo))
    first, *rest = (int(number) for number in session.execute(query).one())
    return Standing(first, tuple(rest))


def read_active(session: Session, *, now: datetime, zone: ZoneInfo, has_demo: bool) -> Active:
    """Count active learners; the weeks before this one are in the observations alone."""
    first = last_days(now, zone, ACTIVE_DAYS)[0]
    row = ProgressRow
    active = (
        select(func.count(row.learner_id.distinct()))
        .join(Course, Course.id == row.course_id)
        .where(
            row.last_activity >= start_of_day(first, zone),
            *_learners_count(has_demo),
            *courses_count(has_demo),
        )
    )
    since = start_of_day(first - ACTIVE_DAYS * _A_DAY, zone)
    return Active(
        since=first,
        now=session.execute(active).scalar_one(),
        before=_count_active_between(session, since, now - ACTIVE_DAYS * _A_DAY, has_demo=has_demo),
    )


def read_completions(
    session: Session, *, days: Sequence[date], zone: ZoneInfo, has_demo: bool
) -> list[tuple[date, int]]:
    """Count the completions of each of these local days, which follow each other."""
    row = ProgressRow
    # By quarters of an hour: they can be told apart in any zone, and are few.
    quarter = (type_coerce(row.completed_at, BigInteger) // _QUARTER_MICROSECONDS).label("quarter")
    query = (
        select(quarter, func.count())
        .join(Course, Course.id == row.course_id)
        .where(
            row.completed_at >= start_of_day(days[0], zone),
            row.completed_at < start_of_day(days[-1] + _A_DAY, zone),
            *_learners_count(has_demo),
            *courses_count(has_demo),
        )
        .group_by(quarter)
    )
    counted = [
        (clock.from_microseconds(number * _QUARTER_MICROSECONDS), count)
        for number, count in session.execute(query)
    ]
    return count_days(counted, days, zone)


def list_busy_courses(session: Session, *, since: datetime, has_demo: bool) -> list[BusyCourse]:
    """List the courses that most learners were active in since then, the busiest first."""
    row = ProgressRow
    by_course = (
        select(row.course_id, func.count().label("active"))
        .where(row.last_activity >= since, *_learners_count(has_demo))
        .group_by(row.course_id)
        .subquery()
    )
    query = (
        select(Course.id, Course.title, by_course.c.active)
        .join(by_course, by_course.c.course_id == Course.id)
        .where(*courses_count(has_demo))
        .order_by(by_course.c.active.desc(), Course.sort_title, Course.id)
        .limit(TOP_COURSES)
    )
    found = session.execute(query).all()
    ids = [course_id for course_id, _, _ in found]
    started = _count_started(session, ids, since, has_demo=has_demo)
    completed = _read_times(session, ids, since, has_demo=has_demo)
    return [
        BusyCourse(
            course_id=course_id,
            title=title,
            active=active,
            started=started.get(course_id, 0),
            completed=len(completed.get(course_id, ())),
            median_days=median(times) if (times := completed.get(course_id)) else None,
        )
        for course_id, title, active in found
    ]


def courses_count(has_demo: bool) -> Iterator[ColumnElement[bool]]:
    """Yield the conditions under which a course is one of those that people take."""
    yield Course.type != "video"
    if not has_demo:
        yield Course.is_demo.is_(False)


def _learners_count(has_demo: bool) -> Iterator[ColumnElement[bool]]:
    if not has_demo:
        yield ~exists().where(Learner.id == ProgressRow.learner_id, Learner.is_demo)


def _count_active_between(session: Session, since: datetime, until: datetime, *, has_demo: bool) -> int:
    row = Observation
    pairs = (
        select(row.identity_id, row.identifier_id)
        .where(row.event_at >= since, row.event_at < until, row.is_withdrawn.is_(False))
        .distinct()
        .subquery()
    )
    query = (
        select(func.count(Identity.learner_id.distinct()))
        .select_from(pairs)
        .join(Identity, Identity.id == pairs.c.identity_id)
        .join(CourseIdentifier, CourseIdentifier.id == pairs.c.identifier_id)
        .join(Course, Course.id == CourseIdentifier.course_id)
        .where(*courses_count(has_demo))
    )
    if not has_demo:
        query = query.where(~exists().where(Learner.id == Identity.learner_id, Learner.is_demo))
    return session.execute(query).scalar_one()


def _count_started(
    session: Session, course_ids: list[str], since: datetime, *, has_demo: bool
) -> dict[str, int]:
    row = ProgressRow
    query = (
        select(row.course_id, func.count())
        .where(row.course_id.in_(course_ids), row.first_seen >= since, *_learners_count(has_demo))
        .group_by(row.course_id)
    )
    return dict(iter(session.execute(query)))


def _read_times(
    session: Session, course_ids: list[str], since: datetime, *, has_demo: bool
) -> dict[str, list[float]]:
    """Return for each course how many days its completions since then took."""
    row = ProgressRow
    query: Any = select(row.course_id, row.first_seen, row.completed_at).where(
        row.completed_at >= since, row.course_id.in_(course_ids), *_learners_count(has_demo)
    )
    found: dict[str, list[float]] = {}
    for course_id, first_seen, completed_at in session.execute(query):
        found.setdefault(course_id, []).append((completed_at - first_seen) / _A_DAY)
    return found
