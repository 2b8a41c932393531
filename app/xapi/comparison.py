"""When are two statements with one id the same statement? (xAPI 1.0.3 Part 2 §2.2, immutability)

Two statements are the same when their canonical texts are: it leaves out what the server assigns and what
the standard says may differ, and writes the rest in one way.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Mapping
from decimal import Decimal

from app.xapi.times import parse_timestamp

# Set or overwritten by the server, or expressly outside of the comparison.
_IGNORED = frozenset({"id", "stored", "authority", "version"})
_ACTIVITY_LISTS = ("parent", "grouping", "category", "other")
_BEYOND_HUNDREDTHS = re.compile(r"([.,][0-9]{2})[0-9]+")


def is_same_statement(first: bytes, second: bytes, *, is_timestamp_assigned: bool) -> bool:
    """Compare the texts of two statements; an assigned timestamp (equal to `stored`) says nothing."""
    ignored = frozenset({"timestamp"}) if is_timestamp_assigned else frozenset[str]()
    return canonical_text(first, ignored=ignored) == canonical_text(second, ignored=ignored)


def canonical_hash(text: bytes) -> str:
    """Return the SHA-256 hex of a statement's canonical text."""
    return hashlib.sha256(canonical_text(text).encode()).hexdigest()


def canonical_text(text: bytes, *, ignored: Collection[str] = ()) -> str:
    """Write a statement so that equal statements give equal text; works for odd shapes too."""
    # json and not orjson: a forty-digit integer must stay itself.
    statement = json.loads(text, parse_float=Decimal, parse_int=Decimal)
    skipped = _IGNORED.union(ignored)
    kept = {key: value for key, value in statement.items() if key not in skipped}
    return json.dumps(_statement(kept), sort_keys=True, default=_number, ensure_ascii=False)


def _number(value: object) -> dict[str, str]:
    """Write 1.5, 1.50 and 15e-1 alike, with every digit: Decimal.normalize() would round to 28."""
    assert isinstance(value, Decimal)
    sign, digits, exponent = value.as_tuple()
    assert isinstance(exponent, int)
    text = "".join(map(str, digits)).lstrip("0")
    kept = text.rstrip("0")
    return {
        "number": f"{'-' if sign and kept else ''}{kept}e{exponent + len(text) - len(kept) if kept else 0}"
    }


def _statement(value: Mapping[str, object]) -> dict[str, object]:
    """Canonicalise a statement or a SubStatement; attachments are no part of either (§2.3.1)."""
    kept = {key: member for key, member in value.items() if key != "attachments"}
    return {key: _WRITERS.get(key, _as_is)(member) for key, member in kept.items()}


def _as_is(value: object) -> object:
    return value


def _instant(value: object) -> object:
    try:
        return parse_timestamp(value).isoformat() if isinstance(value, str) else value
    except ValueError:
        return value


def _verb(value: object) -> object:
    return {"id": value.get("id")} if isinstance(value, dict) else value


def _agent(value: object) -> object:
    if not isinstance(value, dict):
        return value
    agent: dict[str, object] = {"objectType": "Agent", **value}
    mbox, members = agent.get("mbox"), agent.get("member")
    if isinstance(mbox, str) and "@" in mbox:
        name, _, domain = mbox.rpartition("@")
        agent["mbox"] = f"{name}@{domain.lower()}"
    if "mbox_sha1sum" in agent:
        agent["mbox_sha1sum"] = _lower(agent["mbox_sha1sum"])
    if isinstance(members, list):
        agent["member"] = sorted((_agent(member) for member in members), key=_sort_key)
    return agent


def _sort_key(value: object) -> str:
    return json.dumps(value, sort_keys=True, default=_number)


def _object(value: object) -> object:
    if not isinstance(value, dict):
        return value
    match value.get("objectType", "Activity"):
        case "Agent" | "Group":
            return _agent(value)
        case "SubStatement":
            return _statement(value)
        case "StatementRef":
            return _reference(value)
        case _:
            return _activity(value)


def _activity(value: object) -> object:
    if not isinstance(value, dict):
        return value
    rest = {key: member for key, member in value.items() if key != "definition"}
    return {"objectType": "Activity", **rest}


def _reference(value: object) -> object:
    return {key: _lower(member) for key, member in value.items()} if isinstance(value, dict) else value


def _lower(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


def _result(value: object) -> object:
    if not isinstance(value, dict) or not isinstance(value.get("duration"), str):
        return value
    return {**value, "duration": _BEYOND_HUNDREDTHS.sub(r"\1", value["duration"])}


def _context(value: object) -> object:
    if not isinstance(value, dict):
        return value
    return {key: _CONTEXT_WRITERS.get(key, _as_is)(member) for key, member in value.items()}


def _named_agents(value: object) -> object:
    """Canonicalise contextAgents or contextGroups."""
    if not isinstance(value, list):
        return value
    return [
        {key: _agent(member) if key in ("agent", "group") else member for key, member in one.items()}
        if isinstance(one, dict)
        else one
        for one in value
    ]


def _context_activities(value: object) -> object:
    if not isinstance(value, dict):
        return value
    return {
        key: [_activity(one) for one in (member if isinstance(member, list) else [member])]
        if key in _ACTIVITY_LISTS
        else member
        for key, member in value.items()
    }


_WRITERS = {
    "actor": _agent,
    "verb": _verb,
    "object": _object,
    "result": _result,
    "context": _context,
    "timestamp": _instant,
}
_CONTEXT_WRITERS = {
    "registration": _lower,
    "instructor": _agent,
    "team": _agent,
    "contextAgents": _named_agents,
    "contextGroups": _named_agents,
    "language": _lower,
    "statement": _reference,
    "contextActivities": _context_activities,
}
