"""Read progress: filtered, sorted, paged by key, or streamed whole."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from sqlalchemy import Select, and_, func, literal, or_, select
from sqlalchemy.orm import Session

from app import clock
from app.catalog.service import matches_text as course_matches
from app.learners.service import identities_of, matches_text as learner_matches
from app.models.base import Instant
from app.models.learning import Course, Learner, ProgressRow
from app.progress.values import Channel, Status

COUNT_CAP = 10_000
_STREAM_BATCH = 500


class BadCursor(ValueError):
    """The page mark in the address is damaged or belongs to another sort order."""


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


_SORT_COLUMNS: dict[Sort, Any] = {
    Sort.LEARNER: Learner.sort_name,
    Sort.COURSE: Course.sort_title,
    Sort.PERCENT: ProgressRow.percent,
    Sort.STATUS: ProgressRow.status_rank,
    Sort.FIRST_SEEN: ProgressRow.first_seen,
    Sort.LAST_ACTIVITY: ProgressRow.last_activity,
    Sort.COMPLETED_AT: ProgressRow.completed_at,
    Sort.TIME: ProgressRow.time,
}


@dataclass(frozen=True, slots=True)
class ProgressFilter:
    """Which rows; an empty field asks for nothing. `until` is exclusive, both bound the last activity."""

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
    has_videos: bool = False
    has_demo: bool = True


@dataclass(frozen=True, slots=True)
class ProgressLine:
    """One learner on one course, as tables, CSV and JSON show it."""

    learner_id: str
    learner_name: str
    identities: tuple[tuple[str, str], ...]
    course_id: str
    course_title: str
    activity_id: str
    course_type: str
    percent: float
    status: Status
    score: float | None
    time_seconds: float
    channels: tuple[Channel, ...]
    first_seen: datetime | None
    last_activity: datetime | None
    completed_at: datetime | None
    is_demo: bool

    def as_json(self) -> dict[str, Any]:
        """Return the shape that `progress list --json` and the exports share."""
        return {
            "learner": {
                "id": self.learner_id,
                "name": self.learner_name,
                "identities": [{"kind": kind, "value": value} for kind, value in self.identities],
            },
            "course": {
                "id": self.course_id,
                "title": self.course_title,
                "activity_id": self.activity_id,
                "type": self.course_type,
            },
            "percent": plain_number(self.percent),
            "status": self.status.value,
            "score": None if self.score is None else plain_number(self.score),
            "time_seconds": plain_number(self.time_seconds),
            "channels": [channel.value for channel in self.channels],
            "first_seen": _format(self.first_seen),
            "last_activity": _format(self.last_activity),
            "completed_at": _format(self.completed_at),
            "demo": self.is_demo,
        }


@dataclass(frozen=True, slots=True)
class Page:
    """A page of lines and the marks of its neighbours, None where there is none."""

    items: list[ProgressLine]
    next_cursor: str | None
    previous_cursor: str | None


def list_progress(
    session: Session,
    wanted: ProgressFilter,
    *,
    sort: Sort = Sort.LAST_ACTIVITY,
    is_descending: bool = True,
    cursor: str | None = None,
    limit: int = 50,
) -> Page:
    """Return one page by key, never by offset; raises BadCursor for a damaged mark."""
    mark = _decode_cursor(cursor, sort) if cursor else None
    goes_back = mark is not None and mark.goes_back
    query = _ordered(_select(wanted), sort, is_descending != goes_back)
    if mark is not None:
        query = query.where(_after(sort, mark, is_descending != goes_back))
    rows = session.execute(query.limit(limit + 1)).all()
    has_more = len(rows) > limit
    rows = rows[:limit]
    if goes_back:
        rows = rows[::-1]
    has_next, has_previous = (True, has_more) if goes_back else (has_more, mark is not None)
    return Page(
        items=_to_lines(session, rows),
        next_cursor=_encode_cursor(rows[-1], sort, goes_back=False) if rows and has_next else None,
        previous_cursor=_encode_cursor(rows[0], sort, goes_back=True) if rows and has_previous else None,
    )


def count_progress(session: Session, wanted: ProgressFilter, *, cap: int = COUNT_CAP) -> int:
    """Count the rows, at most `cap` + 1 of them: a larger number is shown as 10,000+."""
    rows = _select(wanted).with_only_columns(ProgressRow.learner_id).limit(cap + 1).subquery()
    return session.execute(select(func.count()).select_from(rows)).scalar_one()


def iterate_progress(
    session: Session,
    wanted: ProgressFilter,
    *,
    sort: Sort = Sort.LAST_ACTIVITY,
    is_descending: bool = True,
) -> Iterator[ProgressLine]:
    """Yield all rows in order, page by page, so that memory and locks stay small however many there are."""
    cursor = None
    while True:
        page = list_progress(
            session, wanted, sort=sort, is_descending=is_descending, cursor=cursor, limit=_STREAM_BATCH
        )
        yield from page.items
        cursor = page.next_cursor
        if cursor is None:
            return


def plain_number(value: float) -> int | float:
    """Return an int for a whole number, so that 45.0 is written 45."""
    return int(value) if value == int(value) else value


@dataclass(frozen=True, slots=True)
class _Mark:
    value: Any
    learner_id: str
    course_id: str
    goes_back: bool


def _select(wanted: ProgressFilter) -> Select[Any]:
    row = ProgressRow
    query = (
        select(
            *row.__table__.c,
            Learner.name.label("learner_name"),
            Learner.sort_name,
            Learner.is_demo.label("learner_is_demo"),
            Course.title.label("course_title"),
            Course.sort_title,
            Course.activity_id,
            Course.type.label("course_type"),
            Course.is_demo.label("course_is_demo"),
        )
        .join(Learner, Learner.id == row.learner_id)
        .join(Course, Course.id == row.course_id)
    )
    return query.where(*_conditions(wanted))


def _conditions(wanted: ProgressFilter) -> Iterator[Any]:
    row = ProgressRow
    if wanted.learner_id is not None:
        yield row.learner_id == wanted.learner_id
    if wanted.course_id is not None:
        yield row.course_id == wanted.course_id
    if wanted.learner_text:
        yield learner_matches(wanted.learner_text)
    if wanted.course_text:
        yield course_matches(wanted.course_text)
    if wanted.statuses:
        yield row.status.in_([status.value for status in wanted.statuses])
    if wanted.percent_min is not None:
        yield row.percent >= wanted.percent_min
    if wanted.percent_max is not None:
        yield row.percent <= wanted.percent_max
    if wanted.since is not None:
        yield row.last_activity >= wanted.since
    if wanted.until is not None:
        yield row.last_activity < wanted.until
    if wanted.channel is not None:
        yield row.has_aicc.is_(wanted.channel in ("aicc", "both"))
        yield row.has_xapi.is_(wanted.channel in ("xapi", "both"))
    if not wanted.has_videos:
        yield Course.type != "video"
    if not wanted.has_demo:
        yield and_(Learner.is_demo.is_(False), Course.is_demo.is_(False))


def _sort_key(sort: Sort) -> Any:
    column = _SORT_COLUMNS[sort]
    # Empty dates sort as the earliest; a comparison with NULL would drop rows from the pages.
    return (
        func.coalesce(column, literal(clock.EPOCH, Instant()), type_=Instant())
        if sort is Sort.COMPLETED_AT
        else column
    )


def _ordered(query: Select[Any], sort: Sort, is_descending: bool) -> Select[Any]:
    keys = (_sort_key(sort), ProgressRow.learner_id, ProgressRow.course_id)
    return query.order_by(*(key.desc() if is_descending else key.asc() for key in keys))


def _after(sort: Sort, mark: _Mark, is_descending: bool) -> Any:
    key, learner, course = _sort_key(sort), ProgressRow.learner_id, ProgressRow.course_id
    if is_descending:
        return or_(
            key < mark.value,
            and_(key == mark.value, learner < mark.learner_id),
            and_(key == mark.value, learner == mark.learner_id, course < mark.course_id),
        )
    return or_(
        key > mark.value,
        and_(key == mark.value, learner > mark.learner_id),
        and_(key == mark.value, learner == mark.learner_id, course > mark.course_id),
    )


_MARK_NAMES = {
    Sort.LEARNER: "sort_name",
    Sort.COURSE: "sort_title",
    Sort.STATUS: "status_rank",
}
_TIME_SORTS = {Sort.FIRST_SEEN, Sort.LAST_ACTIVITY, Sort.COMPLETED_AT}


def _encode_cursor(row: Any, sort: Sort, *, goes_back: bool) -> str:
    value = getattr(row, _MARK_NAMES.get(sort, sort.value))
    if sort in _TIME_SORTS:
        value = clock.to_microseconds(value or clock.EPOCH)
    elif sort is Sort.TIME:
        value = value.total_seconds()
    text = json.dumps(
        [sort.value, int(goes_back), value, row.learner_id, row.course_id], separators=(",", ":")
    )
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _decode_cursor(cursor: str, sort: Sort) -> _Mark:
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        name, goes_back, value, learner_id, course_id = json.loads(raw)
        is_text = sort in (Sort.LEARNER, Sort.COURSE)
        if name != sort.value or not isinstance(value, str if is_text else (int, float)):
            raise BadCursor(cursor)
        if sort in _TIME_SORTS:
            value = clock.from_microseconds(int(value))
        elif sort is Sort.TIME:
            value = timedelta(seconds=float(value))
        return _Mark(value, str(learner_id), str(course_id), bool(goes_back))
    except (binascii.Error, ValueError, TypeError, OverflowError, RecursionError) as error:
        raise BadCursor("the page mark in the address is damaged; start from the first page") from error


def _to_lines(session: Session, rows: Any) -> list[ProgressLine]:
    identities = identities_of(session, {row.learner_id for row in rows})
    return [
        ProgressLine(
            learner_id=row.learner_id,
            learner_name=row.learner_name,
            identities=identities.get(row.learner_id, ()),
            course_id=row.course_id,
            course_title=row.course_title,
            activity_id=row.activity_id,
            course_type=row.course_type,
            percent=row.percent,
            status=Status(row.status),
            score=row.score,
            time_seconds=round(row.time.total_seconds(), 2),
            channels=tuple(
                channel
                for channel, is_set in ((Channel.AICC, row.has_aicc), (Channel.XAPI, row.has_xapi))
                if is_set
            ),
            first_seen=row.first_seen,
            last_activity=row.last_activity,
            completed_at=row.completed_at,
            is_demo=row.learner_is_demo or row.course_is_demo,
        )
        for row in rows
    ]


def _format(moment: datetime | None) -> str | None:
    return None if moment is None else clock.format_rfc3339(moment)
