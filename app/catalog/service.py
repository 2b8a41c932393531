"""Find the course a message means, and keep the list of courses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, bindparam, delete, func, insert, select, update
from sqlalchemy.orm import Session

from app import clock
from app.catalog.course_rules import BadCourse as BadCourse, check_launch_url, clean_title
from app.catalog.identifiers import course_type, normalise_identifier, parent_identifier
from app.db import on_conflict_insert
from app.models import learning as tables
from app.models.base import fit_key, new_id, table_of
from app.prepared import Asked, Prepared
from app.words import worded

MAX_IDENTIFIER_BYTES = 2000
TYPES = ("course", "path", "video", "other")


class UnknownCourse(LookupError):
    """There is no course with this id."""


@dataclass(frozen=True, slots=True)
class Identifier:
    """A stored course identifier and the course it means now."""

    id: int
    course_id: str


@dataclass(frozen=True, slots=True)
class Course:
    id: str
    title: str
    activity_id: str
    type: str
    launch_url: str | None
    unit_id: str | None
    is_stub: bool
    is_demo: bool
    integration_id: str | None
    parent_id: str | None
    description: str = ""
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Unit:
    """An assignable unit: what a launch opens."""

    id: str
    course_id: str
    launch_url: str | None
    web_launch: str
    core_vendor: str
    mastery_score: float | None
    max_score: float | None
    max_time_allowed: str | None = None
    time_limit_action: str | None = None
    comments: str = ""
    au_password_hash: bytes | None = None
    system_id: str = "A1"
    title: str = ""


def resolve_identifier(
    session: Session,
    value: str,
    *,
    title: str | None = None,
    type_iri: str | None = None,
    is_demo: bool = False,
    asked: Asked | None = None,
) -> Identifier:
    """Return the identifier a message used; an unseen one gets a stub course, so nothing is refused.

    `asked` is what `ask_identifier` gave for the same value.
    """
    row = (asked or ask_identifier(session, value)).first()
    value = fit_key(normalise_identifier(value), MAX_IDENTIFIER_BYTES)
    if row is not None:
        if title and row.is_stub and row.title == clean_title(value):
            _title_stub(session, row.course_id, title)
        return Identifier(id=row.id, course_id=row.course_id)
    parent = parent_identifier(value)
    parent_id = resolve_identifier(session, parent, is_demo=is_demo).course_id if parent else None
    course_id = _insert_course(
        session,
        title=title or value,
        type_=course_type(value, type_iri),
        activity_id=value,
        parent_id=parent_id,
        is_stub=True,
        is_demo=is_demo,
    )
    return _attach(session, course_id, value)


def ask_identifier(session: Session, value: str) -> Asked:
    """Ask ahead for the identifier that `resolve_identifier` is going to return."""
    return _SELECT_IDENTIFIER.ask(
        session, {"value": fit_key(normalise_identifier(value), MAX_IDENTIFIER_BYTES)}
    )


def own_identifier(session: Session, course_id: str) -> Identifier:
    """Return the identifier by which our own launches mean this course: its first one."""
    found = _SELECT_OWN_IDENTIFIER.first(session, {"course_id": course_id})
    if found is not None:
        return Identifier(id=found.id, course_id=course_id)
    get_course(session, course_id)
    return _attach(session, course_id, f"waymark:{course_id}")


def add_course(
    session: Session,
    *,
    integration_id: str | None,
    title: str,
    activity_id: str,
    launch_url: str | None,
    type_: str | None = None,
    is_demo: bool = False,
) -> Course:
    """Add a course, or fill the stub that a known identifier already made (same id).

    Raises BadCourse for an empty title or identifier, or a launch URL that is not http or https.
    """
    title = clean_title(title)
    identifier = fit_key(normalise_identifier(activity_id), MAX_IDENTIFIER_BYTES)
    if not title:
        raise BadCourse(worded("give the course a title"))
    if not identifier or " " in identifier:
        raise BadCourse(worded("give the course its activity id or URN, without spaces"))
    type_ = _check_type(type_, identifier)
    url = check_launch_url(launch_url)
    found = _find_identifier(session, identifier)
    if found is None:
        course_id = _insert_course(
            session,
            title=title,
            type_=type_,
            activity_id=identifier,
            parent_id=None,
            is_stub=False,
            is_demo=is_demo,
        )
        course_id = _attach(session, course_id, identifier).course_id
    else:
        course_id = found.course_id
    session.execute(
        update(tables.Course)
        .where(tables.Course.id == course_id)
        .values(
            title=title,
            sort_title=title.casefold()[:500],
            type=type_,
            is_stub=False,
            integration_id=integration_id,
        )
    )
    unit = get_unit(session, course_id)
    if url is not None:
        session.execute(
            update(tables.AssignableUnit).where(tables.AssignableUnit.id == unit.id).values(launch_url=url)
        )
    return get_course(session, course_id)


def _check_type(type_: str | None, identifier: str) -> str:
    """Return the type that was given, or what the identifier says of it; raises BadCourse."""
    if type_ is None:
        type_ = course_type(identifier)
        type_ = "course" if type_ == "other" else type_
    if type_ not in TYPES:
        raise BadCourse(worded("the type is one of %(types)s", types=", ".join(TYPES)))
    return type_


def get_course(session: Session, course_id: str) -> Course:
    """Read one course; raises UnknownCourse."""
    courses = read_courses(session, select(tables.Course).where(tables.Course.id == course_id))
    if not courses:
        raise UnknownCourse(f"there is no course {course_id!r}")
    return courses[0]


def hold_course(session: Session, course_id: str) -> Course:
    """Read one course, and let nobody else change it until the commit; raises UnknownCourse."""
    row = tables.Course
    session.execute(select(row.id).where(row.id == course_id).with_for_update(key_share=True))
    session.expire_all()
    return get_course(session, course_id)


def list_courses(
    session: Session,
    *,
    text: str = "",
    after: str | None = None,
    limit: int | None = None,
    has_videos: bool = False,
) -> list[Course]:
    """List courses by title; videos only when asked for, `after` is the id before the page."""
    row = tables.Course
    query = select(row).order_by(row.sort_title, row.id)
    if not has_videos:
        query = query.where(row.type != "video")
    if text:
        query = query.where(matches_text(text))
    if after is not None:
        last = session.get(row, after)
        if last is not None:
            query = query.where(
                (row.sort_title > last.sort_title)
                | ((row.sort_title == last.sort_title) & (row.id > last.id))
            )
    if limit is not None:
        query = query.limit(limit)
    return read_courses(session, query)


def matches_text(text: str) -> ColumnElement[bool]:
    """Return the SQL condition that a course's title or activity id holds this text."""
    row, folded = tables.Course, text.casefold()
    return row.sort_title.contains(folded, autoescape=True) | func.lower(row.activity_id).contains(
        folded, autoescape=True
    )


