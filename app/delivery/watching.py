"""What the worker does beside delivering: tell webhooks of what fails, and forget what is long done."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from app import clock
from app.delivery.events import FAILING, describe_integration
from app.delivery.queue import Whose, announce, ask_outlets
from app.models.access import Integration
from app.models.delivery import Delivery, Destination
from app.models.records import Exchange
from app.settings import Settings

# What was refused longer ago is no alarm any more; a receiver may be away this long without one.
REFUSED_WITHIN = timedelta(hours=1)
AWAY_FOR = timedelta(hours=1)
BATCH = 2000


def watch(session: Session, _settings: Settings) -> int:
    """Put `integration.failing` into the outbox for whatever fails now, once a day each; returns 0."""
    now = clock.now()
    for integration in session.execute(
        select(Integration.id).where(Integration.is_enabled, Integration.deleted_at.is_(None))
    ):
        _watch_integration(session, integration.id, now)
    away = select(Destination).where(
        or_(Destination.failing_since < now - AWAY_FOR, Destination.state == "disabled")
    )
    for row in session.scalars(away):
        why = row.state_reason or _last_reason(session, row.id)
        sentence = f"{row.name} takes nothing: {why}" if why else f"{row.name} takes nothing."
        _tell(session, row.integration_id, "not_delivered", sentence, f"fd_{row.id}", now, but_not=row.id)
    return 0


def prune_deliveries(session: Session, settings: Settings) -> int:
    """Delete at most BATCH deliveries that were done long ago, with their tries; returns how many went.

    What was given up stays ten times as long: somebody may still send it.
    """
    now, days = clock.now(), timedelta(days=settings.exchange_days)
    old = (
        select(Delivery.id)
        .where(
            ((Delivery.state == "delivered") & (Delivery.done_at < now - days))
            | ((Delivery.state == "dead") & (Delivery.done_at < now - days * 10))
        )
        .limit(BATCH)
    )
    ids = list(session.scalars(old))
    if ids:
        session.execute(delete(Delivery).where(Delivery.id.in_(ids)))
    return len(ids)


def _watch_integration(session: Session, integration_id: str, now: datetime) -> None:
    newest = (
        select(Exchange.status, Exchange.result, Exchange.received_at)
        .where(Exchange.integration_id == integration_id, Exchange.face != "launch")
        .order_by(Exchange.received_at.desc())
        .limit(1)
    )
    row = session.execute(newest).first()
    if row is None or row.status < 400 or row.received_at < now - REFUSED_WITHIN:
        return
    sentence = f"The last message was refused: {row.result}"
    _tell(session, integration_id, "refused", sentence, f"fa_{integration_id}", now)


def _tell(
    session: Session,
    integration_id: str | None,
    reason: str,
    sentence: str,
    once: str,
    now: datetime,
    *,
    but_not: str | None = None,
) -> None:
    # Those that want the results of all integrations hear of all; without an integration, only those do.
    outlets = ask_outlets(session, integration_id or "")()
    ids = [one.id for one in outlets if FAILING in one.events and one.id != but_not]
    data = {
        "integration": describe_integration(session, integration_id) if integration_id else None,
        "reason": reason,
        "sentence": sentence,
    }
    whose = Whose(integration_id or "", "", "")
    announce(session, ids, FAILING, data, whose, at=now, once=f"{once}_{now:%y%j}")


def _last_reason(session: Session, destination_id: str) -> str:
    query = select(Delivery.reason).where(
        Delivery.destination_id == destination_id, Delivery.state == "pending", Delivery.tries > 0
    )
    return session.scalar(query.order_by(Delivery.id).limit(1)) or ""
