"""Courses: what there is to learn, stubs that only messages named included."""

from __future__ import annotations

from collections.abc import Sequence

from marshmallow import RAISE, Schema, fields, validate
from sqlalchemy.orm import Session

from app.api.cursors import decode_cursor, encode_cursor
from app.api.nouns import Item, Missing, Noun, Page, Wanted, moment
from app.api.parts import ListQuery, Record, Text, choice, query_id, query_moment, query_text
from app.catalog.feed import list_after
from app.catalog.service import TYPES, Course, UnknownCourse, get_course


class CourseQuery(ListQuery):
    q = query_text("java", "Text in a title or an activity id.")
    type = choice("One type; videos, which are parts of courses, are listed only so.", *TYPES)
    integration_id = query_id("One integration.")
    stub = choice("Whether it is known from messages only.", "yes", "no")
    created_since = query_moment("Courses that were made at this moment or later.")


class CourseSchema(Record):
    id = fields.String(required=True)
    title = fields.String(required=True, metadata={"example": "Learning Java"})
    activity_id = fields.String(required=True, metadata={"example": "urn:li:lyndaCourse:77"})
    type = fields.String(required=True, metadata={"enum": list(TYPES)})
    launch_url = fields.String(required=True, allow_none=True)
    integration_id = fields.String(required=True, allow_none=True)
    parent_id = fields.String(required=True, allow_none=True)
    description = fields.String(required=True)
    stub = fields.Boolean(required=True)
    demo = fields.Boolean(required=True)
    created_at = fields.DateTime(required=True)


class NewCourse(Schema):
    """A course to add; one that the activity id names already is filled."""

    class Meta:
        unknown = RAISE

    integration_id = Text(required=True, validate=validate.Length(1, 32))
    title = Text(required=True, validate=validate.Length(1, 500), metadata={"example": "Learning Java"})
    activity_id = Text(
        required=True,
        validate=validate.Length(1, 2000),
        metadata={"example": "urn:li:lyndaCourse:77", "description": "Activity id or URN, without spaces."},
    )
    launch_url = Text(
        allow_none=True,
        load_default=None,
        validate=validate.Length(max=4000),
        metadata={"example": "https://www.linkedin.com/learning/learning-java"},
    )


class CourseChange(Schema):
    """What to change; what is left out stays."""

    class Meta:
        unknown = RAISE

    integration_id = Text(validate=validate.Length(1, 32))
    title = Text(validate=validate.Length(1, 500))
    launch_url = Text(allow_none=True, validate=validate.Length(max=4000))


def list_page(session: Session, wanted: Wanted) -> Page:
    """Return a page; raises BadCursor."""
    values = wanted.values
    after = decode_cursor("courses", wanted.cursor, str) if wanted.cursor else None
    stub = values.get("stub")
    found = list_after(
        session,
        after,
        limit=wanted.limit + 1,
        text=values.get("q") or "",
        type_=values.get("type"),
        integration_id=values.get("integration_id"),
        is_stub=None if stub is None else stub == "yes",
        created_since=values.get("created_since"),
    )
    shown = found[: wanted.limit]
    mark = encode_cursor("courses", shown[-1].id) if len(found) > wanted.limit else None
    return Page([describe(each) for each in shown], mark)


def get(session: Session, keys: Sequence[str]) -> Item:
    """Return one; raises Missing."""
    try:
        return describe(get_course(session, keys[0]))
    except UnknownCourse as error:
        raise Missing("there is no such course") from error


def describe(course: Course) -> Item:
    """Return a course as JSON."""
    return {
        "id": course.id,
        "title": course.title,
        "activity_id": course.activity_id,
        "type": course.type,
        "launch_url": course.launch_url,
        "integration_id": course.integration_id,
        "parent_id": course.parent_id,
        "description": course.description,
        "stub": course.is_stub,
        "demo": course.is_demo,
        "created_at": moment(course.created_at),
    }


COURSES = Noun(
    name="courses",
    one="course",
    words="Things to learn, in the order in which they were first seen.",
    scope="courses:read",
    item=CourseSchema(),
    query=CourseQuery(),
    list_page=list_page,
    get=get,
)
