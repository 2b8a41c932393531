"""Acts on destinations and on what is to be delivered to them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from app.access.audit import Actor, write_audit
from app.delivery import destinations as service, queries
from app.delivery.destinations import KINDS, Destination, StoreAccess
from app.delivery.queries import Delivery
from app.settings import Settings


def add_webhook(
    session: Session,
    actor: Actor,
    settings: Settings,
    *,
    name: str,
    url: str,
    events: Iterable[str],
    integration_id: str | None,
) -> tuple[Destination, str]:
    """Register a webhook; returns its signing secret too. Raises BadDestination."""
    made, secret = service.add_webhook(
        session, settings, name=name, url=url, events=events, integration_id=integration_id
    )
    _note(session, actor, "added", made, {"kind": KINDS[made.kind], "url": made.url})
    return made, secret


def add_store(
    session: Session,
    actor: Actor,
    settings: Settings,
    *,
    name: str,
    url: str,
    access: StoreAccess,
    integration_id: str | None,
) -> Destination:
    """Register another record store. Raises BadDestination."""
    made = service.add_store(
        session, settings, name=name, url=url, access=access, integration_id=integration_id
    )
    _note(session, actor, "added", made, {"kind": KINDS[made.kind], "url": made.url})
    return made


def change_destination(
    session: Session,
    actor: Actor,
    settings: Settings,
    destination_id: str,
    *,
    name: str,
    url: str,
    integration_id: str | None,
    events: Iterable[str],
    access: StoreAccess | None,
) -> Destination:
    """Change a webhook or record store; the audit row names what is different, no secret."""
    before = service.get_destination(session, destination_id)
    after = service.change_destination(
        session,
        settings,
        destination_id,
        name=name,
        url=url,
        integration_id=integration_id,
        events=events,
        access=access,
    )
    detail = {
        field: f"{_words(getattr(before, field))} → {_words(getattr(after, field))}"
        for field in ("name", "url", "integration_id", "events", "options")
        if getattr(before, field) != getattr(after, field)
    }
    if access is not None and access.password:
        detail["secret"] = "changed"
    if detail:
        _note(session, actor, "changed", after, detail)
    return after


def change_lms(
    session: Session, actor: Actor, destination_id: str, *, time_mode: str, has_range: bool
) -> Destination:
    """Choose how an LMS is told results. Raises BadDestination."""
    after = service.change_lms(session, destination_id, time_mode=time_mode, has_range=has_range)
    detail = {"time_mode": time_mode, "score_range": "told" if has_range else "left out"}
    _note(session, actor, "changed", after, detail)
    return after


def set_live(session: Session, actor: Actor, destination_id: str, *, is_live: bool) -> Destination:
    """Pause a destination, or let it go on."""
    after = service.set_state(session, destination_id, is_live=is_live)
    _note(session, actor, "resumed" if is_live else "paused", after)
    return after


def rotate_secret(session: Session, actor: Actor, settings: Settings, destination_id: str) -> str:
    """Make a new signing secret and return it."""
    secret = service.rotate_secret(session, settings, destination_id)
    _note(session, actor, "rotated", service.get_destination(session, destination_id))
    return secret


def delete_destination(session: Session, actor: Actor, destination_id: str) -> Destination:
    """Delete a destination with what was to be delivered to it."""
    gone = service.delete_destination(session, destination_id)
    _note(session, actor, "deleted", gone, {"kind": KINDS[gone.kind], "url": gone.url})
    return gone


def note_test(session: Session, actor: Actor, name: str, *, is_good: bool) -> None:
    """Note that a test was sent and how it ended."""
    detail = {"result": "passed" if is_good else "failed"}
    write_audit(session, actor=actor, action="destination.test_sent", target=name, detail=detail)


def retry(session: Session, actor: Actor, delivery_id: int) -> Delivery:
    """Let a delivery be due now."""
    found = queries.retry(session, delivery_id)
    detail = {"message": found.message_id}
    write_audit(session, actor=actor, action="delivery.retried", target=found.destination_name, detail=detail)
    return found


def set_held(session: Session, actor: Actor, delivery_id: int, *, is_held: bool) -> Delivery:
    """Hold a delivery back, or let it go. Raises CannotHold."""
    found = queries.hold(session, delivery_id) if is_held else queries.release(session, delivery_id)
    action = "delivery.held" if is_held else "delivery.released"
    detail = {"message": found.message_id}
    write_audit(session, actor=actor, action=action, target=found.destination_name, detail=detail)
    return found


def retry_failed(session: Session, actor: Actor, destination_id: str | None, target: str) -> int:
    """Let everything that failed be due now; returns how many."""
    count = queries.retry_dead(session, destination_id=destination_id)
    detail = {"deliveries": str(count)}
    write_audit(session, actor=actor, action="delivery.retried", target=target, detail=detail)
    return count


def replay(session: Session, actor: Actor, destination_id: str, *, since: datetime) -> int:
    """Send again what a destination got since then; returns how many."""
    name = service.get_destination(session, destination_id).name
    count = queries.replay(session, destination_id=destination_id, since=since)
    detail = {"since": since.isoformat(), "deliveries": str(count)}
    write_audit(session, actor=actor, action="delivery.replayed", target=name, detail=detail)
    return count


def _note(
    session: Session,
    actor: Actor,
    what: str,
    on: Destination,
    detail: dict[str, str] | None = None,
) -> None:
    write_audit(session, actor=actor, action=f"destination.{what}", target=on.name, detail=detail)


def _words(value: object) -> str:
    """Write a value down for the audit log; nothing is said in a word."""
    if isinstance(value, frozenset):
        return ", ".join(sorted(value))
    if isinstance(value, dict):
        return ", ".join(f"{name}: {each}" for name, each in value.items())
    return str(value or "none")
