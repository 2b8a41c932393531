"""What a statement is found by: its agents, activities, verb and registration (xAPI 1.0.3 Part 3 §2.1.3).

Every value is kept as a digest of its normalised text, so that all filters share one narrow index.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from enum import IntEnum

from app.xapi.identifiers import LONGEST_ID, normalise_id
from app.xapi.wire import JsonObject

Link = tuple[int, bytes]

_ACTIVITY_LISTS = ("parent", "grouping", "category", "other")


class Kind(IntEnum):
    """What a link says of its statement; the `_ANY` kinds hold what the narrow ones hold, and more."""

    VERB = 1
    REGISTRATION = 2
    ACTIVITY = 3
    ACTIVITY_ANY = 4
    AGENT = 5
    AGENT_ANY = 6


def digest(text: str) -> bytes:
    """Return the 16 bytes under which a normalised text is kept."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def agent_text(agent: JsonObject) -> str | None:
    """Write an agent's or group's identifier in one way; None for an anonymous one.

    The domain of an address has no case (RFC 5321 §2.4), nor have the digits of a SHA-1.
    """
    return next(_identifiers(agent), None)


def links_of(statement: JsonObject, *, authority: JsonObject | None = None) -> set[Link]:
    """Return all links of a statement; `authority` when the server's takes the place of the sent one."""
    found: set[Link] = set()
    verb = _part(statement, "verb").get("id")
    if isinstance(verb, str):
        found.add((Kind.VERB, digest(verb)))
    registration = _part(statement, "context").get("registration")
    if isinstance(registration, str):
        found.add((Kind.REGISTRATION, digest(registration.lower())))
    thing = _part(statement, "object")
    narrow = {digest(text) for agent in (_part(statement, "actor"), thing) for text in _agent_texts(agent)}
    found |= {(Kind.AGENT, value) for value in narrow}
    found |= {(Kind.AGENT_ANY, value) for value in narrow}
    found |= {(Kind.AGENT_ANY, digest(text)) for text in _related_agents(statement, authority)}
    if _is_activity(thing) and isinstance(thing.get("id"), str):
        found.add((Kind.ACTIVITY, digest(str(thing["id"]))))
    found |= {(Kind.ACTIVITY_ANY, digest(str(one["id"]))) for one in find_activities(statement)}
    return found


def find_target(statement: JsonObject) -> str | None:
    """Return the id of the statement that this one is about, as ids are compared: that of a StatementRef."""
    thing = _part(statement, "object")
    target = thing.get("id")
    if thing.get("objectType") != "StatementRef" or not isinstance(target, str):
        return None
    # Nothing longer is stored as an id, so that it can be nobody's target.
    return normalise_id(target) if len(target) <= LONGEST_ID else None


def find_activities(statement: JsonObject) -> Iterator[JsonObject]:
    """Yield every activity that has an id: the object, those of the context, and the SubStatement's."""
    thing = _part(statement, "object")
    if _is_activity(thing) and isinstance(thing.get("id"), str):
        yield thing
    if thing.get("objectType") == "SubStatement":
        yield from find_activities({**thing, "object": _unnested(thing)})
    context = _part(_part(statement, "context"), "contextActivities")
    for name in _ACTIVITY_LISTS:
        value = context.get(name)
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, dict) and isinstance(one.get("id"), str):
                yield one


def find_agents(statement: JsonObject, authority: JsonObject | None = None) -> Iterator[JsonObject]:
    """Yield every agent and group a statement names, members of groups too."""
    context, thing = _part(statement, "context"), _part(statement, "object")
    given = _part(statement, "authority") if authority is None else authority
    named = [_part(statement, "actor"), thing, given, _part(context, "instructor"), _part(context, "team")]
    for name, inner in (("contextAgents", "agent"), ("contextGroups", "group")):
        entries = context.get(name)
        named += [_part(one, inner) for one in (entries if isinstance(entries, list) else ()) if _is_map(one)]
    for one in named:
        if one:
            yield from _with_members(one)
    if thing.get("objectType") == "SubStatement":
        yield from find_agents({**thing, "object": _unnested(thing)}, {})


def _related_agents(statement: JsonObject, authority: JsonObject | None) -> Iterator[str]:
    for agent in find_agents(statement, authority):
        yield from _identifiers(agent)


def _agent_texts(agent: JsonObject) -> Iterator[str]:
    for one in _with_members(agent):
        yield from _identifiers(one)


def _with_members(agent: JsonObject) -> Iterator[JsonObject]:
    yield agent
    members = agent.get("member")
    yield from (one for one in (members if isinstance(members, list) else ()) if _is_map(one))


def _identifiers(agent: JsonObject) -> Iterator[str]:
    """Yield the identifiers: of a strict agent one, of LinkedIn's perhaps an address and an account."""
    mbox, sha1, openid = (agent.get(name) for name in ("mbox", "mbox_sha1sum", "openid"))
    if isinstance(mbox, str):
        address = mbox[7:] if mbox[:7].lower() == "mailto:" else mbox
        name, at, domain = address.rpartition("@")
        yield f"mbox:{name}{at}{domain.lower()}"
    if isinstance(sha1, str):
        yield f"sha1:{sha1.lower()}"
    if isinstance(openid, str):
        yield f"openid:{openid}"
    account = _part(agent, "account")
    if isinstance(account.get("name"), str | int):
        yield "account:" + json.dumps([account.get("homePage"), str(account["name"])], ensure_ascii=False)


def _is_activity(thing: JsonObject) -> bool:
    return thing.get("objectType", "Activity") == "Activity"


def _unnested(substatement: JsonObject) -> JsonObject:
    """Return a SubStatement's object, once: its own SubStatement, which no version allows, says nothing."""
    thing = _part(substatement, "object")
    return {} if thing.get("objectType") == "SubStatement" else thing


def _part(value: JsonObject, name: str) -> JsonObject:
    part = value.get(name)
    return part if isinstance(part, dict) else {}


def _is_map(value: object) -> bool:
    return isinstance(value, dict)
