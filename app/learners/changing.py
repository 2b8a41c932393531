"""Change what is written of a learner, by whoever has just read it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.learners.service import get_learner, name_columns
from app.learners.values import BadLearner, Learner, clean_name
from app.models import learning as tables
from app.words import worded


def hold_learner(session: Session, learner_id: str) -> Learner:
    """Read one learner as `get_learner` does, and let nobody else change them until the commit."""
    row, learner = tables.Learner, get_learner(session, learner_id)
    session.execute(select(row.id).where(row.id == learner.id).with_for_update(key_share=True))
    session.expire_all()
    return get_learner(session, learner.id)


def change_learner(
    session: Session,
    learner_id: str,
    *,
    name: str | None = None,
    group: str | None = None,
    manager: str | None = None,
) -> Learner:
    """Change what is given of a learner; a name says who it is. Raises UnknownLearner, BadLearner."""
    learner = get_learner(session, learner_id)
    values: dict[str, Any] = {}
    if name is not None:
        if not (cleaned := clean_name(name)):
            raise BadLearner(worded("give the learner a name, as Last, First"))
        values |= {**name_columns(cleaned), "is_provisional": False, "is_ignored": False}
    if group is not None:
        values["group_name"] = clean_name(group)[:200]
    if manager is not None:
        values["manager"] = clean_name(manager)
    if values:
        row = tables.Learner
        session.execute(update(row).where(row.id == learner.id).values(values))
        session.expire_all()
    return get_learner(session, learner.id)
