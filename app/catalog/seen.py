"""Courses that messages spoke of and nobody has added: their learners count, but no link can open them."""

from __future__ import annotations

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from app.catalog.service import Course, matches_text, read_courses
from app.models import learning as tables

COUNT_CAP = 10_000


def list_seen_only(session: Session, *, text: str = "", after: str | None = None, limit: int) -> list[Course]:
    """List them, the newest first; `after` is the id before the page."""
    row = tables.Course
    query = select(row).where(_is_seen_only()).order_by(row.id.desc()).limit(limit)
    if text:
        query = query.where(matches_text(text))
    if after is not None:
        query = query.where(row.id < after)
    return read_courses(session, query)


def count_seen_only(session: Session) -> int:
    """Count them, at most COUNT_CAP + 1."""
    rows = select(tables.Course.id).where(_is_seen_only()).limit(COUNT_CAP + 1).subquery()
    return session.scalar(select(func.count()).select_from(rows)) or 0


def _is_seen_only() -> ColumnElement[bool]:
    # Videos are parts of courses, and nobody adds them.
    row = tables.Course
    return row.is_stub & row.is_demo.is_(False) & (row.type != "video")
