"""The record of what admins did; rows are added, never changed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app import clock
from app.models.access import AuditEntry as Row


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a person signed in, or the command line."""

    id: str | None
    name: str
    address: str | None = None
    request_id: str | None = None


COMMAND_LINE = Actor(id=None, name="command line")


@dataclass(frozen=True, slots=True)
class AuditEntry:
    id: int
    at: datetime
    actor_name: str
    address: str | None
    action: str
    target: str
    detail: dict[str, str] = field(default_factory=dict)


def write_audit(
    session: Session, *, actor: Actor, action: str, target: str, detail: dict[str, str] | None = None
) -> None:
    """Add one act, for example `integration.added`; `detail` must hold no secret."""
    session.execute(
        insert(Row).values(
            at=clock.now(),
            actor_id=actor.id,
            actor_name=actor.name,
            address=actor.address,
            request_id=actor.request_id,
            action=action,
            target=target[:300],
            detail=detail or {},
        )
    )


def list_audit(session: Session, *, limit: int = 100, before: int | None = None) -> list[AuditEntry]:
    """List acts, newest first; `before` is the id after which the page ends."""
    query = select(Row).order_by(Row.id.desc()).limit(limit)
    if before is not None:
        query = query.where(Row.id < before)
    return [
        AuditEntry(
            id=row.id,
            at=row.at,
            actor_name=row.actor_name,
            address=row.address,
            action=row.action,
            target=row.target,
            detail={key: str(value) for key, value in row.detail.items()},
        )
        for row in session.scalars(query)
    ]
