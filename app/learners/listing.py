"""The list of learners: by name, in pages, and by a text in names and identities."""

from __future__ import annotations

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from app.learners.service import read_learners
from app.learners.values import IdentityKind, Learner
from app.models import learning as tables


def list_learners(
    session: Session,
    *,
    text: str = "",
    group: str = "",
    after: str | None = None,
    limit: int | None = None,
) -> list[Learner]:
    """List learners by name; `text` is sought in names and identities, `after` is the id before the page."""
    query = select(tables.Learner).order_by(tables.Learner.sort_name, tables.Learner.id)
    query = query.where(tables.Learner.merged_into_id.is_(None))
    if text:
        query = query.where(matches_text(text))
    if group:
        query = query.where(tables.Learner.group_name == group)
    if after is not None:
        last = session.get(tables.Learner, after)
        if last is not None:
            row = tables.Learner
            query = query.where(
                (row.sort_name > last.sort_name) | ((row.sort_name == last.sort_name) & (row.id > last.id))
            )
    if limit is not None:
        query = query.limit(limit)
    return read_learners(session, query)


def matches_text(text: str) -> ColumnElement[bool]:
    """Return the SQL condition that a learner's name or one of their identities holds this text."""
    row, folded = tables.Identity, text.casefold()
    by_identity = select(row.learner_id).where(
        row.folded.contains(folded, autoescape=True), row.kind != IdentityKind.LEARNER.value
    )
    return tables.Learner.sort_name.contains(folded, autoescape=True) | tables.Learner.id.in_(by_identity)
