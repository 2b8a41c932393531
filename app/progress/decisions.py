"""What admins decided of rows, read from its table; undone decisions stay there and do not count."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from app.models.base import table_of
from app.models.learning import CourseIdentifier, Identity, ProgressDecision
from app.prepared import Asked, Prepared
from app.progress.explaining import Decided
from app.progress.rows import to_decimal
from app.progress.values import Decision, DecisionKind, Status

_TABLE = table_of(ProgressDecision)
# In the order in which they count; of two with nothing heard between them, the one made first.
_select: Select[Any] = (
    select(Identity.learner_id, CourseIdentifier.course_id, *_TABLE.c)
    .select_from(_TABLE)
    .join(Identity, Identity.id == _TABLE.c.identity_id)
    .join(CourseIdentifier, CourseIdentifier.id == _TABLE.c.identifier_id)
    .order_by(_TABLE.c.heard, _TABLE.c.id)
)
_counts = _TABLE.c.undone_at.is_(None)
_is_pair = (Identity.learner_id == bindparam("learner_id")) & (
    CourseIdentifier.course_id == bindparam("course_id")
)
_SELECT_OF_PAIR = Prepared(_select.where(_is_pair, _counts))


def ask_decisions(session: Session, learner_id: str, course_id: str) -> Asked:
    """Ask ahead for the decisions that count of one learner on one course; `to_decision` reads them."""
    return _SELECT_OF_PAIR.ask(session, {"learner_id": learner_id, "course_id": course_id})


def list_counting(session: Session, learner_ids: Sequence[str]) -> dict[tuple[str, str], list[Decision]]:
    """Return the decisions that count of these learners, by learner and course."""
    found: dict[tuple[str, str], list[Decision]] = defaultdict(list)
    for row in session.execute(_select.where(Identity.learner_id.in_(learner_ids), _counts)):
        found[row.learner_id, row.course_id].append(to_decision(row))
    return found


def list_decided(session: Session, learner_id: str, course_id: str) -> list[Decided]:
    """List all decisions of one learner on one course in their order, the undone ones too."""
    query = _select.where(Identity.learner_id == learner_id, CourseIdentifier.course_id == course_id)
    return [
        Decided(
            id=row.id,
            decision=to_decision(row),
            reason=row.reason,
            actor_name=row.actor_name,
            group_id=row.group_id,
            undone_at=row.undone_at,
            undone_by=row.undone_by or "",
        )
        for row in session.execute(query)
    ]


def find_decision(session: Session, decision_id: int) -> Any | None:
    """Return a decision's row with the learner and course whose it is now, None where there is none."""
    return session.execute(_select.where(_TABLE.c.id == decision_id)).first()


def to_decision(row: Any) -> Decision:
    """Return the value that a row keeps."""
    percent = to_decimal(row.percent)
    assert percent is not None
    return Decision(
        kind=DecisionKind(row.kind),
        made_at=row.made_at,
        heard=row.heard,
        status=Status(row.status),
        percent=percent,
        completed_at=row.completed_at,
    )
