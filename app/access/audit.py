"""The record of what people did; entries are added at the end of a chain, never changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from app import clock
from app.access.audit_chain import append
from app.models.access import AuditEntry as Row

_AT_ONCE = 500
# How long an address counts as one that somebody signs in from.
_REMEMBERED = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a person signed in, a token, or the command line."""

    id: str | None
    name: str
    address: str | None = None
    request_id: str | None = None
    role: str | None = None


COMMAND_LINE = Actor(id=None, name="command line")


@dataclass(frozen=True, slots=True)
class AuditEntry:
    id: int
    at: datetime
    actor_name: str
    actor_role: str | None
    address: str | None
    request_id: str | None
    action: str
    target: str
    detail: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which entries are wanted; what is None or empty narrows nothing. `before` is an id."""

    who: str = ""
    action: str = ""
    target: str = ""
    since: datetime | None = None
    until: datetime | None = None
    before: int | None = None


def write_audit(
    session: Session, *, actor: Actor, action: str, target: str, detail: dict[str, str] | None = None
) -> None:
    """Add one act, for example `integration.added`; `detail` must hold no secret."""
    append(
        session,
        {
            "at": clock.now(),
            "actor_id": actor.id,
            "actor_name": actor.name,
            "actor_role": actor.role,
            "address": actor.address,
            "request_id": actor.request_id,
            "action": action,
            "target": target[:300],
            "detail": detail or {},
        },
    )


def list_audit(session: Session, wanted: AuditFilter | None = None, *, limit: int = 100) -> list[AuditEntry]:
    """List acts, newest first."""
    query = _select(wanted or AuditFilter()).order_by(Row.id.desc()).limit(limit)
    return [_to_value(row) for row in session.scalars(query)]


def iterate_audit(session: Session, wanted: AuditFilter) -> Iterator[AuditEntry]:
    """Yield all acts that are wanted, newest first."""
    while entries := list_audit(session, wanted, limit=_AT_ONCE):
        yield from entries
        session.expunge_all()
        wanted = replace(wanted, before=entries[-1].id)


def has_signed_in_from(session: Session, person_id: str, address: str | None) -> bool:
    """Tell whether somebody signed in from this address lately."""
    query = select(Row.id).where(
        Row.actor_id == person_id,
        Row.action == "person.signed_in",
        Row.address == address,
        Row.at > clock.now() - _REMEMBERED,
    )
    return session.scalar(query.limit(1)) is not None


def _select(wanted: AuditFilter) -> Select[Row]:
    query = select(Row)
    if wanted.who:
        query = query.where(
            or_(Row.actor_id == wanted.who, Row.actor_name.icontains(wanted.who, autoescape=True))
        )
    if wanted.action:
        query = query.where(Row.action == wanted.action)
    if wanted.target:
        query = query.where(Row.target.icontains(wanted.target, autoescape=True))
    if wanted.since:
        query = query.where(Row.at >= wanted.since)
    if wanted.until:
        query = query.where(Row.at < wanted.until)
    if wanted.before is not None:
        query = query.where(Row.id < wanted.before)
    return query


def _to_value(row: Row) -> AuditEntry:
    return AuditEntry(
        id=row.id,
        at=row.at,
        actor_name=row.actor_name,
        actor_role=row.actor_role,
        address=row.address,
        request_id=row.request_id,
        action=row.action,
        target=row.target,
        detail={key: str(value) for key, value in row.detail.items()},
    )
