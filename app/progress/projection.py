"""The progress that a learner's observations of a course add up to, read again from the log."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from app.models.base import table_of
from app.models.learning import AssignableUnit, CourseIdentifier, Identity, Observation
from app.prepared import Prepared
from app.progress import rules
from app.progress.rows import to_report
from app.progress.values import Progress

_OBSERVATION, _UNIT = table_of(Observation), table_of(AssignableUnit)
_SELECT_OBSERVATIONS = Prepared(
    select(*_OBSERVATION.c)
    .join(Identity, Identity.id == _OBSERVATION.c.identity_id)
    .join(CourseIdentifier, CourseIdentifier.id == _OBSERVATION.c.identifier_id)
    .where(
        Identity.learner_id == bindparam("learner_id"),
        CourseIdentifier.course_id == bindparam("course_id"),
        _OBSERVATION.c.is_withdrawn.is_(False),
    )
    .order_by(_OBSERVATION.c.id)
)


def project_pair(session: Session, learner_id: str, course_id: str) -> Progress | None:
    """Return what still counts of one learner on one course, None when nothing does."""
    rows = _SELECT_OBSERVATIONS.all(session, {"learner_id": learner_id, "course_id": course_id})
    if not rows:
        return None
    return project_rows(rows, list_parts(session, [course_id]).get(course_id, frozenset()))


def project_rows(rows: Iterable[Any], parts: frozenset[str]) -> Progress:
    """Return the progress of observation rows of one learner and course with these units."""
    return rules.project_course(((row.unit_id, to_report(row)) for row in rows), parts)


def list_parts(session: Session, course_ids: Iterable[str]) -> Mapping[str, frozenset[str]]:
    """Return the units of those courses that have several; a unit that cannot be launched is none."""
    found: dict[str, set[str]] = {}
    query = select(_UNIT.c.course_id, _UNIT.c.id).where(
        _UNIT.c.course_id.in_(list(course_ids)), _UNIT.c.launch_url.is_not(None)
    )
    for course_id, unit_id in session.execute(query):
        found.setdefault(course_id, set()).add(unit_id)
    return {course_id: frozenset(units) for course_id, units in found.items() if len(units) > 1}
