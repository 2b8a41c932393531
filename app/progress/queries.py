"""Read progress: filtered, sorted, paged by key, or streamed whole."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from sqlalchemy import Select, and_, func, literal, select, tuple_
from sqlalchemy.orm import Session

from app import clock
from app.learners.service import identities_of
from app.models.base import Instant
from app.models.learning import Course, Learner, ProgressRow
from app.progress.conditions import ProgressFilter as ProgressFilter, Sort as Sort, list_conditions
from app.progress.values import Channel, Status

COUNT_CAP = 10_000
_STREAM_BATCH = 500
# Without an index, all rows that are left are sorted again for each batch.
_SORTED_BATCH = 5_000


class BadCursor(ValueError):
    """The page mark in the address is damaged or belongs to another sort order."""


_SORT_COLUMNS: dict[Sort, Any] = {
    Sort.LEARNER: Learner.sort_name,
    Sort.COURSE: Course.sort_title,
    Sort.PERCENT: ProgressRow.percent,
    Sort.STATUS: ProgressRow.status_rank,
    Sort.FIRST_SEEN: ProgressRow.first_seen,
    Sort.LAST_ACTIVITY: ProgressRow.last_activity,
    Sort.COMPLETED_AT: ProgressRow.completed_at,
    Sort.TIME: ProgressRow.time,
    Sort.UPDATED_AT: ProgressRow.updated_at,
    Sort.PAIR: ProgressRow.learner_id,
}
_WITHOUT_INDEX = {Sort.FIRST_SEEN, Sort.COMPLETED_AT, Sort.TIME}


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
    updated_at: datetime
    group: str
    is_demo: bool
    # A decision counts in it: it is not what the messages alone would make.
    is_decided: bool

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
    matching: int | None = None,
) -> Page:
    """Return one page by key, never by offset; raises BadCursor for a damaged mark.

    `matching` is what `count_progress` said, where it was asked already.
    """
    mark = _decode_cursor(cursor, sort) if cursor else None
    if matching == 0:
        return Page(items=[], next_cursor=None, previous_cursor=None)
    goes_back = mark is not None and mark.goes_back
    way = _choose_way(session, wanted, sort, matching)
    picked = _pick(session, wanted, walked=sort if way is _Way.WALKED else None)
    is_sorted = way is _Way.SORTED
    keys = _ordered(_joined(picked, sort), sort, is_descending != goes_back, is_sorted=is_sorted)
    if mark is not None:
        keys = keys.where(_after(sort, mark, is_descending != goes_back, is_sorted=is_sorted))
    query = _ordered(_read(keys.limit(limit + 1)), sort, is_descending != goes_back)
    rows = session.execute(query).all()
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
    rows = _pick(session, wanted).limit(cap + 1).subquery()
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
    matching = count_progress(session, wanted)
    limit = _SORTED_BATCH if sort in _WITHOUT_INDEX else _STREAM_BATCH
    while True:
        page = list_progress(
            session,
            wanted,
            sort=sort,
            is_descending=is_descending,
            cursor=cursor,
            limit=limit,
            matching=matching,
        )
        yield from page.items
        cursor = page.next_cursor
        if cursor is None:
            return


def plain_number(value: float) -> int | float:
    """Return an int for a whole number, so that 45.0 is written 45."""
    return int(value) if value == int(value) else value


class _Way(Enum):
    """How the rows of a page are found; the planners, which take filters for independent, choose badly."""

    # Along the order's index: what is many is met soon.
    WALKED = 1
    # By an index of the filter, and then sorted: what is few may stand anywhere in the order.
    SORTED = 2
    # Nothing is left out, or only what lies at an end of the order.
    PLANNED = 3


def _choose_way(session: Session, wanted: ProgressFilter, sort: Sort, matching: int | None) -> _Way:
    if replace(wanted, has_videos=False, has_demo=True, **_SERVED.get(sort, {})) == ProgressFilter():
        return _Way.PLANNED
    if matching is None:
        matching = count_progress(session, wanted)
    return _Way.WALKED if matching > COUNT_CAP else _Way.SORTED


# The filters that the index of an order serves as well.
_SERVED: dict[Sort, dict[str, Any]] = {
    Sort.LAST_ACTIVITY: {"since": None, "until": None},
    Sort.UPDATED_AT: {"updated_since": None},
}


@dataclass(frozen=True, slots=True)
class _Mark:
    value: Any
    learner_id: str
    course_id: str
    goes_back: bool


def _pick(session: Session, wanted: ProgressFilter, *, walked: Sort | None = None) -> Select[Any]:
    """Return the query of the rows' keys alone: what a page shows beside them is read for the page only."""
    row = ProgressRow
    query: Any = select(row.learner_id, row.course_id)
    keys: Select[Any] = query.where(*list_conditions(session, wanted, walked=walked))
    return keys


