"""Client ids and secrets of machines: shown once, kept as SHA-256 of 256 random bits.

A fast hash is enough for secrets that nobody chose: there is nothing to guess.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from app import clock
from app.access.clients import Client, select_clients, to_client
from app.access.integrations import get_integration
from app.models.access import AccessToken, Credential as Row
from app.models.base import new_id, table_of
from app.prepared import Prepared

_SECRET_BYTES = 32
# Compared when the client id is unknown, so that both answers take the same time.
_NO_HASH = bytes(32)
_USE_NOTED_EVERY = timedelta(minutes=1)
_TABLE = table_of(Row)
_NOTE_USE = Prepared(
    update(_TABLE)
    .values(last_used_at=bindparam("last_used_at"))
    .where(
        _TABLE.c.id == bindparam("used_id"),
        _TABLE.c.last_used_at.is_(None)
        | (_TABLE.c.last_used_at < bindparam("used_before", type_=_TABLE.c.last_used_at.type)),
    )
)
_BY_CLIENT_ID = Prepared(select_clients(Row.secret_hash).where(Row.client_id == bindparam("client_id")))


@dataclass(frozen=True, slots=True)
class NewCredential:
    """A credential just made: the only moment its secret is known."""

    id: str
    client_id: str
    client_secret: str


@dataclass(frozen=True, slots=True)
class Credential:
    """A kept credential, without its secret."""

    id: str
    integration_id: str
    client_id: str
    is_demo: bool
    created_at: datetime
    last_used_at: datetime | None
    expires_at: datetime | None
    revoked_at: datetime | None

    def is_live(self, now: datetime) -> bool:
        """True while it opens the door."""
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > now)


def issue_credential(session: Session, integration_id: str, *, is_demo: bool = False) -> NewCredential:
    """Make a credential for an integration; raises UnknownIntegration. Others stay as they are."""
    get_integration(session, integration_id)
    secret = secrets.token_urlsafe(_SECRET_BYTES)
    made = NewCredential(new_id(), f"waymark-{secrets.token_hex(8)}", secret)
    session.execute(
        insert(Row).values(
            id=made.id,
            integration_id=integration_id,
            client_id=made.client_id,
            secret_hash=_hash(secret),
            is_demo=is_demo,
            created_at=clock.now(),
        )
    )
    return made


def rotate_credential(session: Session, integration_id: str, *, overlap: timedelta) -> NewCredential:
    """Make a new credential; the newest one so far works on for `overlap`, any older one ends now."""
    now = clock.now()
    live = [one for one in list_credentials(session, integration_id) if one.is_live(now) and not one.is_demo]
    for position, credential in enumerate(reversed(live)):
        end = now + overlap if position == 0 else now
        if credential.expires_at is None or credential.expires_at > end:
            session.execute(update(Row).where(Row.id == credential.id).values(expires_at=end))
    return issue_credential(session, integration_id)


def check_credential(session: Session, client_id: str, client_secret: str) -> Client | None:
    """Return whom a client id and secret stand for; None for a wrong, ended or unknown one alike."""
    return ask_credential(session, client_id)(client_secret)


def ask_credential(session: Session, client_id: str) -> Callable[[str], Client | None]:
    """Ask for the credential with this client id; what is returned checks a secret against it."""
    asked = _BY_CLIENT_ID.ask(session, {"client_id": _sendable(client_id)})

    def check(client_secret: str) -> Client | None:
        given, row = _hash(client_secret), asked.first()
        is_right = secrets.compare_digest(given, _NO_HASH if row is None else row.secret_hash)
        return to_client(row, clock.now()) if row is not None and is_right else None

    return check


def find_integration_id(session: Session, client_id: str) -> str | None:
    """Return whose client id this is, whatever the secret; for the log of refusals."""
    query = select(Row.integration_id).where(Row.client_id == _sendable(client_id))
    return session.execute(query).scalar_one_or_none()


def note_use(session: Session, client: Client) -> None:
    """Keep when a client's credential was last used, to the minute."""
    now = clock.now()
    if client.last_used_at is None or client.last_used_at < now - _USE_NOTED_EVERY:
        key = {"used_id": client.credential_id, "used_before": now - _USE_NOTED_EVERY, "last_used_at": now}
        _NOTE_USE.run(session, key)


def list_credentials(session: Session, integration_id: str) -> list[Credential]:
    """List an integration's credentials, oldest first, ended ones too."""
    query = select(
        Row.id,
        Row.integration_id,
        Row.client_id,
        Row.is_demo,
        Row.created_at,
        Row.last_used_at,
        Row.expires_at,
        Row.revoked_at,
    )
    rows = session.execute(query.where(Row.integration_id == integration_id).order_by(Row.created_at, Row.id))
    return [Credential(*row) for row in rows]


def revoke_credential(session: Session, credential_id: str) -> None:
    """End a credential now, and every token that it was given."""
    session.execute(
        update(Row)
        .where(Row.id == credential_id, Row.revoked_at.is_(None))
        .values(revoked_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    session.execute(delete(AccessToken).where(AccessToken.credential_id == credential_id))


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


def _sendable(text: str) -> str:
    """Keep what a database refuses (NUL, lone surrogates) out of a query; no client id holds such."""
    return text.encode("utf-8", "replace").decode().replace("\x00", "?")[:64]
