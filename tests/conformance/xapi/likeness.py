"""When does a statement come back as it was sent? Without what a store may change (Part 2 §2.3.1)."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Any

from .builders import Json

_BEYOND_HUNDREDTHS = re.compile(r"(\.[0-9]{2})[0-9]+")


def settled(value: Json, *, like: Json) -> Json:
    """Return a statement without what the store assigned; `like` is how it was sent."""
    kept = {name: member for name, member in value.items() if name not in ("stored", "authority")}
    for name in ("id", "version", "timestamp"):
        if name not in like:
            kept.pop(name, None)
    return _statement(kept)


def instant(text: str) -> datetime:
    """Return the moment of a timestamp to the millisecond; a missing zone is UTC."""
    date, zone = re.fullmatch(r"(.*?)(Z|z|[+-][0-9]{2}(?::?[0-9]{2})?)?", text).groups()  # type: ignore[union-attr]
    clock = date.replace(",", ".").replace("t", "T")
    head, _, fraction = clock.partition(".")
    moment = datetime.fromisoformat(f"{head}.{fraction[:3]:0<3}{(zone or 'Z').upper()}")
    return moment.astimezone(UTC)


def _statement(value: Json) -> Json:
    settled_members = {
        "id": _lower,
        "actor": _agent,
        "object": _object,
        "result": _result,
        "context": _context,
        "timestamp": instant,
    }
    return {name: settled_members.get(name, _same)(member) for name, member in value.items()}


def _same(value: Any) -> Any:
    return value


def _lower(value: str) -> str:
    return value.lower()


def _agent(value: Json) -> Json:
    if "member" not in value:
        return value
    # Members of a group have no order.
    members = sorted(value["member"], key=lambda member: json.dumps(member, sort_keys=True))
    return {**value, "member": members}


def _object(value: Json) -> Json:
    kind = value.get("objectType")
    if kind == "SubStatement":
        return _statement(value)
    if kind == "StatementRef":
        return {**value, "id": value["id"].lower()}
    return _agent(value) if kind == "Group" else value


def _result(value: Json) -> Json:
    if "duration" not in value:
        return value
    return {**value, "duration": _BEYOND_HUNDREDTHS.sub(r"\1", value["duration"])}


def _context(value: Json) -> Json:
    settled_members = {
        "registration": _lower,
        "instructor": _agent,
        "team": _agent,
        "statement": _object,
        "contextActivities": _lists,
        "contextGroups": lambda entries: [{**entry, "group": _agent(entry["group"])} for entry in entries],
    }
    return {name: settled_members.get(name, _same)(member) for name, member in value.items()}


def _lists(value: Json) -> Json:
    """Single activities come back in an array."""
    return {name: member if isinstance(member, list) else [member] for name, member in value.items()}
