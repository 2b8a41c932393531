"""What a session brought beside its attempt, in the database: kept once, however often it is sent."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.access.launches import Launch
from app.db import on_conflict_insert
from app.hacp.record_tables import Item
from app.models.base import new_id
from app.models.launches import AiccRecord, LaunchItem

MOST_ITEMS = 20_000
"""Rows of one session: more than any course has questions, few enough for a page and for the disk."""

_BATCH = 500
_UNSTORABLE = str.maketrans({"\x00": "\N{REPLACEMENT CHARACTER}"})


def keep_text(
    session: Session, launch: Launch, attempt_id: str, *, command: str, text: str, now: datetime
) -> None:
    """Keep a text as it was sent."""
    body = text.encode("utf-8", "surrogatepass")
    session.execute(
        on_conflict_insert(session, AiccRecord)
        .values(
            id=new_id(),
            launch_id=launch.id,
            attempt_id=attempt_id,
            command=command,
            body=body,
            digest=hashlib.sha256(body).digest(),
            received_at=now,
        )
        .on_conflict_do_nothing(index_elements=["launch_id", "command", "digest"])
    )


def keep_items(
    session: Session, launch: Launch, attempt_id: str, *, items: Iterable[Item], now: datetime
) -> int:
    """Keep the rows that are new, in their order; returns how many were.

    A session that has MOST_ITEMS keeps no more row by row; the text they came in is kept all the same.
    """
    rows = list({(item.kind, item.digest): _to_row(item, launch, attempt_id, now) for item in items}.values())
    if rows:
        query = select(func.count()).select_from(LaunchItem).where(LaunchItem.launch_id == launch.id)
        rows = rows[: max(0, MOST_ITEMS - session.execute(query).scalar_one())]
    count = 0
    for start in range(0, len(rows), _BATCH):
        kept = session.execute(
            on_conflict_insert(session, LaunchItem)
            .values(rows[start : start + _BATCH])
            .on_conflict_do_nothing(index_elements=["launch_id", "kind", "digest"])
            .returning(LaunchItem.id)
        )
        count += len(kept.all())
    return count


def _to_row(item: Item, launch: Launch, attempt_id: str, now: datetime) -> dict[str, object]:
    return {
        "launch_id": launch.id,
        "attempt_id": attempt_id,
        "kind": item.kind.value,
        "name": item.name.translate(_UNSTORABLE).encode("utf-8", "replace").decode("utf-8"),
        "fields": json.dumps(dict(item.fields)),
        "digest": item.digest,
        "received_at": now,
    }
