"""Attachments' data in the database: once for each integration and hash (xAPI 1.0.3 Part 2 §2.4.11)."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app import clock
from app.models.base import table_of
from app.models.store import Attachment as Row, AttachmentUse
from app.prepared import Prepared
from app.xapi.attachments import Part
from app.xapi.errors import StoreFull

_TABLE, _USE = table_of(Row), table_of(AttachmentUse)
# Far below both databases' limits of values in one statement.
_HASHES_IN_A_ROUND = 1_000
_INSERT = Prepared(insert(_TABLE))
# Adds nothing: it gives what is used by now, and keeps others who add from going on before our commit.
_LOCK = Prepared(
    {
        name: make(_USE)
        .on_conflict_do_update(index_elements=["integration_id"], set_={"size_bytes": _USE.c.size_bytes})
        .returning(_USE.c.size_bytes)
        for name, make in (("postgresql", postgresql.insert), ("sqlite", sqlite.insert))
    }
)
_ADD = Prepared(
    update(_USE)
    .values(size_bytes=_USE.c.size_bytes + bindparam("added", type_=_USE.c.size_bytes.type))
    .where(_USE.c.integration_id == bindparam("of_id"))
)


def keep(session: Session, integration_id: str, parts: Sequence[Part], *, max_mb: int) -> None:
    """Store data that is not there yet; raises StoreFull when it does not fit beside what is."""
    by_hash = {part.sha2: part for part in parts}
    if not by_hash.keys() - find_sizes(session, integration_id, by_hash):
        return
    locked = _LOCK.first(session, {"integration_id": integration_id, "size_bytes": 0})
    assert locked is not None
    # Only now is it sure what others have added.
    known = find_sizes(session, integration_id, by_hash)
    new = [part for sha2, part in by_hash.items() if sha2 not in known]
    added = sum(len(part.body) for part in new)
    if locked.size_bytes + added > max_mb * 1024 * 1024:
        raise StoreFull(f"the attachments of this integration would exceed {max_mb} MB")
    _ADD.run(session, {"added": added, "of_id": integration_id})
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
    _INSERT.run_all(session, rows)


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
