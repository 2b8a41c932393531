"""Who is calling: a machine's credential together with what its integration allows, read in one query."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app import clock
from app.access.integrations import Kind, Milestone, UserType, get_integration, mark_seen
from app.models.access import Credential, Integration


@dataclass(frozen=True, slots=True)
class Client:
    """A live credential of an integration that exists; `is_enabled` speaks of the integration."""

    credential_id: str
    client_id: str
    integration_id: str
    kind: Kind
    user_type: UserType | None
    is_enabled: bool
    is_demo: bool
    xapi_default_version: str
    has_widened_scopes: bool
    allows_query_credentials: bool
    first_token_at: datetime | None
    first_statement_at: datetime | None
    last_used_at: datetime | None

    @property
    def is_lenient(self) -> bool:
        """LinkedIn sends once and documents no retry: its messages are repaired, not refused."""
        return self.kind is Kind.LINKEDIN_LEARNING


COLUMNS = (
    Credential.id.label("credential_id"),
    Credential.client_id,
    Credential.is_demo.label("is_demo_credential"),
    Credential.expires_at.label("credential_expires_at"),
    Credential.revoked_at,
    Credential.last_used_at,
    Integration.id.label("integration_id"),
    Integration.kind,
    Integration.user_type,
    Integration.is_enabled,
    Integration.is_demo.label("is_demo_integration"),
    Integration.xapi_default_version,
    Integration.has_widened_scopes,
    Integration.allows_query_credentials,
    Integration.first_token_at,
    Integration.first_statement_at,
    Integration.deleted_at,
)


def select_clients(*more: Any) -> Select[*tuple[Any, ...]]:
    """Return the query of all clients, with more columns beside."""
    return select(*COLUMNS, *more).join_from(
        Credential, Integration, Integration.id == Credential.integration_id
    )


def find_client(session: Session, integration_id: str) -> Client | None:
    """Return the client of an integration's newest live credential; None where there is none."""
    newest = select_clients().where(Integration.id == integration_id).order_by(Credential.id.desc())
    clients = (to_client(row, clock.now()) for row in session.execute(newest))
    return next((client for client in clients if client is not None), None)


def to_client(row: Any, now: datetime) -> Client | None:
    """Return a row's client, or None when its credential has ended or its integration is deleted."""
    has_ended = row.credential_expires_at is not None and row.credential_expires_at <= now
    if has_ended or row.revoked_at is not None or row.deleted_at is not None:
        return None
    return Client(
        credential_id=row.credential_id,
        client_id=row.client_id,
        integration_id=row.integration_id,
        kind=Kind(row.kind),
        user_type=UserType(row.user_type) if row.user_type else None,
        is_enabled=row.is_enabled,
        is_demo=row.is_demo_credential or row.is_demo_integration,
        xapi_default_version=row.xapi_default_version,
        has_widened_scopes=row.has_widened_scopes,
        allows_query_credentials=row.allows_query_credentials,
        first_token_at=row.first_token_at,
        first_statement_at=row.first_statement_at,
        last_used_at=row.last_used_at,
    )


def mark_client_seen(session: Session, client: Client, milestone: Milestone) -> None:
    """Note the first message of a kind, unless it is a rehearsal of ours or not the first."""
    if not client.is_demo and getattr(client, milestone.value) is None:
        mark_seen(session, get_integration(session, client.integration_id), milestone)


def find_newest_client(session: Session, integration_id: str) -> Client | None:
    """Return the newest live credential of an integration; None when it has none."""
    query = select_clients().where(Integration.id == integration_id).order_by(Credential.created_at.desc())
    now = clock.now()
    clients = (to_client(row, now) for row in session.execute(query))
    return next((client for client in clients if client is not None), None)
