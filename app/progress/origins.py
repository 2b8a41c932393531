"""Which integrations reported what a row of progress says."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models.access import Integration
from app.models.learning import CourseIdentifier, Identity, Observation

Pair = tuple[str, str]


def list_origins(session: Session, pairs: Sequence[Pair]) -> dict[Pair, tuple[str, ...]]:
    """Return the names of the integrations that reported on these learners and courses, in order."""
    query = (
        select(Identity.learner_id, CourseIdentifier.course_id, Integration.name)
        .select_from(Identity)
        .join(Observation, Observation.identity_id == Identity.id)
        .join(CourseIdentifier, CourseIdentifier.id == Observation.identifier_id)
        .join(Integration, Integration.id == Observation.integration_id)
        .where(
            Identity.learner_id.in_({learner_id for learner_id, _ in pairs}),
            CourseIdentifier.course_id.in_({course_id for _, course_id in pairs}),
            Observation.is_withdrawn.is_(False),
        )
        .distinct()
    )
    found: dict[Pair, set[str]] = {}
    for learner_id, course_id, name in session.execute(query):
        found.setdefault((learner_id, course_id), set()).add(name)
    return {pair: tuple(sorted(names)) for pair, names in found.items()}
