"""The chain that makes later changes of the audit log visible.

Each entry holds the SHA-256 of the hash before it and of its own content, and the head remembers the newest.
An entry that was changed, taken out or put in breaks the chain there. Somebody who can write to the database
could make a new chain from end to end: keep a head's hash elsewhere to find that out too.

The hash takes in a salt of the entry's own. Where a person is erased, the words about them and the salt go:
the hash stays in the chain and says nothing any more, and the entry of the erasure names where that is so.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from app import clock
from app.db import on_conflict_insert
from app.models.access import AuditEntry as Row, AuditHead

START = bytes(32)
_HEAD_ID = 1
_TOLD = ("id", "actor_id", "actor_name", "actor_role", "address", "request_id", "action", "target", "detail")
_AT_ONCE = 1000
_SALT_BYTES = 16
# The detail of an erasure that names the entries it took words out of.
ERASED_IN = "entries"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of walking the chain; `first_bad` is the id of the first entry that does not fit."""

    is_ok: bool
    entries: int
    first_bad: int | None
    head: bytes


def link(before: bytes, entry: Mapping[str, Any]) -> bytes:
    """Return the hash of an entry that follows the one with the hash `before`."""
    told = {name: entry[name] for name in _TOLD}
    told["at"] = clock.to_microseconds(entry["at"])
    text = json.dumps(told, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(before + entry["salt"] + text.encode()).digest()


def append(session: Session, values: dict[str, Any]) -> None:
    """Add an entry at the end of the chain; writers wait here for each other until the transaction ends."""
    head = _lock_head(session)
    # An entry that somebody put in by hand is found by `verify`; it must not stop us.
    newest = session.scalar(select(func.max(Row.id))) or 0
    entry = {**values, "id": max(head.entry_id, newest) + 1, "salt": secrets.token_bytes(_SALT_BYTES)}
    entry["hash"] = link(head.hash, entry)
    session.execute(insert(Row).values(**entry))
    session.execute(
        update(AuditHead).where(AuditHead.id == _HEAD_ID).values(entry_id=entry["id"], hash=entry["hash"])
    )


def verify(session: Session) -> Verdict:
    """Walk the whole chain and compare its end with the head."""
    head = _find_head(session)
    count, last, before, first_bad = 0, 0, START, None
    unsalted, erased = set[int](), set[int]()
    while rows := session.scalars(select(Row).where(Row.id > last).order_by(Row.id).limit(_AT_ONCE)).all():
        for row in rows:
            last = row.id
            if row.salt is None:
                unsalted.add(row.id)
                before = row.hash
                continue
            before = link(before, {name: getattr(row, name) for name in (*_TOLD, "at", "salt")})
            if first_bad is None and (before != row.hash or row.id > head.entry_id):
                first_bad = row.id
            if row.action == "learner.erased":
                erased |= set(map(int, row.detail.get(ERASED_IN, "").split()))
        count += len(rows)
        session.expunge_all()
    if first_bad is None and (last, before) != (head.entry_id, head.hash):
        first_bad = head.entry_id
    first_bad = min(unsalted - erased, default=first_bad) if first_bad is None else first_bad
    return Verdict(first_bad is None, count, first_bad, head.hash)


def forget_salts(session: Session, entry_ids: Iterable[int]) -> None:
    """Let the hashes of these entries say nothing, since words were taken out of them."""
    for entry_id in entry_ids:
        session.execute(update(Row).where(Row.id == entry_id).values(salt=None))


@dataclass(frozen=True, slots=True)
class _Head:
    entry_id: int
    hash: bytes


def _find_head(session: Session) -> _Head:
    row = session.execute(select(AuditHead.entry_id, AuditHead.hash).where(AuditHead.id == _HEAD_ID)).first()
    return _Head(row.entry_id, row.hash) if row else _Head(0, START)


def _lock_head(session: Session) -> _Head:
    # SQLite's write lock does it; PostgreSQL locks the one row of the head.
    query = select(AuditHead.entry_id, AuditHead.hash).where(AuditHead.id == _HEAD_ID).with_for_update()
    row = session.execute(query).first()
    if row is None:
        first = on_conflict_insert(session, AuditHead).values(id=_HEAD_ID, entry_id=0, hash=START)
        session.execute(first.on_conflict_do_nothing())
        row = session.execute(query).one()
    return _Head(row.entry_id, row.hash)