def get_unit(session: Session, course_id: str) -> Unit:
    """Return a course's first unit, of those that can be launched if any; makes one where there is none."""
    row = tables.AssignableUnit
    order = (row.launch_url.is_(None), row.position, row.id)
    query = select(row).where(row.course_id == course_id).order_by(*order).limit(1)
    unit = session.scalars(query).first()
    if unit is None:
        # Two first launches at once must not both make one: the second waits here, then finds it.
        lock = select(tables.Course.id).where(tables.Course.id == course_id).with_for_update(key_share=True)
        session.execute(lock)
        unit = session.scalars(query).first()
    if unit is None:
        unit = row(course_id=course_id, launch_url=None)
        session.add(unit)
        session.flush()
    return Unit(
        id=unit.id,
        course_id=unit.course_id,
        launch_url=unit.launch_url,
        web_launch=unit.web_launch,
        core_vendor=unit.core_vendor,
        mastery_score=unit.mastery_score,
        max_score=unit.max_score,
        max_time_allowed=unit.max_time_allowed,
        time_limit_action=unit.time_limit_action,
        comments=unit.comments,
        au_password_hash=unit.au_password_hash,
        system_id=unit.system_id,
        title=unit.title,
    )


def delete_demo_courses(session: Session) -> int:
    """Delete the courses that the demo made; returns how many."""
    count = session.scalar(select(func.count()).select_from(tables.Course).where(tables.Course.is_demo)) or 0
    session.execute(delete(tables.Course).where(tables.Course.is_demo))
    return count


