"""What all statements together say of activities and agents (xAPI 1.0.3 Part 3 §2.5, §2.4).

An activity's canonical definition unites the language maps of all definitions that came; of any other member
the last one stands. Numbers stay as they were sent.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.models.base import table_of
from app.models.store import XapiActivity, XapiAgent
from app.prepared import Asked, Prepared
from app.xapi.links import agent_text, digest, find_activities, find_agents
from app.xapi.raw_text import read_exactly
from app.xapi.wire import Item, JsonObject

_LANGUAGE_MAPS = ("name", "description")
_LONGEST_NAME = 255
_ACTIVITY, _AGENT = table_of(XapiActivity), table_of(XapiAgent)
_COLUMNS = (_ACTIVITY.c.digest, _ACTIVITY.c.definition)


def _insert(table: Any) -> Prepared:
    makers = (("postgresql", postgresql.insert), ("sqlite", sqlite.insert))
    return Prepared({name: make(table).on_conflict_do_nothing() for name, make in makers})


_INSERT_ACTIVITIES, _INSERT_AGENTS = _insert(_ACTIVITY), _insert(_AGENT)
_ONE = Prepared(
    select(*_COLUMNS).where(
        _ACTIVITY.c.integration_id == bindparam("integration_id"), _ACTIVITY.c.digest == bindparam("digest")
    )
)
_UPDATE = Prepared(
    update(_ACTIVITY)
    .values(definition=bindparam("new_definition"))
    .where(
        _ACTIVITY.c.integration_id == bindparam("of_integration"),
        _ACTIVITY.c.digest == bindparam("of_digest"),
    )
)
_SOME = (
    select(*_COLUMNS)
    .where(
        _ACTIVITY.c.integration_id == bindparam("integration_id"),
        _ACTIVITY.c.digest.in_(bindparam("digests", expanding=True)),
    )
    .order_by(_ACTIVITY.c.digest)
)
_AT_ONCE = 500
# Up to so many are asked for one by one, which all go in one round.
_AHEAD = 50
Known = Mapping[bytes, Asked]


def ask_known(session: Session, integration_id: str, statements: Sequence[JsonObject]) -> Known:
    """Ask ahead for the definitions that `learn` is going to compare; of many it asks by itself."""
    digests = {
        digest(str(activity["id"]))
        for statement in statements
        for activity in find_activities(statement)
        if isinstance(activity.get("definition"), dict)
    }
    if len(digests) > _AHEAD:
        return {}
    keys = ({"integration_id": integration_id, "digest": value} for value in digests)
    return {key["digest"]: _ONE.ask(session, key) for key in keys}  # type: ignore[misc]  # no None: digests


def learn(
    session: Session, integration_id: str, statements: Sequence[Item], known: Known | None = None
) -> None:
    """Merge the definitions and names that statements bring, in their order; writes only what changes.

    `known` is what `ask_known` gave for these statements or more.
    """
    names: set[tuple[bytes, str]] = set()
    heard: dict[str, list[JsonObject]] = {}
    for statement in statements:
        for agent in find_agents(statement.value):
            name, text = agent.get("name"), agent_text(agent)
            if text is not None and isinstance(name, str) and name:
                names.add((digest(text), name[:_LONGEST_NAME]))
        for activity_id, definition in _find_definitions(statement):
            heard.setdefault(activity_id, []).append(definition)
    if heard:
        _learn_activities(session, integration_id, heard, known or {})
    # Sorted, as are the activities: two writers of the same rows must not lock each other out.
    rows = [
        {"integration_id": integration_id, "digest": value, "name": name} for value, name in sorted(names)
    ]
    _INSERT_AGENTS.run_all(session, rows)


def find_definitions(
    session: Session, integration_id: str, digests: Collection[bytes], *, is_exact: bool = False
) -> dict[bytes, JsonObject]:
    """Return the canonical definitions of those activities that have one; exact ones are good for writing
    only (see `read_exactly`).
    """
    rows = _select(session, integration_id, sorted(digests), is_locking=False)
    return {value: _read(text) if is_exact else orjson.loads(text) for value, text in rows.items()}


def merge_definitions(known: JsonObject | None, heard: Sequence[JsonObject]) -> JsonObject:
    """Return a definition after others were heard of the same activity."""
    merged = dict(known or {})
    for definition in heard:
        for name, value in definition.items():
            old = merged.get(name)
            is_united = name in _LANGUAGE_MAPS and isinstance(old, dict) and isinstance(value, dict)
            merged[name] = {**old, **value} if is_united else value  # type: ignore[dict-item]  # dicts
    return merged


def _find_definitions(statement: Item) -> list[tuple[str, JsonObject]]:
    found = _list_definitions(statement.value)
    if any(_has_number(definition) for _, definition in found):
        # A parser's number is not what was sent: integers beyond 64 bits are rounded, 1.50 is 1.5.
        return _list_definitions(_read(statement.text))
    return found


def _list_definitions(statement: JsonObject) -> list[tuple[str, JsonObject]]:
    return [
        (str(activity["id"]), definition)
        for activity in find_activities(statement)
        if isinstance(definition := activity.get("definition"), dict)
    ]


def _has_number(value: object) -> bool:
    if isinstance(value, dict):
        return any(map(_has_number, value.values()))
    if isinstance(value, list):
        return any(map(_has_number, value))
    return isinstance(value, int | float) and not isinstance(value, bool)


def _read(text: bytes | str) -> JsonObject:
    value = read_exactly(text)
    assert isinstance(value, dict)
    return value


def _learn_activities(
    session: Session, integration_id: str, heard: Mapping[str, list[JsonObject]], asked: Known
) -> None:
    by_digest = sorted((digest(activity_id), activity_id) for activity_id in heard)
    digests = [value for value, _ in by_digest]
    if asked:
        rows = [asked[value].first() for value in digests]
        before = {bytes(row.digest): row.definition for row in rows if row is not None}
    else:
        before = _select(session, integration_id, digests, is_locking=False)
    if not _changes(before, by_digest, heard):
        return
    new = [
        {
            "integration_id": integration_id,
            "digest": value,
            "activity_id": activity_id,
            "definition": orjson.dumps(merge_definitions(None, heard[activity_id])).decode(),
        }
        for value, activity_id in by_digest
    ]
    _INSERT_ACTIVITIES.run_all(session, new)
    # Now all of the rows are there to be locked; whoever was faster has committed.
    known = _select(session, integration_id, digests, is_locking=True)
    for value, text in _changes(known, by_digest, heard).items():
        key = {"of_integration": integration_id, "of_digest": value}
        _UPDATE.run(session, {**key, "new_definition": text})


def _changes(
    known: Mapping[bytes, str], by_digest: Sequence[tuple[bytes, str]], heard: Mapping[str, list[JsonObject]]
) -> dict[bytes, str]:
    """Return the new texts of the definitions that are not what is known."""
    changes = {}
    for value, activity_id in by_digest:
        old = _read(known[value]) if value in known else None
        merged = merge_definitions(old, heard[activity_id])
        if old is None or _sorted_text(merged) != _sorted_text(old):
            changes[value] = orjson.dumps(merged).decode()
    return changes


def _sorted_text(value: JsonObject) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def _select(
    session: Session, integration_id: str, digests: Sequence[bytes], *, is_locking: bool
) -> dict[bytes, str]:
    query = _SOME.with_for_update() if is_locking else _SOME
    found = {}
    for start in range(0, len(digests), _AT_ONCE):
        values = {"integration_id": integration_id, "digests": digests[start : start + _AT_ONCE]}
        found.update({bytes(row.digest): row.definition for row in session.execute(query, values)})
    return found
