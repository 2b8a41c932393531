"""Where each thing may stand: a place takes a value and gives the statement that holds it there."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from typing import Any

from .builders import Json, attachment, new_activity, new_agent, new_group, new_iri, statement, substatement

Place = Callable[[Any], Json]
_KINDS = itertools.cycle(("parent", "grouping", "category", "other"))
# What a place puts into a statement, or in the same way into a SubStatement.
Members = Callable[[Any], Json]


def placed(members: Members) -> Place:
    """Return the place in the statement itself."""
    return lambda value: {**statement(), **members(value)}


def inner(members: Members) -> Place:
    """Return the same place in a SubStatement."""
    return lambda value: statement(object={**substatement(), **members(value)})


def everywhere(named: Mapping[str, Members]) -> dict[str, Place]:
    """Return each place, and the same in a SubStatement."""
    outer = {name: placed(members) for name, members in named.items()}
    return {**outer, **{f"{name} in a SubStatement": inner(members) for name, members in named.items()}}


def within(named: Mapping[str, Place], wrap: Callable[[Any], Any], what: str) -> dict[str, Place]:
    """Return the places of something that stands in what `wrap` makes of it."""
    return {f"{what} of {name}": _wrapped(place, wrap) for name, place in named.items()}


def _wrapped(place: Place, wrap: Callable[[Any], Any]) -> Place:
    return lambda value: place(wrap(value))


def typed(kind: str, value: Any) -> Any:
    """Return an agent or group as an object, which says what it is."""
    return {"objectType": kind, **value} if isinstance(value, dict) else value


def grouped(*members: Any) -> Json:
    return {"objectType": "Group", "member": list(members)}


AGENTS = everywhere(
    {
        "actor": lambda value: {"actor": value},
        "instructor": lambda value: {"context": {"instructor": value}},
        "object": lambda value: {"object": typed("Agent", value)},
        "member": lambda value: {"actor": grouped(new_agent(), value)},
        "member of team": lambda value: {"context": {"team": new_group(value)}},
        "contextAgent": lambda value: _context_agents({"objectType": "contextAgent", "agent": value}),
    }
) | {
    "authority": placed(lambda value: {"authority": value}),
    "member of authority": placed(lambda value: {"authority": grouped(new_agent(), value)}),
}
GROUPS = everywhere(
    {
        "actor": lambda value: {"actor": value},
        "instructor": lambda value: {"context": {"instructor": value}},
        "team": lambda value: {"context": {"team": value}},
        "object": lambda value: {"object": value},
        "contextGroup": lambda value: _context_groups({"objectType": "contextGroup", "group": value}),
    }
)
# Where a group may be an agent instead.
AGENTS_OR_GROUPS = {
    name: place for name, place in GROUPS.items() if name.split()[0] in ("actor", "instructor", "object")
}
VERBS = everywhere({"verb": lambda value: {"verb": value}})
ACTIVITIES = everywhere(
    {
        "object": lambda value: {"object": value},
        "parent": lambda value: _context_activities("parent", value),
        "grouping": lambda value: _context_activities("grouping", [value]),
        "category": lambda value: _context_activities("category", [new_activity(), value]),
        "other": lambda value: _context_activities("other", [value]),
    }
)
# A definition in any context activity is the same, so the four kinds share its values.
DEFINITIONS = within(
    everywhere(
        {
            "object": lambda value: {"object": value},
            "context activity": lambda value: _context_activities(next(_KINDS), [value]),
        }
    ),
    lambda value: {"id": new_iri(), "definition": value},
    "definition",
)
REFERENCES = everywhere(
    {"object": lambda value: {"object": value}, "context": lambda value: {"context": {"statement": value}}}
)
RESULTS = everywhere({"result": lambda value: {"result": value}})
CONTEXTS = everywhere({"context": lambda value: {"context": value}})
ATTACHMENTS = everywhere({"attachment": lambda value: {"attachments": [value]}})
TIMESTAMPS = everywhere({"timestamp": lambda value: {"timestamp": value}}) | {
    "stored": placed(lambda value: {"stored": value})
}
EXTENSIONS = (
    within(RESULTS, lambda value: {"extensions": value}, "extensions")
    | within(CONTEXTS, lambda value: {"extensions": value}, "extensions")
    | within(DEFINITIONS, lambda value: {"extensions": value}, "extensions")
)
LANGUAGE_MAPS = (
    within(VERBS, lambda value: {"id": new_iri("verbs"), "display": value}, "display")
    | within(DEFINITIONS, lambda value: {"name": value}, "name")
    | within(DEFINITIONS, lambda value: {"description": value}, "description")
    | within(DEFINITIONS, lambda value: _components({"id": "a", "description": value}), "component")
    | within(ATTACHMENTS, lambda value: linked() | {"display": value}, "display")
    | within(ATTACHMENTS, lambda value: linked() | {"description": value}, "description")
)


def linked(**more: Any) -> Json:
    """Describe an attachment whose data is elsewhere, so that it need not come along."""
    return attachment(**{"fileUrl": new_iri("files"), **more})


def _components(*components: Any) -> Json:
    return {"interactionType": "choice", "choices": list(components)}


def _context_activities(kind: str, value: Any) -> Json:
    return {"context": {"contextActivities": {kind: value}}}


def _context_agents(*entries: Any) -> Json:
    return {"context": {"contextAgents": list(entries)}}


def _context_groups(*entries: Any) -> Json:
    return {"context": {"contextGroups": list(entries)}}
