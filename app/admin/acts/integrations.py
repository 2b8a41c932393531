"""Acts on integrations and their secrets."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Unpack

from sqlalchemy.orm import Session

from app.access import integrations as service
from app.access.audit import Actor, write_audit
from app.access.credentials import NewCredential, issue_credential, revoke_credential, rotate_credential
from app.access.hosts import parse_host
from app.access.integrations import Integration, Kind, UserType
from app.access.organisation import Organisation, drop_setting, get_setting, put_setting
from app.admin.acts import wizard
from app.admin.summaries import list_reported_learners

AICC, XAPI, BOTH = "aicc", "xapi", "both"
# How long the earlier secret goes on working while the new one is being pasted.
OVERLAP = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Added:
    """A new integration and its only chance to see the secret; None where content needs none."""

    integration: Integration
    credential: NewCredential | None


def add_integration(
    session: Session,
    actor: Actor,
    organisation: Organisation,
    *,
    kind: Kind,
    channels: str,
    name: str,
    user_type: UserType | None,
) -> Added:
    """Register an integration, with a client id and secret where it uses xAPI."""
    integration = service.add_integration(session, organisation, kind=kind, name=name, user_type=user_type)
    channels = _FIXED.get(kind, channels)
    put_setting(session, _setting(integration.id), channels)
    credential = issue_credential(session, integration.id) if channels != AICC else None
    wizard.finish(session)
    detail = {"kind": kind.value, "channels": channels}
    write_audit(session, actor=actor, action="integration.added", target=integration.name, detail=detail)
    return Added(integration, credential)


def find_channels(session: Session, integration: Integration) -> str:
    """Return which channels the integration's pages speak of: aicc, xapi or both."""
    return _FIXED.get(integration.kind) or get_setting(session, _setting(integration.id)) or BOTH


def change_integration(
    session: Session,
    actor: Actor,
    integration_id: str,
    *,
    name: str,
    channels: str,
    user_type: UserType | None,
    host_names: Iterable[str],
    upstream_hosts: Iterable[str],
    **policy: Unpack[service.Policy],
) -> Integration:
    """Change an integration; the audit row names what is different."""
    before = service.get_integration(session, integration_id)
    old_channels = find_channels(session, before)
    after = service.update_integration(
        session,
        integration_id,
        name=name,
        user_type=user_type if before.kind is Kind.LINKEDIN_LEARNING else None,
        host_names=host_names,
        upstream_hosts=upstream_hosts,
        **policy,
    )
    if before.kind not in _FIXED:
        put_setting(session, _setting(integration_id), channels)
    detail = {
        field: f"{getattr(before, field)} → {getattr(after, field)}"
        for field in _AUDITED
        if getattr(before, field) != getattr(after, field)
    }
    if find_channels(session, after) != old_channels:
        detail["channels"] = f"{old_channels} → {find_channels(session, after)}"
    if detail:
        write_audit(session, actor=actor, action="integration.changed", target=after.name, detail=detail)
    return after


def register_host(
    session: Session, actor: Actor, integration_id: str, host: str, *, is_lms: bool = False
) -> str:
    """Put a host name on an integration's own list, or on that of its LMSs, and return it as it is kept.

    Raises BadHost.
    """
    integration = service.get_integration(session, integration_id)
    name = str(parse_host(host))
    listed = integration.upstream_hosts if is_lms else integration.host_names
    if name not in listed:
        names = [*listed, name]
        if is_lms:
            service.update_integration(session, integration_id, upstream_hosts=names)
        else:
            service.update_integration(session, integration_id, host_names=names)
        write_audit(
            session,
            actor=actor,
            action="integration.lms_registered" if is_lms else "integration.host_registered",
            target=integration.name,
            detail={"host": name},
        )
    return name


def set_enabled(session: Session, actor: Actor, integration_id: str, *, is_enabled: bool) -> Integration:
    """Switch an integration on or off."""
    service.set_enabled(session, integration_id, is_enabled=is_enabled)
    integration = service.get_integration(session, integration_id)
    action = "integration.enabled" if is_enabled else "integration.disabled"
    write_audit(session, actor=actor, action=action, target=integration.name)
    return integration


def delete_integration(session: Session, actor: Actor, integration_id: str, *, erase_data: bool) -> list[str]:
    """Delete an integration; returns the learners whose progress must now be rebuilt by the caller."""
    integration = service.get_integration(session, integration_id)
    learners = list_reported_learners(session, integration_id) if erase_data else []
    service.delete_integration(session, integration_id, erase_data=erase_data)
    drop_setting(session, _setting(integration_id))
    detail = {"data": "erased" if erase_data else "kept", "kind": integration.kind.value}
    write_audit(session, actor=actor, action="integration.deleted", target=integration.name, detail=detail)
    return learners


def add_secret(session: Session, actor: Actor, integration_id: str) -> NewCredential:
    """Make a new client id and secret; an earlier one goes on working for OVERLAP."""
    integration = service.get_integration(session, integration_id)
    credential = rotate_credential(session, integration_id, overlap=OVERLAP)
    detail = {"client_id": credential.client_id, "secret": "made"}
    write_audit(
        session, actor=actor, action="integration.secret_added", target=integration.name, detail=detail
    )
    return credential


def revoke_secret(
    session: Session, actor: Actor, integration_id: str, *, credential_id: str, client_id: str
) -> None:
    """End one client id and secret at once."""
    integration = service.get_integration(session, integration_id)
    revoke_credential(session, credential_id)
    detail = {"client_id": client_id, "secret": "revoked"}
    write_audit(
        session, actor=actor, action="integration.secret_revoked", target=integration.name, detail=detail
    )


def note_test(session: Session, actor: Actor, name: str, *, is_good: bool) -> None:
    """Note that a test was sent and how it ended."""
    detail = {"result": "passed" if is_good else "failed"}
    write_audit(session, actor=actor, action="integration.test_sent", target=name, detail=detail)


_FIXED = {Kind.AICC: AICC, Kind.XAPI: XAPI}
_AUDITED = ("name", "user_type", "host_names", "upstream_hosts", *service.Policy.__annotations__)


def _setting(integration_id: str) -> str:
    return f"channels:{integration_id}"
