"""Attachments' data in the database: once for each integration and hash (xAPI 1.0.3 Part 2 §2.4.11)."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import bindparam, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app import clock
from app.models.base import table_of
from app.models.store import Attachment as Row
from app.prepared import Prepared
from app.xapi.attachments import Part
from app.xapi.errors import StoreFull

_TABLE = table_of(Row)
# Far below both databases' limits of values in one statement.
_HASHES_IN_A_ROUND = 1_000
_INSERT = Prepared(
    {
        name: make(_TABLE).on_conflict_do_nothing().returning(_TABLE.c.sha2)
        for name, make in (("postgresql", postgresql.insert), ("sqlite", sqlite.insert))
    }
)
_USED = Prepared(
    select(func.coalesce(func.sum(_TABLE.c.size_bytes), 0).label("size_bytes")).where(
        _TABLE.c.integration_id == bindparam("integration_id")
    )
)


def keep(session: Session, integration_id: str, parts: Sequence[Part], *, max_mb: int) -> None:
    """Store data that is not there yet; raises StoreFull when it does not fit beside what is."""
    by_hash = {part.sha2: part for part in parts}
    known = find_sizes(session, integration_id, by_hash)
    # Sorted, so that two requests with the same data do not wait for each other.
    new = [by_hash[sha2] for sha2 in sorted(by_hash) if sha2 not in known]
    if not new:
        return
    used = _USED.first(session, {"integration_id": integration_id})
    assert used is not None
    if int(used.size_bytes) + sum(len(part.body) for part in new) > max_mb * 1024 * 1024:
        raise StoreFull(f"the attachments of this integration would exceed {max_mb} MB")
    now = clock.now()
    rows = [
        {
            "integration_id": integration_id,
            "sha2": part.sha2,
            "content_type": part.content_type,
            "body": part.body,
            "size_bytes": len(part.body),
            "created_at": now,
        }
        for part in new
    ]
    _INSERT.ask_of(session, rows)


def find(session: Session, integration_id: str, hashes: Collection[str]) -> list[Part]:
    """Return the data that is stored for these hashes, in their order."""
    found: dict[str, Part] = {}
    for some in _rounds(hashes):
        query = select(Row.sha2, Row.content_type, Row.body).where(
            Row.integration_id == integration_id, Row.sha2.in_(some)
        )
        found |= {row.sha2: Part(row.sha2, row.content_type, row.body) for row in session.execute(query)}
    return [found[sha2] for sha2 in hashes if sha2 in found]


def find_sizes(session: Session, integration_id: str, hashes: Collection[str]) -> dict[str, int]:
    """Return the size of each data that is stored for these hashes."""
    found: dict[str, int] = {}
    for some in _rounds(hashes):
        query = select(Row.sha2, Row.size_bytes).where(
            Row.integration_id == integration_id, Row.sha2.in_(some)
        )
        found |= {row.sha2: row.size_bytes for row in session.execute(query)}
    return found


def _rounds(hashes: Collection[str]) -> list[list[str]]:
    listed = list(hashes)
    return [listed[start : start + _HASHES_IN_A_ROUND] for start in range(0, len(listed), _HASHES_IN_A_ROUND)]
