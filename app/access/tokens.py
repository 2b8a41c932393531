"""Access tokens: opaque, 256 random bits, kept as SHA-256, ended by time or with their credential."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, delete, insert, select
from sqlalchemy.orm import Session

from app import clock
from app.access.clients import Client, select_clients, to_client
from app.models.access import AccessToken as Row, Credential
from app.models.base import table_of
from app.prepared import Prepared

MAX_TOKEN_BYTES = 512
_KEPT_AFTER_END = timedelta(days=1)
_PRUNED_AT_ONCE = 5_000
# Made once: putting a statement together costs more than running it.
_INSERT = Prepared(insert(table_of(Row)).inline())
_BY_HASH = Prepared(
    select_clients(Row.scopes, Row.expires_at)
    .join(Row, Row.credential_id == Credential.id)
    .where(Row.token_hash == bindparam("token_hash"))
)


@dataclass(frozen=True, slots=True)
class Token:
    """A token that opens the door now, and for whom."""

    client: Client
    scopes: frozenset[str]
    expires_at: datetime

    @property
    def credential_id(self) -> str:
        return self.client.credential_id

    @property
    def integration_id(self) -> str:
        return self.client.integration_id

    @property
    def is_demo(self) -> bool:
        return self.client.is_demo


def new_token_text() -> str:
    """Return a fresh token; nothing is kept yet."""
    return secrets.token_urlsafe(32)


def issue_token(session: Session, client: Client, scopes: Iterable[str], *, ttl: timedelta) -> str:
    """Make and keep a token for a client, and return its text; no other token ends by it."""
    text = new_token_text()
    keep_token(session, text, client, scopes, ttl=ttl)
    return text


def keep_token(session: Session, text: str, client: Client, scopes: Iterable[str], *, ttl: timedelta) -> None:
    """Keep a token that was made elsewhere."""
    now = clock.now()
    row = {
        "token_hash": _hash(text),
        "credential_id": client.credential_id,
        "integration_id": client.integration_id,
        "scopes": " ".join(sorted(scopes)),
        "issued_at": now,
        "expires_at": now + ttl,
    }
    _INSERT.run(session, row)


def find_token(session: Session, text: str) -> Token | None:
    """Return the live token with this text; None when unknown, expired, or its credential has ended."""
    return ask_token(session, text)()


def ask_token(session: Session, text: str) -> Callable[[], Token | None]:
    """Ask for the live token with this text; what is returned gives it."""
    if not text or len(text) > MAX_TOKEN_BYTES:
        return lambda: None
    asked = _BY_HASH.ask(session, {"token_hash": _hash(text)})
    return lambda: _to_token(asked.first())


def _to_token(row: Any) -> Token | None:
    now = clock.now()
    if row is None or row.expires_at <= now:
        return None
    client = to_client(row, now)
    return None if client is None else Token(client, frozenset(row.scopes.split()), row.expires_at)


def prune_tokens(session: Session) -> int:
    """Delete tokens that ended a day ago or more, some thousands at a time; returns how many."""
    old = select(Row.token_hash).where(Row.expires_at < clock.now() - _KEPT_AFTER_END).limit(_PRUNED_AT_ONCE)
    hashes = list(session.scalars(old))
    if hashes:
        session.execute(delete(Row).where(Row.token_hash.in_(hashes)))
    return len(hashes)


def _hash(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
