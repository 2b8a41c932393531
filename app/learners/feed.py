"""Learners in the order in which they were made: a walk through them misses nobody and meets nobody twice."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.learners.listing import matches_text
from app.learners.service import read_learners
from app.learners.values import Learner
from app.models import learning as tables


def list_after(
    session: Session,
    after: str | None,
    *,
    limit: int,
    text: str = "",
    group: str = "",
    is_provisional: bool | None = None,
    created_since: datetime | None = None,
) -> list[Learner]:
    """List learners by id, those who were merged into others left out."""
    row = tables.Learner
    query = select(row).where(row.merged_into_id.is_(None)).order_by(row.id).limit(limit)
    if after is not None:
        query = query.where(row.id > after)
    if text:
        query = query.where(matches_text(text))
    if group:
        query = query.where(row.group_name == group)
    if is_provisional is not None:
        query = query.where(row.is_provisional.is_(is_provisional))
    if created_since is not None:
        query = query.where(row.created_at >= created_since)
    return read_learners(session, query)