_IDENTIFIER, _COURSE = table_of(tables.CourseIdentifier), table_of(tables.Course)
# Made once: putting a statement together costs more than running it.
_SELECT_IDENTIFIER = Prepared(
    select(_IDENTIFIER.c.id, _IDENTIFIER.c.course_id, _COURSE.c.title, _COURSE.c.is_stub)
    .join(_COURSE, _COURSE.c.id == _IDENTIFIER.c.course_id)
    .where(_IDENTIFIER.c.value == bindparam("value"))
)
_SELECT_OWN_IDENTIFIER = Prepared(
    select(_IDENTIFIER.c.id)
    .where(_IDENTIFIER.c.course_id == bindparam("course_id"))
    .order_by(_IDENTIFIER.c.id)
    .limit(1)
)


def _find_identifier(session: Session, value: str) -> Identifier | None:
    found = _SELECT_IDENTIFIER.first(session, {"value": value})
    return None if found is None else Identifier(id=found.id, course_id=found.course_id)


def _insert_course(
    session: Session,
    *,
    title: str,
    type_: str,
    activity_id: str,
    parent_id: str | None,
    is_stub: bool,
    is_demo: bool,
) -> str:
    course_id = new_id()
    title = clean_title(title) or activity_id[:500]
    session.execute(
        insert(tables.Course).values(
            id=course_id,
            title=title,
            sort_title=title.casefold()[:500],
            type=type_,
            activity_id=activity_id,
            parent_id=parent_id,
            is_stub=is_stub,
            is_demo=is_demo,
            created_at=clock.now(),
        )
    )
    return course_id


def _attach(session: Session, course_id: str, value: str) -> Identifier:
    """Insert the identifier; when another request did so first, use that one and drop our stub."""
    identifier_id = session.execute(
        on_conflict_insert(session, tables.CourseIdentifier)
        .values(course_id=course_id, value=value)
        .on_conflict_do_nothing(index_elements=["value"])
        .returning(tables.CourseIdentifier.id)
    ).scalar_one_or_none()
    if identifier_id is not None:
        return Identifier(id=identifier_id, course_id=course_id)
    found = _find_identifier(session, value)
    assert found is not None, "a conflicting identifier is visible once its insert has been waited for"
    if found.course_id != course_id:
        has_identifier = (
            select(tables.CourseIdentifier.id).where(tables.CourseIdentifier.course_id == course_id).exists()
        )
        session.execute(delete(tables.Course).where(tables.Course.id == course_id, ~has_identifier))
    return found


def _title_stub(session: Session, course_id: str, title: str) -> None:
    """Give a stub, whose title is only its identifier, the one that a message brought."""
    if cleaned := clean_title(title):
        session.execute(
            update(tables.Course)
            .where(tables.Course.id == course_id)
            .values(title=cleaned, sort_title=cleaned.casefold()[:500])
        )


def read_courses(session: Session, query: Select[tables.Course]) -> list[Course]:
    """Return the courses of a query, each with its first unit that can be launched."""
    rows = session.scalars(query).all()
    units = {
        unit.course_id: unit
        for unit in session.scalars(
            select(tables.AssignableUnit)
            .where(tables.AssignableUnit.course_id.in_([row.id for row in rows]))
            # The last one stays: the first that can be launched.
            .order_by(
                tables.AssignableUnit.launch_url.is_(None).desc(),
                tables.AssignableUnit.position.desc(),
                tables.AssignableUnit.id.desc(),
            )
        )
    }
    return [_to_value(row, units.get(row.id)) for row in rows]


def _to_value(row: tables.Course, unit: tables.AssignableUnit | None) -> Course:
    return Course(
        id=row.id,
        title=row.title,
        activity_id=row.activity_id,
        type=row.type,
        launch_url=unit.launch_url if unit else None,
        unit_id=unit.id if unit else None,
        is_stub=row.is_stub,
        is_demo=row.is_demo,
        integration_id=row.integration_id,
        parent_id=row.parent_id,
        description=row.description,
        created_at=row.created_at,
    )
