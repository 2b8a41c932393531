"""The few numbers and recent events that pages show beside their own lists."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, and_, case, func, select
from sqlalchemy.orm import Session

from app import clock
from app.access.integrations import Integration
from app.models import access as tables
from app.models.launches import Launch
from app.models.learning import Identity, Observation
from app.models.records import Exchange
from app.settings import Settings

COUNT_CAP = 10_000
QUIET_AFTER = timedelta(days=1)
# Errors say something of how things are now only for so long.
FAILING_WITHIN = timedelta(hours=24)


class State(StrEnum):
    """How an integration is doing, as its badge says."""

    DISABLED = "disabled"
    WAITING = "waiting"
    FAILING = "failing"
    RECEIVING = "receiving"
    QUIET = "quiet"


@dataclass(frozen=True, slots=True)
class Health:
    """What an integration received lately."""

    state: State
    last_at: datetime | None
    messages_today: int
    refused_today: int


@dataclass(frozen=True, slots=True)
class LiveUse:
    """What breaks when an integration is switched off."""

    sessions: int
    tokens: int


def read_health(session: Session, integrations: list[Integration], *, now: datetime) -> dict[str, Health]:
    """Return the health of each integration by id."""
    row = Exchange
    is_message = row.face != "launch"
    is_recent = row.received_at >= now - FAILING_WITHIN
    numbers = {
        integration_id: (last_at, messages, refused or 0)
        for integration_id, last_at, messages, refused in session.execute(
            select(
                row.integration_id,
                func.max(row.received_at),
                func.count(),
                func.sum(case((and_(row.status >= 400, is_message), 1), else_=0)),
            )
            .where(row.integration_id.in_([i.id for i in integrations]), is_recent)
            .group_by(row.integration_id)
        )
    }
    return {i.id: _judge(session, i, *numbers.get(i.id, (None, 0, 0))) for i in integrations}


def read_live_use(session: Session, settings: Settings, integration_id: str, *, now: datetime) -> LiveUse:
    """Count the open AICC sessions and the valid access tokens of one integration."""
    last = func.coalesce(Launch.last_message_at, Launch.opened_at)
    is_open = and_(
        Launch.ended_at.is_(None),
        last > now - timedelta(hours=settings.session_idle_hours),
        Launch.opened_at > now - timedelta(days=settings.session_absolute_days),
    )
    return LiveUse(
        sessions=_count(session, select(Launch.id).where(Launch.integration_id == integration_id, is_open)),
        tokens=_count(
            session,
            select(tables.AccessToken.token_hash).where(
                tables.AccessToken.integration_id == integration_id, tables.AccessToken.expires_at > now
            ),
        ),
    )


def is_demo_loaded(session: Session) -> bool:
    """Tell whether the whole demo is there, with an integration of its own."""
    query = select(tables.Integration.id).where(
        tables.Integration.is_demo, tables.Integration.deleted_at.is_(None)
    )
    return session.scalar(query.limit(1)) is not None


def list_reported_learners(session: Session, integration_id: str) -> list[str]:
    """Return the ids of the learners whose progress rests on this integration's reports."""
    query = select(Identity.learner_id).join(Observation, Observation.identity_id == Identity.id)
    return sorted(session.scalars(query.where(Observation.integration_id == integration_id).distinct()))


def _judge(
    session: Session, integration: Integration, last_at: datetime | None, messages: int, refused: int
) -> Health:
    if last_at is None:
        last_at = session.scalar(
            select(func.max(Exchange.received_at)).where(Exchange.integration_id == integration.id)
        )
    return Health(_state(session, integration, last_at), last_at, messages, refused)


def _state(session: Session, integration: Integration, last_at: datetime | None) -> State:
    if not integration.is_enabled:
        return State.DISABLED
    if last_at is None:
        return State.WAITING
    now = clock.now()
    # A link that somebody opened too late says nothing of how the content reports.
    newest = select(Exchange.status).where(
        Exchange.integration_id == integration.id, Exchange.face != "launch"
    )
    status = session.scalar(newest.order_by(Exchange.received_at.desc()).limit(1)) or 200
    if status >= 400 and last_at > now - FAILING_WITHIN:
        return State.FAILING
    return State.RECEIVING if last_at > now - QUIET_AFTER else State.QUIET


def _count(session: Session, query: Select[Any]) -> int:
    rows = query.limit(COUNT_CAP + 1).subquery()
    return session.execute(select(func.count()).select_from(rows)).scalar_one()
