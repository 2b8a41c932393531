"""Uploaded lists of learners wait in the database for the person who looks at the preview."""

from __future__ import annotations

import zlib
from datetime import timedelta

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from app import clock
from app.models.base import new_id
from app.models.imports import LearnerSheet

# It holds personal data, and nobody comes back to a preview after a day.
KEPT = timedelta(days=1)


class UnknownSheet(LookupError):
    """There is no such list; it has been taken in, or is too old."""


def keep_sheet(session: Session, *, file_name: str, data: bytes) -> str:
    """Keep a list and return its id; old ones go."""
    now = clock.now()
    session.execute(delete(LearnerSheet).where(LearnerSheet.created_at < now - KEPT))
    sheet_id = new_id()
    values = {"id": sheet_id, "file_name": file_name[:255], "data": zlib.compress(data), "created_at": now}
    session.execute(insert(LearnerSheet).values(values))
    return sheet_id


def read_stored(session: Session, sheet_id: str) -> tuple[str, bytes]:
    """Return a list's file name and bytes; raises UnknownSheet."""
    row = session.execute(
        select(LearnerSheet.file_name, LearnerSheet.data).where(LearnerSheet.id == sheet_id)
    ).first()
    if row is None:
        raise UnknownSheet(sheet_id)
    return row.file_name, zlib.decompress(row.data)


def drop_sheet(session: Session, sheet_id: str) -> None:
    """Delete a list that has been dealt with."""
    session.execute(delete(LearnerSheet).where(LearnerSheet.id == sheet_id))
