"""Statements as they are given back: identifiers only, or in one language (xAPI 1.0.3 Part 3 §2.1.3).

Only the members that a format changes are written anew, and in these too numbers keep their own text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import orjson

from app.xapi.languages import keep_one_language
from app.xapi.links import digest, find_activities
from app.xapi.raw_text import find_members, join_members, read_exactly
from app.xapi.wire import JsonObject

_ACTIVITY_LISTS = ("parent", "grouping", "category", "other")
_IDENTIFIERS = ("mbox", "mbox_sha1sum", "openid", "account")
Change = Callable[[JsonObject], JsonObject]
_COMPONENTS = ("choices", "scale", "source", "target", "steps")


def with_lists(text: bytes, statement: JsonObject) -> bytes:
    """Write every single activity of contextActivities as an array of one (Part 2 §2.4.6.2).

    "The LRS MUST return every value in the contextActivities Object as an array"; done when it is stored.
    """
    if not any(_has_single(one) for one in _with_substatement(statement)):
        return text
    members = find_members(text)
    if _has_single(statement):
        members["context"] = _context_with_lists(members["context"])
    thing = statement.get("object")
    if isinstance(thing, dict) and thing.get("objectType") == "SubStatement":
        members["object"] = with_lists(members["object"], thing)
    return join_members(members)


def format_ids(text: bytes) -> bytes:
    """Leave of agents, activities and verbs what identifies them."""
    members = find_members(text)
    for name in ("actor", "authority"):
        _change(members, name, _agent_id)
    _change(members, "verb", _only_id)
    if "object" in members:
        members["object"] = _object_id(members["object"])
    if members.get("context", b"")[:1] == b"{":
        members["context"] = _context_ids(members["context"])
    return join_members(members)


def format_canonical(text: bytes, definitions: Mapping[bytes, JsonObject], languages: Sequence[str]) -> bytes:
    """Give activities their canonical definition, and every language map one language."""

    def one_language(verb: JsonObject) -> JsonObject:
        return _with_map(verb, "display", languages)

    def canonical(activity: JsonObject) -> JsonObject:
        definition = definitions.get(digest(str(activity.get("id"))), activity.get("definition"))
        if not isinstance(definition, dict):
            return activity
        return {**activity, "definition": _definition(definition, languages)}

    members = find_members(text)
    _change(members, "verb", one_language)
    thing = orjson.loads(members["object"]) if "object" in members else None
    kind = thing.get("objectType", "Activity") if isinstance(thing, dict) else None
    if kind == "SubStatement":
        members["object"] = format_canonical(members["object"], definitions, languages)
    elif kind == "Activity":
        _change(members, "object", canonical)
    if members.get("context", b"")[:1] == b"{":
        context = find_members(members["context"])
        _change(context, "contextActivities", lambda lists: _each_activity(lists, canonical))
        members["context"] = join_members(context)
    return join_members(members)


def list_activity_digests(texts: Sequence[bytes]) -> set[bytes]:
    """Return the digests of all activities that statements name."""
    return {digest(str(one["id"])) for text in texts for one in find_activities(orjson.loads(text))}


# --- arrays ---


def _with_substatement(statement: JsonObject) -> Iterator[JsonObject]:
    yield statement
    thing = statement.get("object")
    if isinstance(thing, dict) and thing.get("objectType") == "SubStatement":
        yield thing


def _has_single(statement: JsonObject) -> bool:
    context = statement.get("context")
    lists = context.get("contextActivities") if isinstance(context, dict) else None
    return isinstance(lists, dict) and any(isinstance(lists.get(name), dict) for name in _ACTIVITY_LISTS)


def _context_with_lists(text: bytes) -> bytes:
    context = find_members(text)
    lists = find_members(context["contextActivities"])
    for name in _ACTIVITY_LISTS:
        if lists.get(name, b"")[:1] == b"{":
            lists[name] = b"[" + lists[name] + b"]"
    context["contextActivities"] = join_members(lists)
    return join_members(context)


# --- ids ---


def _agent_id(agent: JsonObject) -> JsonObject:
    kept = {name: agent[name] for name in ("objectType", *_IDENTIFIERS) if name in agent}
    members = agent.get("member")
    if isinstance(members, list) and not any(name in agent for name in _IDENTIFIERS):
        kept["member"] = [_agent_id(one) for one in members if isinstance(one, dict)]
    return kept


def _only_id(value: JsonObject) -> JsonObject:
    return {"id": value["id"]} if "id" in value else {}


def _object_id(text: bytes) -> bytes:
    thing = read_exactly(text)
    if not isinstance(thing, dict):
        return text
    match thing.get("objectType", "Activity"):
        case "Activity":
            return orjson.dumps(_only_id(thing))
        case "Agent" | "Group":
            return orjson.dumps(_agent_id(thing))
        case "SubStatement":
            return format_ids(text)
        case _:
            return text


def _context_ids(text: bytes) -> bytes:
    context = find_members(text)
    for name in ("instructor", "team"):
        _change(context, name, _agent_id)
    _change(context, "contextActivities", lambda lists: _each_activity(lists, _only_id))
    for name, inner in (("contextAgents", "agent"), ("contextGroups", "group")):
        entries = read_exactly(context[name]) if name in context else None
        if isinstance(entries, list):
            context[name] = orjson.dumps([_entry_ids(entry, inner) for entry in entries])
    return join_members(context)


def _entry_ids(entry: object, inner: str) -> object:
    if isinstance(entry, dict) and isinstance(agent := entry.get(inner), dict):
        return {**entry, inner: _agent_id(agent)}
    return entry


# --- canonical ---


def _definition(definition: JsonObject, languages: Sequence[str]) -> JsonObject:
    for name in ("name", "description"):
        definition = _with_map(definition, name, languages)
    for name in _COMPONENTS:
        components = definition.get(name)
        if isinstance(components, list):
            chosen = [
                _with_map(one, "description", languages) if isinstance(one, dict) else one
                for one in components
            ]
            definition = {**definition, name: chosen}
    return definition


def _with_map(holder: JsonObject, name: str, languages: Sequence[str]) -> JsonObject:
    texts = holder.get(name)
    return {**holder, name: keep_one_language(texts, languages)} if isinstance(texts, dict) else holder


# --- both ---


def _change(members: dict[str, bytes], name: str, change: Change) -> None:
    value = read_exactly(members[name]) if name in members else None
    if isinstance(value, dict):
        members[name] = orjson.dumps(change(value))


def _each_activity(lists: JsonObject, change: Change) -> JsonObject:
    return {
        name: [change(one) if isinstance(one, dict) else one for one in value]
        if isinstance(value, list)
        else value
        for name, value in lists.items()
    }
