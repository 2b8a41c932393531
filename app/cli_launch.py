"""`launch show` and `launch list`: what became of an AICC session."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import click

from app import clock, db
from app.cli_learning import launch
from app.cli_terminal import json_option, show, show_json_list
from app.inspector.session_log import SessionMessage, iterate_messages
from app.inspector.sessions import (
    ITEM_KINDS,
    Item,
    RawRecord,
    SessionLine,
    get_session,
    list_items,
    list_records,
    list_sessions,
)

__all__ = ["launch"]

_EVERYTHING = 1_000_000


@launch.command("show")
@click.argument("launch_id", metavar="ID")
@json_option
def show_one(launch_id: str, as_json: bool) -> None:
    """Show an AICC session: how it stands, what it brought, every message and what each one changed."""
    with db.reading() as session:
        line = get_session(session, launch_id).line
        items = {kind: list_items(session, launch_id, kind, limit=_EVERYTHING) for kind in ITEM_KINDS}
        records = list_records(session, launch_id, limit=_EVERYTHING)
        messages = [_describe_message(message) for message in iterate_messages(session, launch_id)]
    data = {
        **_describe(line),
        "interactions": [_describe_item(item) for item in items["interaction"]],
        "objectives": [_describe_item(item) for item in items["objective"]],
        "comments": [_describe_item(item) for item in items["comment"]],
        "records": [_describe_record(record) for record in records],
        "exchanges": messages,
    }
    show(data, as_json=as_json, lines=_lines(data))


@launch.command("list")
@click.option("--learner", "learner_id", default=None, metavar="ID")
@click.option("--course", "course_id", default=None, metavar="ID")
@click.option("--limit", type=click.IntRange(1, 10_000), default=100, show_default=True)
@json_option
def list_(learner_id: str | None, course_id: str | None, limit: int, as_json: bool) -> None:
    """List AICC sessions, newest first."""
    with db.reading() as session:
        found = list_sessions(session, learner_id=learner_id, course_id=course_id, limit=limit)
    if as_json:
        show_json_list(_describe(line) for line in found)
        return
    lines = [
        f"{each.launch.id}  {_moment(each.launch.opened_at)}  {each.launch.state.value:<8} "
        f"{each.learner_name}  {each.course_title}"
        for each in found
    ]
    show(None, as_json=False, lines=lines)


def _describe(line: SessionLine) -> dict[str, Any]:
    session = line.launch
    return {
        "id": session.id,
        "state": session.state.value,
        "end_reason": session.end_reason,
        "opened_at": _moment(session.opened_at),
        "first_message_at": _moment(session.first_message_at),
        "last_message_at": _moment(session.last_message_at),
        "ended_at": _moment(session.ended_at),
        "integration_id": session.integration_id,
        "learner_id": session.learner_id,
        "course_id": session.course_id,
        "credit": session.is_credit,
        "mode": session.lesson_mode.value,
        "status": line.reported.status.value if line.reported else None,
        "percent": line.reported.percent if line.reported else None,
        "session_time_seconds": session.session_time.total_seconds(),
        "demo": session.is_demo,
    }


def _describe_item(item: Item) -> dict[str, Any]:
    return {**item.fields, "name": item.name, "received_at": _moment(item.received_at)}


def _describe_record(record: RawRecord) -> dict[str, Any]:
    return {
        "id": record.id,
        "command": record.command,
        "bytes": record.size_bytes,
        "received_at": _moment(record.received_at),
    }


def _describe_message(message: SessionMessage) -> dict[str, Any]:
    return {
        "id": message.id,
        "command": message.asked().command if message.face == "hacp" else message.face,
        "received_at": _moment(message.received_at),
        "status": message.status,
        "result": message.result,
        "repairs": list(message.repairs),
        "changes": [list(change) for change in message.changes],
        "findings": [{"code": finding.code, "detail": finding.detail} for finding in message.findings],
        "parked": message.is_parked,
    }


def _lines(data: dict[str, Any]) -> Iterable[str]:
    yield from (f"{name:<20} {value}" for name, value in data.items() if not isinstance(value, list))
    for name in ("interactions", "objectives", "comments", "records"):
        yield f"{name:<20} {len(data[name])}"
    for each in data["exchanges"]:
        yield f"  {each['received_at']}  {each['command']:<16} {each['result']}"
        yield from (f"      {what}: {before!r} → {after!r}" for what, before, after in each["changes"])
        yield from (f"      repaired: {repair}" for repair in each["repairs"])
        yield from (f"      {finding['code']}: {finding['detail']}" for finding in each["findings"])


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else clock.format_rfc3339(moment)
