"""Launches: AICC sessions, who opened what and what came of it; and links that open one."""

from __future__ import annotations

from collections.abc import Sequence

from marshmallow import RAISE, Schema, fields, validate
from sqlalchemy.orm import Session

from app.access.launches import EndReason, LaunchState, LessonMode
from app.api.cursors import decode_cursor, encode_cursor
from app.api.nouns import Item, Missing, Noun, Page, Wanted, moment
from app.api.parts import ListQuery, Record, Text, choice, query_id, query_moment
from app.inspector.sessions import SessionLine, UnknownSession, get_session, list_sessions
from app.progress.queries import plain_number
from app.progress.values import Status


class LaunchQuery(ListQuery):
    learner = query_id("One learner.")
    course = query_id("One course.")
    heard = choice("Whether the content has called.", "yes", "no")
    updated_since = query_moment("Sessions that were opened, heard of or ended at this moment or later.")


class LaunchSchema(Record):
    id = fields.String(required=True)
    state = fields.String(required=True, metadata={"enum": [each.value for each in LaunchState]})
    end_reason = fields.String(
        required=True, allow_none=True, metadata={"enum": [*(each.value for each in EndReason), None]}
    )
    integration_id = fields.String(required=True)
    learner_id = fields.String(required=True)
    learner_name = fields.String(required=True)
    course_id = fields.String(required=True)
    course_title = fields.String(required=True)
    credit = fields.Boolean(required=True)
    mode = fields.String(required=True, metadata={"enum": [each.value for each in LessonMode]})
    status = fields.String(
        required=True, allow_none=True, metadata={"enum": [*(each.value for each in Status), None]}
    )
    progress_percent = fields.Float(required=True, allow_none=True)
    time_spent_seconds = fields.Float(required=True)
    messages = fields.Integer(required=True, metadata={"description": "Of those that are still kept."})
    opened_at = fields.DateTime(required=True)
    first_message_at = fields.DateTime(required=True, allow_none=True)
    last_message_at = fields.DateTime(required=True, allow_none=True)
    ended_at = fields.DateTime(required=True, allow_none=True)
    demo = fields.Boolean(required=True)


class NewLaunch(Schema):
    """A link that opens a course for one learner."""

    class Meta:
        unknown = RAISE

    course_id = Text(required=True, validate=validate.Length(1, 32))
    learner_id = Text(required=True, validate=validate.Length(1, 32))
    credit = fields.Boolean(truthy={True}, falsy={False}, load_default=True)
    mode = Text(
        load_default=LessonMode.NORMAL.value, validate=validate.OneOf([each.value for each in LessonMode])
    )
    days = fields.Integer(
        strict=True,
        validate=validate.Range(1, 3650),
        metadata={"description": "How long the link is good; left out: as the server is set."},
    )
    single_use = fields.Boolean(truthy={True}, falsy={False}, load_default=False)


class LaunchLinkSchema(Schema):
    launch_url = fields.String(required=True, metadata={"description": "Give it to the learner."})
    course_id = fields.String(required=True)
    learner_id = fields.String(required=True)
    expires_at = fields.DateTime(required=True)


def list_page(session: Session, wanted: Wanted) -> Page:
    """Return a page, the newest first; raises BadCursor."""
    values = wanted.values
    heard = values.get("heard")
    found = list_sessions(
        session,
        learner_id=values.get("learner"),
        course_id=values.get("course"),
        is_heard=None if heard is None else heard == "yes",
        updated_since=values.get("updated_since"),
        before=decode_cursor("launches", wanted.cursor, str) if wanted.cursor else None,
        limit=wanted.limit + 1,
    )
    shown = found[: wanted.limit]
    mark = encode_cursor("launches", shown[-1].launch.id) if len(found) > wanted.limit else None
    return Page([describe(each) for each in shown], mark)


def get(session: Session, keys: Sequence[str]) -> Item:
    """Return one; raises Missing."""
    try:
        return describe(get_session(session, keys[0]).line)
    except UnknownSession as error:
        raise Missing("there is no such launch") from error


def describe(line: SessionLine) -> Item:
    """Return an AICC session as JSON."""
    launch, reported = line.launch, line.reported
    percent = reported.percent if reported else None
    return {
        "id": launch.id,
        "state": launch.state.value,
        "end_reason": launch.end_reason,
        "integration_id": launch.integration_id,
        "learner_id": launch.learner_id,
        "learner_name": line.learner_name,
        "course_id": launch.course_id,
        "course_title": line.course_title,
        "credit": launch.is_credit,
        "mode": launch.lesson_mode.value,
        "status": reported.status.value if reported else None,
        "progress_percent": None if percent is None else plain_number(percent),
        "time_spent_seconds": plain_number(launch.session_time.total_seconds()),
        "messages": line.messages,
        "opened_at": moment(launch.opened_at),
        "first_message_at": moment(launch.first_message_at),
        "last_message_at": moment(launch.last_message_at),
        "ended_at": moment(launch.ended_at),
        "demo": launch.is_demo,
    }


LAUNCHES = Noun(
    name="launches",
    one="launch",
    words="AICC sessions, the newest first.",
    scope="launches:read",
    item=LaunchSchema(),
    query=LaunchQuery(),
    list_page=list_page,
    get=get,
)
