"""Sign-ins kept by the server: a cookie holds a random token, the table its SHA-256."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from app import clock
from app.models.access import Person, PersonSession as Row

IDLE = timedelta(hours=2)
ABSOLUTE = timedelta(hours=12)
# How often a busy session notes that it is alive: a write for every page would be waste.
TOUCH_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class SignIn:
    """A live sign-in and whose it is."""

    person_id: str
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime

    def is_due(self, now: datetime) -> bool:
        """True when the sign-in should be touched again."""
        return now - self.last_seen_at >= TOUCH_EVERY


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A live sign-in as its person sees it; `key` names it and opens nothing."""

    key: str
    created_at: datetime
    last_seen_at: datetime
    address: str | None
    user_agent: str
    is_this: bool


def start_session(session: Session, person_id: str, *, address: str | None, user_agent: str | None) -> str:
    """Sign a person in and return the new token; it is not kept and cannot be read again.

    Sessions that ended by themselves are cleared on the way.
    """
    now = clock.now()
    token = secrets.token_urlsafe(32)
    session.execute(delete(Row).where((Row.expires_at < now) | (Row.last_seen_at < now - IDLE)))
    session.execute(
        insert(Row).values(
            token_hash=_hash(token),
            person_id=person_id,
            created_at=now,
            last_seen_at=now,
            expires_at=now + ABSOLUTE,
            address=address,
            user_agent=user_agent[:255] if user_agent else None,
        )
    )
    session.execute(update(Person).where(Person.id == person_id).values(last_sign_in_at=now))
    return token


def find_session(session: Session, token: str) -> SignIn | None:
    """Look a live sign-in up; None when unknown, ended, idle too long, or the person is disabled."""
    now = clock.now()
    row = session.execute(
        select(Row.person_id, Row.created_at, Row.last_seen_at, Row.expires_at)
        .join(Person, Person.id == Row.person_id)
        .where(Row.token_hash == _hash(token), Person.is_disabled.is_(False))
    ).first()
    if row is None or row.expires_at <= now or row.last_seen_at <= now - IDLE:
        return None
    return SignIn(row.person_id, row.created_at, row.last_seen_at, row.expires_at)


def touch_session(session: Session, token: str) -> None:
    """Note that the sign-in is in use, which puts off its idle end."""
    session.execute(update(Row).where(Row.token_hash == _hash(token)).values(last_seen_at=clock.now()))


def end_session(session: Session, token: str) -> None:
    session.execute(delete(Row).where(Row.token_hash == _hash(token)))


def end_sessions(session: Session, person_id: str, *, keep_token: str | None = None) -> int:
    """End all of a person's sign-ins, but for the one of `keep_token`; returns how many ended."""
    query = delete(Row).where(Row.person_id == person_id)
    if keep_token is not None:
        query = query.where(Row.token_hash != _hash(keep_token))
    return len(session.execute(query.returning(Row.token_hash)).all())


def list_person_sessions(session: Session, person_id: str, *, token: str | None = None) -> list[OpenSession]:
    """List a person's live sign-ins, the newest use first; the one of `token` is marked as this one."""
    now = clock.now()
    rows = session.scalars(
        select(Row)
        .where(Row.person_id == person_id, Row.expires_at > now, Row.last_seen_at > now - IDLE)
        .order_by(Row.last_seen_at.desc())
    )
    this = _hash(token) if token is not None else b""
    return [
        OpenSession(
            key=_key(row.token_hash),
            created_at=row.created_at,
            last_seen_at=row.last_seen_at,
            address=row.address,
            user_agent=row.user_agent or "",
            is_this=row.token_hash == this,
        )
        for row in rows
    ]


def end_session_of(session: Session, person_id: str, key: str) -> bool:
    """End one of a person's sign-ins by its key; False when it has ended already."""
    hashes = session.scalars(select(Row.token_hash).where(Row.person_id == person_id)).all()
    found = [each for each in hashes if _key(each) == key]
    session.execute(delete(Row).where(Row.token_hash.in_(found)))
    return bool(found)


def _key(token_hash: bytes) -> str:
    return token_hash.hex()[:32]


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
