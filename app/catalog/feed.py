"""Courses in the order in which they were made: a walk through them misses none and meets none twice."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.catalog.service import Course, matches_text, read_courses
from app.models import learning as tables


def list_after(
    session: Session,
    after: str | None,
    *,
    limit: int,
    text: str = "",
    type_: str | None = None,
    integration_id: str | None = None,
    is_stub: bool | None = None,
    created_since: datetime | None = None,
) -> list[Course]:
    """List courses by id; videos are parts of courses, and there only when asked for by their type."""
    row = tables.Course
    query = select(row).order_by(row.id).limit(limit)
    query = query.where(row.type != "video") if type_ is None else query.where(row.type == type_)
    if after is not None:
        query = query.where(row.id > after)
    if text:
        query = query.where(matches_text(text))
    if integration_id is not None:
        query = query.where(row.integration_id == integration_id)
    if is_stub is not None:
        query = query.where(row.is_stub.is_(is_stub))
    if created_since is not None:
        query = query.where(row.created_at >= created_since)
    return read_courses(session, query)
