"""The progress that observations of a learner on a course come to, with what was decided, from the log."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from app.models.base import table_of
from app.models.learning import AssignableUnit, CourseIdentifier, Identity, Observation
from app.prepared import Prepared
from app.progress.decisions import ask_decisions, to_decision
from app.progress.folding import fold
from app.progress.rows import row_columns, to_report
from app.progress.values import Decision, Progress

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


@dataclass(frozen=True, slots=True)
class Projection:
    """A row as it has to be."""

    progress: Progress
    has_decision: bool

    def columns(self) -> dict[str, Any]:
        """Return the column values that a row keeps of it."""
        return {**row_columns(self.progress), "has_decision": self.has_decision}


def project_pair(
    session: Session, learner_id: str, course_id: str, *, may_have_decision: bool = True
) -> Projection | None:
    """Return what still counts of one learner on one course, None when nothing does."""
    asked = ask_decisions(session, learner_id, course_id) if may_have_decision else None
    rows = _SELECT_OBSERVATIONS.all(session, {"learner_id": learner_id, "course_id": course_id})
    decisions = [to_decision(row) for row in asked.all()] if asked else []
    if not rows and not decisions:
        return None
    return project_rows(rows, decisions, list_parts(session, [course_id]).get(course_id, frozenset()))


def project_rows(rows: Iterable[Any], decisions: Sequence[Decision], parts: frozenset[str]) -> Projection:
    """Return what observation rows and decisions of one learner come to on a course with these units."""
    observed = ((row.id, row.unit_id, to_report(row)) for row in rows)
    return Projection(fold(observed, decisions, parts), has_decision=bool(decisions))


def list_parts(session: Session, course_ids: Iterable[str]) -> Mapping[str, frozenset[str]]:
    """Return the units of those courses that have several; a unit that cannot be launched is none."""
    found: dict[str, set[str]] = {}
    query = select(_UNIT.c.course_id, _UNIT.c.id).where(
        _UNIT.c.course_id.in_(list(course_ids)), _UNIT.c.launch_url.is_not(None)
    )
    for course_id, unit_id in session.execute(query):
        found.setdefault(course_id, set()).add(unit_id)
    return {course_id: frozenset(units) for course_id, units in found.items() if len(units) > 1}
