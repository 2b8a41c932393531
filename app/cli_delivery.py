"""The groups `destination` and `delivery`: receivers of results, and what is passed on to them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import click
from flask import current_app

from app import db
from app.access.audit import COMMAND_LINE, write_audit
from app.cli_terminal import Noun, json_option, show
from app.delivery import destinations, queries
from app.delivery.destinations import Destination, StoreAccess
from app.delivery.events import EVENTS
from app.delivery.queue import LRS, WEBHOOK
from app.delivery.verdicts import Fate
from app.settings import settings_of


@click.group(cls=Noun)
def destination() -> None:
    """Where results are passed on."""


@destination.command("add")
@click.option("--kind", type=click.Choice([WEBHOOK, LRS]), required=True)
@click.option("--name", required=True)
@click.option("--url", required=True, help="Of a record store the address before /statements.")
@click.option("--integration", "integration_id", default=None, help="Only the results of this integration.")
@click.option("--event", "events", multiple=True, help=f"Of a webhook: {', '.join(EVENTS)}; all by default.")
@click.option("--user", default="", help="Of a record store: the key, or the OAuth client id.")
@click.option(
    "--password", default="", envvar="WAYMARK_DESTINATION_PASSWORD", help="Of a record store: the secret."
)
@click.option("--token-url", default="", help="Of a record store: where OAuth access tokens are asked for.")
@click.option("--scope", default="")
@json_option
def add(
    kind: str,
    name: str,
    url: str,
    integration_id: str | None,
    events: tuple[str, ...],
    as_json: bool,
    **access: str,
) -> None:
    """Register a receiver; the signing secret of a webhook is shown this once."""
    settings, secret = settings_of(current_app), None
    with db.transaction() as session:
        if kind == WEBHOOK:
            made, secret = destinations.add_webhook(
                session,
                settings,
                name=name,
                url=url,
                events=events or tuple(EVENTS),
                integration_id=integration_id,
            )
        else:
            made = destinations.add_store(
                session,
                settings,
                name=name,
                url=url,
                access=StoreAccess(**access),
                integration_id=integration_id,
            )
        _audit(session, "destination.added", made)
    data = describe(made) | ({"signing_secret": secret} if secret else {})
    show(data, as_json=as_json, lines=_table(data))


@destination.command("list")
@json_option
def list_(as_json: bool) -> None:
    """List the receivers."""
    with db.reading() as session:
        found = [
            {**describe(each), "deliveries": queries.count_states(session, destination_id=each.id)}
            for each in destinations.list_destinations(session)
        ]
    lines = [f"{each['id']}  {each['kind']:<8} {each['state']:<9} {each['name']}" for each in found]
    show(found, as_json=as_json, lines=lines)


@destination.command("test")
@click.argument("destination_id", metavar="ID")
@json_option
def test(destination_id: str, as_json: bool) -> None:
    """Send a test message now and show what came back; exit code 1 when it was not understood."""
    settings = settings_of(current_app)
    with db.reading() as session:
        letter = destinations.write_test(session, settings, destination_id)
    result = destinations.send_test(letter)
    data = {
        "delivered": result.verdict.fate is Fate.DELIVERED,
        "status": result.status,
        "code": result.verdict.code,
        "reason": result.verdict.reason,
        "seconds": round(result.seconds, 3),
        "request": result.request,
        "reply": result.reply,
    }
    show(data, as_json=as_json, lines=_table(data))
    if not data["delivered"]:
        raise click.exceptions.Exit(1)


@destination.command("update")
@click.argument("destination_id", metavar="ID")
@click.option(
    "--time-mode",
    type=click.Choice(destinations.TIME_MODES),
    default=None,
    help="Of an LMS: it is told all of a session's time, or what is new since the last message.",
)
@click.option(
    "--score-range/--no-score-range",
    "has_range",
    default=None,
    help="Of an LMS: it is told a score with its highest and lowest, as 80,100,0, or alone, as 80.",
)
@json_option
def update(destination_id: str, time_mode: str | None, has_range: bool | None, as_json: bool) -> None:
    """Change a receiver."""
    if time_mode is None and has_range is None:
        raise click.UsageError("nothing to change: name at least one option")
    with db.transaction() as session:
        changed = destinations.change_lms(session, destination_id, time_mode=time_mode, has_range=has_range)
        _audit(session, "destination.changed", changed)
    show(describe(changed), as_json=as_json, lines=_table(describe(changed)))


@destination.command("pause")
@click.argument("destination_id", metavar="ID")
@json_option
def pause(destination_id: str, as_json: bool) -> None:
    """Send nothing for now; what is due is kept."""
    _set_state(destination_id, is_live=False, as_json=as_json)


@destination.command("resume")
@click.argument("destination_id", metavar="ID")
@json_option
def resume(destination_id: str, as_json: bool) -> None:
    """Send again, at once."""
    _set_state(destination_id, is_live=True, as_json=as_json)


@destination.command("rotate")
@click.argument("destination_id", metavar="ID")
@json_option
def rotate(destination_id: str, as_json: bool) -> None:
    """Make a new signing secret; for a day messages are signed with the old one too."""
    with db.transaction() as session:
        secret = destinations.rotate_secret(session, settings_of(current_app), destination_id)
        _audit(session, "destination.rotated", destinations.get_destination(session, destination_id))
    data = {"id": destination_id, "signing_secret": secret}
    show(data, as_json=as_json, lines=_table(data))


@destination.command("delete")
@click.argument("destination_id", metavar="ID")
@json_option
def delete(destination_id: str, as_json: bool) -> None:
    """Delete a receiver and what was to be sent to it."""
    with db.transaction() as session:
        gone = destinations.delete_destination(session, destination_id)
        _audit(session, "destination.deleted", gone)
    show(describe(gone), as_json=as_json, lines=[f"deleted {gone.name}"])


@click.group(cls=Noun)
def delivery() -> None:
    """What is passed on."""


@delivery.command("list")
@click.option("--state", type=click.Choice(queries.STATES), default=None)
@click.option("--destination", "destination_id", default=None)
@click.option("--learner", "learner_id", default=None)
@click.option("--limit", type=click.IntRange(1, 10_000), default=queries.PAGE, show_default=True)
@json_option
def list_deliveries(
    state: str | None, destination_id: str | None, learner_id: str | None, limit: int, as_json: bool
) -> None:
    """List deliveries, the newest first."""
    with db.reading() as session:
        found = queries.list_deliveries(
            session, state=state, destination_id=destination_id, learner_id=learner_id, limit=limit
        )
        data = [
            {
                **describe_delivery(each),
                "attempts": [_describe_try(one) for one in queries.list_tries(session, each.id)],
            }
            for each in found
        ]
    lines = [
        f"{each.id}  {each.state:<9} {each.kind:<18} {each.destination_name}  {each.reason}" for each in found
    ]
    show(data, as_json=as_json, lines=lines)


@delivery.command("retry")
@click.argument("delivery_ids", metavar="[ID]…", nargs=-1, type=int)
@click.option("--dead", is_flag=True, help="Everything that was given up.")
@click.option("--destination", "destination_id", default=None, help="With --dead: only of this receiver.")
@json_option
def retry(delivery_ids: tuple[int, ...], dead: bool, destination_id: str | None, as_json: bool) -> None:
    """Let deliveries be due now, from the beginning of their plan."""
    if bool(delivery_ids) == dead:
        raise click.UsageError("name deliveries, or --dead for all that were given up")
    with db.transaction() as session:
        for each in delivery_ids:
            queries.retry(session, each)
        count = queries.retry_dead(session, destination_id=destination_id) if dead else len(delivery_ids)
        write_audit(session, actor=COMMAND_LINE, action="delivery.retried", target=f"{count} deliveries")
    show({"retried": count}, as_json=as_json, lines=[f"{count} due now"])


@delivery.command("hold")
@click.argument("delivery_id", metavar="ID", type=int)
@json_option
def hold(delivery_id: int, as_json: bool) -> None:
    """Keep a delivery that waits from being sent until it is released."""
    with db.transaction() as session:
        held = queries.hold(session, delivery_id)
        write_audit(session, actor=COMMAND_LINE, action="delivery.held", target=held.destination_name)
    show(describe_delivery(held), as_json=as_json, lines=[f"{held.id} is held"])


@delivery.command("release")
@click.argument("delivery_id", metavar="ID", type=int)
@json_option
def release(delivery_id: int, as_json: bool) -> None:
    """Let a delivery go that was held: it is due now."""
    with db.transaction() as session:
        found = queries.release(session, delivery_id)
        write_audit(session, actor=COMMAND_LINE, action="delivery.released", target=found.destination_name)
    show(describe_delivery(found), as_json=as_json, lines=[f"{found.id} is due now"])


@delivery.command("replay")
@click.option("--destination", "destination_id", required=True)
@click.option("--since", type=click.DateTime(), required=True, help="In UTC, as 2026-03-01T08:00:00.")
@json_option
def replay(destination_id: str, since: datetime, as_json: bool) -> None:
    """Send again what a receiver got since a moment, under the same message ids."""
    with db.transaction() as session:
        destinations.get_destination(session, destination_id)
        count = queries.replay(session, destination_id=destination_id, since=since.replace(tzinfo=UTC))
        write_audit(session, actor=COMMAND_LINE, action="delivery.replayed", target=f"{count} deliveries")
    show({"replayed": count}, as_json=as_json, lines=[f"{count} due now"])


def describe(found: Destination) -> dict[str, Any]:
    """Return a receiver as JSON."""
    return {
        "id": found.id,
        "name": found.name,
        "kind": found.kind,
        "integration_id": found.integration_id,
        "url": found.url,
        "events": sorted(found.events),
        "options": found.options,
        "state": found.state,
        "state_reason": found.state_reason,
        "failing_since": found.failing_since and found.failing_since.isoformat(),
        "delivered_at": found.delivered_at and found.delivered_at.isoformat(),
    }


def describe_delivery(found: queries.Delivery) -> dict[str, Any]:
    """Return a delivery as JSON."""
    return {
        "id": found.id,
        "message_id": found.message_id,
        "destination_id": found.destination_id,
        "destination": found.destination_name,
        "kind": found.kind,
        "state": found.state,
        "tries": found.tries,
        "due_at": found.due_at.isoformat(),
        "created_at": found.created_at.isoformat(),
        "done_at": found.done_at and found.done_at.isoformat(),
        "code": found.code,
        "reason": found.reason,
        "learner_id": found.learner_id,
        "course_id": found.course_id,
    }


def _describe_try(one: queries.Try) -> dict[str, Any]:
    return {
        "at": one.started_at.isoformat(),
        "milliseconds": one.milliseconds,
        "status": one.status,
        "code": one.code,
        "reason": one.reason,
    }


def _set_state(destination_id: str, *, is_live: bool, as_json: bool) -> None:
    with db.transaction() as session:
        changed = destinations.set_state(session, destination_id, is_live=is_live)
        _audit(session, "destination.resumed" if is_live else "destination.paused", changed)
    show(describe(changed), as_json=as_json, lines=[f"{changed.name} is {changed.state}"])


def _audit(session: Any, action: str, of: Destination) -> None:
    write_audit(session, actor=COMMAND_LINE, action=action, target=of.id, detail={"name": of.name})


def _table(data: dict[str, Any]) -> list[str]:
    return [f"{name:<16} {value}" for name, value in data.items() if value not in (None, "", [])]