def _read(keys: Select[Any]) -> Select[Any]:
    """Return the query of what lines show of the rows with these keys."""
    row, picked = ProgressRow, keys.subquery("picked")
    return (
        select(
            *row.__table__.c,
            Learner.name.label("learner_name"),
            Learner.sort_name,
            Learner.group_name.label("learner_group"),
            Learner.is_demo.label("learner_is_demo"),
            Course.title.label("course_title"),
            Course.sort_title,
            Course.activity_id,
            Course.type.label("course_type"),
            Course.is_demo.label("course_is_demo"),
        )
        .select_from(picked)
        .join(row, and_(row.learner_id == picked.c.learner_id, row.course_id == picked.c.course_id))
        .join(Learner, Learner.id == row.learner_id)
        .join(Course, Course.id == row.course_id)
    )


def _sort_key(sort: Sort, *, is_sorted: bool = False) -> Any:
    """Return what rows are sorted by; with `is_sorted` no index knows it."""
    column = _SORT_COLUMNS[sort]
    # Empty dates sort as the earliest; a comparison with NULL would drop rows from the pages.
    if sort is Sort.COMPLETED_AT:
        column = func.coalesce(column, literal(clock.EPOCH, Instant()), type_=Instant())
    return func.coalesce(column, column, type_=column.type) if is_sorted else column


def _joined(query: Select[Any], sort: Sort) -> Select[Any]:
    """Add the table that holds what is sorted by."""
    if sort is Sort.LEARNER:
        return query.join(Learner, Learner.id == ProgressRow.learner_id)
    if sort is Sort.COURSE:
        return query.join(Course, Course.id == ProgressRow.course_id)
    return query


def _ordered(query: Select[Any], sort: Sort, is_descending: bool, *, is_sorted: bool = False) -> Select[Any]:
    keys = (_sort_key(sort, is_sorted=is_sorted), ProgressRow.learner_id, ProgressRow.course_id)
    return query.order_by(*(key.desc() if is_descending else key.asc() for key in keys))


def _after(sort: Sort, mark: _Mark, is_descending: bool, *, is_sorted: bool) -> Any:
    key = _sort_key(sort, is_sorted=is_sorted)
    row = tuple_(key, ProgressRow.learner_id, ProgressRow.course_id)
    # Compared as a whole: an index is then entered at the mark, where an OR would be tried from the start.
    last = tuple_(literal(mark.value, key.type), literal(mark.learner_id), literal(mark.course_id))
    return row < last if is_descending else row > last


_MARK_NAMES = {
    Sort.LEARNER: "sort_name",
    Sort.COURSE: "sort_title",
    Sort.STATUS: "status_rank",
    Sort.PAIR: "learner_id",
}
_TIME_SORTS = {Sort.FIRST_SEEN, Sort.LAST_ACTIVITY, Sort.COMPLETED_AT, Sort.UPDATED_AT}


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
        is_text = sort in (Sort.LEARNER, Sort.COURSE, Sort.PAIR)
        is_right = isinstance(value, str) if is_text else type(value) in (int, float)
        if name != sort.value or not is_right or not all(map(_may_be_stored, (value, learner_id, course_id))):
            raise BadCursor(cursor)
        if sort is Sort.STATUS:
            value = max(-1, min(99, int(value)))
        if sort in _TIME_SORTS:
            value = clock.from_microseconds(int(value))
        elif sort is Sort.TIME:
            value = timedelta(seconds=float(value))
        return _Mark(value, str(learner_id), str(course_id), bool(goes_back))
    except (binascii.Error, ValueError, TypeError, OverflowError, RecursionError) as error:
        raise BadCursor("the page mark in the address is damaged; start from the first page") from error


def _may_be_stored(value: Any) -> bool:
    """Tell what no row can hold, and PostgreSQL refuses even to look for."""
    return not isinstance(value, str) or value.isprintable()


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
            updated_at=row.updated_at,
            group=row.learner_group,
            is_demo=row.learner_is_demo or row.course_is_demo,
            is_decided=row.has_decision,
        )
        for row in rows
    ]


def _format(moment: datetime | None) -> str | None:
    return None if moment is None else clock.format_rfc3339(moment)
