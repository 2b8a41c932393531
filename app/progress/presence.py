"""Whether there is any progress, and whether some of what there is belongs to the demo."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models.learning import Course, Learner, ProgressRow


def has_demo(session: Session) -> bool:
    """Tell whether there is any demo data; a test message leaves some too."""
    return (
        session.scalar(select(Learner.id).where(Learner.is_demo).limit(1)) is not None
        or session.scalar(select(Course.id).where(Course.is_demo).limit(1)) is not None
    )


def has_progress(session: Session) -> bool:
    return session.scalar(select(ProgressRow.learner_id).limit(1)) is not None


def has_real_progress(session: Session) -> bool:
    query = select(ProgressRow.learner_id).join(Learner, Learner.id == ProgressRow.learner_id)
    return session.scalar(query.where(Learner.is_demo.is_(False)).limit(1)) is not None
