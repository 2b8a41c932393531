"""Which identifiers mean which course, corrected by an admin: what was two courses becomes one."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.catalog.course_rules import BadCourse
from app.catalog.identifiers import normalise_identifier
from app.catalog.service import MAX_IDENTIFIER_BYTES, Course, get_course
from app.models import learning as tables
from app.models.base import fit_key
from app.models.launches import Launch


class TakenIdentifier(BadCourse):
    """The identifier means another known course, and nobody said that it shall not."""

    def __init__(self, other: Course) -> None:
        super().__init__(f"it means the course {other.title!r} so far")
        self.other = other


@dataclass(frozen=True, slots=True)
class Mapped:
    """What an identifier's new meaning did: `other` is the course that it was taken from, if any."""

    value: str
    other: Course | None
    identifier_ids: tuple[int, ...]


def list_identifiers(session: Session, course_id: str) -> list[str]:
    """List what messages may call a course, in the order in which it was learnt."""
    row = tables.CourseIdentifier
    return list(session.scalars(select(row.value).where(row.course_id == course_id).order_by(row.id)))


def map_identifier(session: Session, course_id: str, value: str, *, may_take: bool = False) -> Mapped:
    """Let an identifier mean this course. Progress of what it meant before must be made again.

    A stub that it meant is emptied whole, for all of its names are names of one thing. Raises BadCourse,
    TakenIdentifier when it means another known course and `may_take` is not given, UnknownCourse.
    """
    get_course(session, course_id)
    value = fit_key(normalise_identifier(value), MAX_IDENTIFIER_BYTES)
    if not value or " " in value:
        raise BadCourse("give an activity id, URN or other identifier, without spaces")
    row = tables.CourseIdentifier
    found = session.execute(select(row.id, row.course_id).where(row.value == value)).first()
    if found is None:
        made = row(course_id=course_id, value=value)
        session.add(made)
        session.flush()
        return Mapped(value, None, (made.id,))
    if found.course_id == course_id:
        raise BadCourse("it means this course already")
    other = get_course(session, found.course_id)
    if not other.is_stub and not may_take:
        raise TakenIdentifier(other)
    moves = row.course_id == other.id if other.is_stub else row.id == found.id
    moved = session.scalars(update(row).where(moves).values(course_id=course_id).returning(row.id)).all()
    return Mapped(value, other, tuple(moved))


def drop_if_empty(session: Session, course_id: str, *, heir_id: str) -> bool:
    """Delete a stub that nothing means any more; its videos go to the heir. True when it is gone."""
    course, identifier = tables.Course, tables.CourseIdentifier
    is_empty = (
        (course.id == course_id)
        & course.is_stub
        & ~select(identifier.id).where(identifier.course_id == course_id).exists()
        & ~select(Launch.id).where(Launch.course_id == course_id).exists()
    )
    if session.scalar(select(course.id).where(is_empty)) is None:
        return False
    session.execute(update(course).where(course.parent_id == course_id).values(parent_id=heir_id))
    session.execute(delete(course).where(course.id == course_id))
    return True
