"""Requests that a program may repeat: what the first made is remembered for a day, so that none makes two."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app import clock
from app.db import on_conflict_insert
from app.models.access import IdempotencyKey as Row

KEPT_FOR = timedelta(hours=24)
_PRUNED_AT_ONCE = 1000


class KeyReused(ValueError):
    """The key came with another request before."""


@dataclass(frozen=True, slots=True)
class Request:
    """What a token asks under a key: the address and the body, of which digests alone are kept."""

    token_id: str
    key: str
    said: bytes

    @property
    def key_hash(self) -> bytes:
        return hashlib.sha256(f"{self.token_id}\0{self.key}".encode()).digest()

    @property
    def request_hash(self) -> bytes:
        return hashlib.sha256(self.said).digest()


@dataclass(frozen=True, slots=True)
class Done:
    """What an earlier request made, and when."""

    made: str
    at: datetime


def claim_key(session: Session, request: Request, *, now: datetime) -> Done | None:
    """Take a key for this transaction: None for a new one, else what was made under it; raises KeyReused.

    Two requests at the same moment wait for each other here: the second sees what the first one did.
    """
    session.execute(delete(Row).where(Row.key_hash == request.key_hash, Row.created_at <= now - KEPT_FOR))
    taken = session.execute(
        on_conflict_insert(session, Row)
        .values(
            key_hash=request.key_hash,
            token_id=request.token_id,
            request_hash=request.request_hash,
            made="",
            created_at=now,
        )
        .on_conflict_do_nothing()
        .returning(Row.key_hash)
    ).first()
    if taken is not None:
        return None
    row = session.execute(
        select(Row.request_hash, Row.made, Row.created_at).where(Row.key_hash == request.key_hash)
    ).one()
    if row.request_hash != request.request_hash:
        raise KeyReused("this key came with another request before")
    return Done(row.made, row.created_at)


def keep_result(session: Session, request: Request, made: str) -> None:
    """Note what was made under a key that was claimed in this transaction."""
    session.execute(update(Row).where(Row.key_hash == request.key_hash).values(made=made))


def prune_keys(session: Session) -> int:
    """Forget keys of a day ago and more, some at a time; returns how many."""
    old = select(Row.key_hash).where(Row.created_at <= clock.now() - KEPT_FOR).limit(_PRUNED_AT_ONCE)
    hashes = list(session.scalars(old))
    if hashes:
        session.execute(delete(Row).where(Row.key_hash.in_(hashes)))
    return len(hashes)
