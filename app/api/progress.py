"""Progress: one flat row for each learner and course, the same columns always."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from marshmallow import ValidationError, fields, validates_schema
from sqlalchemy.orm import Session

from app.api.cursors import BadCursor
from app.api.nouns import Item, Missing, Noun, Page, Wanted, moment
from app.api.parts import ListQuery, Parsed, Record, many_of, query_moment
from app.progress import filter_text as text
from app.progress.bands import BANDS
from app.progress.origins import list_origins
from app.progress.queries import (
    BadCursor as BadMark,
    ProgressFilter,
    ProgressLine,
    Sort,
    list_progress,
    plain_number,
)
from app.progress.values import Channel, Status

_DAY = {"type": "string", "format": "date", "example": "2026-11-28"}
_PERCENT = {"type": "number", "minimum": 0, "maximum": 100}
# Parameter: what it asks for. Each is read as the progress table of the pages reads it.
_FILTERS: Mapping[str, Mapping[str, Any]] = {
    "learner": {"type": "string", "maxLength": 1000, "description": "Text in a learner's name or identity."},
    "course": {
        "type": "string",
        "maxLength": 1000,
        "description": "Text in a course's title or activity id.",
    },
    "learner_id": {"type": "string", "pattern": "^[0-9A-Za-z]{1,18}$", "description": "One learner."},
    "course_id": {"type": "string", "pattern": "^[0-9A-Za-z]{1,18}$", "description": "One course."},
    "min": {**_PERCENT, "description": "The least percentage."},
    "max": {**_PERCENT, "description": "The greatest percentage."},
    "channel": {"type": "string", "enum": list(text.CHANNEL_NAMES), "description": "Over what it came."},
    "since": {**_DAY, "description": "The first day of the last activity, of the organisation's zone."},
    "until": {**_DAY, "description": "The last day of the last activity."},
    "band": {
        "type": "string",
        "enum": [band.name for band in BANDS],
        "description": "A band of percentages.",
    },
    "completed_since": {**_DAY, "description": "The first day of completion."},
    "completed_until": {**_DAY, "description": "The last day of completion."},
    "demo": {"type": "string", "enum": ["no"], "description": "Leaves the demo's rows out."},
}
_WEB = ("https://", "http://")
_SORTS = [mark + sort.value for sort in Sort for mark in ("", "-")]

ProgressFilters = ListQuery.from_dict(
    {name: Parsed(parse, metadata=dict(_FILTERS[name])) for name, parse in text.PARSERS.items()},
    name="ProgressFilters",
)


class ProgressQuery(ProgressFilters):  # type: ignore[misc,valid-type]  # made from the table above
    status = many_of(text.parse_status, [each.value for each in Status], "Any of these.")
    updated_since = query_moment("Rows that were written at this moment or later.")
    sort = Parsed(
        text.parse_sort,
        metadata={
            "type": "string",
            "enum": _SORTS,
            "description": "A column, with - from the greatest. Without: by `updated_at` with "
            "`updated_since`, else by learner and course, in which no row comes twice.",
        },
    )

    @validates_schema
    def check_ranges(self, data: Mapping[str, Any], **_: Any) -> None:
        if (bad := text.find_bad_range(data)) is not None:
            raise ValidationError(f"{bad[2]}.", bad[1])


class ProgressSchema(Record):
    learner_id = fields.String(required=True)
    learner_name = fields.String(required=True, metadata={"example": "Diaz, Ana"})
    learner_email = fields.String(required=True, metadata={"description": "Empty when none is known."})
    learner_user_id = fields.String(required=True)
    group = fields.String(required=True)
    course_id = fields.String(required=True)
    course_title = fields.String(required=True)
    course_url = fields.String(
        required=True, metadata={"description": "The activity id where it is a web address, else empty."}
    )
    activity_id = fields.String(required=True)
    progress_percent = fields.Float(required=True, metadata={"minimum": 0, "maximum": 100})
    status = fields.String(required=True, metadata={"enum": [each.value for each in Status]})
    score = fields.Float(required=True, allow_none=True)
    started_at = fields.DateTime(required=True, allow_none=True)
    completed_at = fields.DateTime(required=True, allow_none=True)
    last_activity_at = fields.DateTime(required=True, allow_none=True)
    time_spent_seconds = fields.Float(required=True)
    channels = fields.List(fields.String(metadata={"enum": [each.value for each in Channel]}), required=True)
    integrations = fields.List(
        fields.String(), required=True, metadata={"description": "Names of those that reported."}
    )
    demo = fields.Boolean(required=True)
    decided = fields.Boolean(
        required=True,
        metadata={"description": "Somebody set it by hand or began a new attempt, and that counts."},
    )
    updated_at = fields.DateTime(required=True)


def list_page(session: Session, wanted: Wanted) -> Page:
    """Return a page; raises BadCursor."""
    values = wanted.values
    has_since = values.get("updated_since") is not None
    default = (Sort.UPDATED_AT if has_since else Sort.PAIR, False)
    sort, is_descending = values.get("sort") or default
    try:
        page = list_progress(
            session,
            text.make_filter(values, wanted.zone),
            sort=sort,
            is_descending=is_descending,
            cursor=wanted.cursor,
            limit=wanted.limit,
        )
    except BadMark as error:
        raise BadCursor(str(error)) from error
    return Page(_describe(session, page.items), page.next_cursor)


def get(session: Session, keys: Sequence[str]) -> Item:
    """Return the row of a learner and a course; raises Missing."""
    wanted = ProgressFilter(learner_id=keys[0], course_id=keys[1], has_videos=True)
    found = list_progress(session, wanted, sort=Sort.PAIR, is_descending=False, limit=1).items
    if not found:
        raise Missing("this learner has no progress on this course")
    return _describe(session, found)[0]


def _describe(session: Session, lines: Sequence[ProgressLine]) -> list[Item]:
    origins = list_origins(session, [(line.learner_id, line.course_id) for line in lines])
    return [_item(line, origins.get((line.learner_id, line.course_id), ())) for line in lines]


def _item(line: ProgressLine, integrations: Sequence[str]) -> Item:
    return {
        "learner_id": line.learner_id,
        "learner_name": line.learner_name,
        "learner_email": _first(line, "email"),
        "learner_user_id": _first(line, "user_id"),
        "group": line.group,
        "course_id": line.course_id,
        "course_title": line.course_title,
        "course_url": line.activity_id if line.activity_id.startswith(_WEB) else "",
        "activity_id": line.activity_id,
        "progress_percent": plain_number(line.percent),
        "status": line.status.value,
        "score": None if line.score is None else plain_number(line.score),
        "started_at": moment(line.first_seen),
        "completed_at": moment(line.completed_at),
        "last_activity_at": moment(line.last_activity),
        "time_spent_seconds": plain_number(line.time_seconds),
        "channels": [channel.value for channel in line.channels],
        "integrations": list(integrations),
        "demo": line.is_demo,
        "decided": line.is_decided,
        "updated_at": moment(line.updated_at),
    }


def _first(line: ProgressLine, kind: str) -> str:
    """Return the first identity of a kind: a second address must not make a second column."""
    return next((value for each, value in line.identities if each == kind), "")


PROGRESS = Noun(
    name="progress",
    one="progress",
    words="How far each learner is with each course.",
    scope="progress:read",
    item=ProgressSchema(),
    query=ProgressQuery(),
    list_page=list_page,
    get=get,
    keys=("learner_id", "course_id"),
)
