"""Everything that was heard of one learner on one course, and decided, read for explaining its row."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models.access import Integration
from app.models.learning import AssignableUnit, CourseIdentifier, Identity, Observation, ProgressRow
from app.progress.decisions import list_decided
from app.progress.explaining import Explanation, Heard, explain
from app.progress.projection import list_parts
from app.progress.rows import to_report


class UnknownProgress(LookupError):
    """Nothing was heard of this learner on this course."""


def explain_pair(session: Session, learner_id: str, course_id: str) -> Explanation:
    """Explain one progress row; raises UnknownProgress where there is none."""
    row = select(ProgressRow.learner_id).where(
        ProgressRow.learner_id == learner_id, ProgressRow.course_id == course_id
    )
    if session.execute(row).first() is None:
        raise UnknownProgress("nothing was reported of this learner on this course")
    parts = list_parts(session, [course_id]).get(course_id, frozenset())
    heard = list_heard(session, learner_id, course_id)
    return explain(heard, list_decided(session, learner_id, course_id), parts)


def list_heard(session: Session, learner_id: str, course_id: str) -> list[Heard]:
    """List all observations of a pair in the order in which they came, withdrawn ones too."""
    columns = Observation.__table__.c
    query = (
        select(
            *columns,
            AssignableUnit.title.label("unit_title"),
            AssignableUnit.system_id,
            Integration.name.label("integration_name"),
        )
        .join(Identity, Identity.id == columns.identity_id)
        .join(CourseIdentifier, CourseIdentifier.id == columns.identifier_id)
        .outerjoin(AssignableUnit, AssignableUnit.id == columns.unit_id)
        .outerjoin(Integration, Integration.id == columns.integration_id)
        .where(Identity.learner_id == learner_id, CourseIdentifier.course_id == course_id)
        .order_by(columns.id)
    )
    return [
        Heard(
            id=row.id,
            report=to_report(row),
            unit_id=row.unit_id,
            unit_name=row.unit_title or row.system_id or "",
            evidence_kind=row.evidence_kind,
            evidence_id=row.evidence_id,
            integration_name=row.integration_name or "",
            is_withdrawn=row.is_withdrawn,
        )
        for row in session.execute(query)
    ]
