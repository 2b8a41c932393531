"""Statements that use every member of the standard, and ways to walk over what they are made of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .builders import (
    Json,
    changed,
    new_account,
    new_activity,
    new_agent,
    new_group,
    new_iri,
    new_uuid,
    reference,
    statement,
    substatement,
)
from .places import grouped, linked

# Below these the standard sets no rule for names, or none for values.
_FREE = ("extensions",)
_MAPS = ("display", "name", "description")
INTERACTIONS: dict[str, Json] = {
    "true-false": {"correctResponsesPattern": ["true"]},
    "choice": {"correctResponsesPattern": ["a[,]b"], "choices": [{"id": "a"}, {"id": "b"}]},
    "fill-in": {"correctResponsesPattern": ["{case_matters=false}{lang=en}word"]},
    "long-fill-in": {"correctResponsesPattern": ["{lang=en}" + "many words " * 100]},
    "matching": {
        "correctResponsesPattern": ["a[.]1[,]b[.]2"],
        "source": [{"id": "a"}, {"id": "b"}],
        "target": [{"id": "1", "description": {"en": "One"}}, {"id": "2"}],
    },
    "performance": {"correctResponsesPattern": ["a[.]1:[,]b[.]:10[,]c[.]"], "steps": [{"id": "a"}]},
    "sequencing": {"correctResponsesPattern": ["b[,]a"], "choices": [{"id": "a"}, {"id": "b"}]},
    "likert": {"correctResponsesPattern": ["a"], "scale": [{"id": "a", "description": {"en": "Good"}}]},
    "numeric": {"correctResponsesPattern": ["4[:]", "[:]4", "1[:]2", "7"]},
    "other": {"correctResponsesPattern": ["(35.9,-86.8)"]},
}


def definition(interaction: str = "choice") -> Json:
    """Return an activity's definition that uses every member."""
    return {
        "name": {"en-US": "Name", "ja": "名前"},
        "description": {"de": "Beschreibung"},
        "type": new_iri("types"),
        "moreInfo": new_iri("more"),
        "extensions": {new_iri("extensions"): {"any": [None, 1.5]}},
        "interactionType": interaction,
        **INTERACTIONS[interaction],
    }


def members(*, is_v2: bool) -> Json:
    """Return what a statement and a SubStatement may have in common, all of it."""
    context: Json = {
        "registration": new_uuid(),
        "instructor": new_account(name="Ben"),
        "team": new_group(new_agent()),
        "contextActivities": {
            "parent": [new_activity(**definition("matching"))],
            "grouping": [new_activity()],
            "category": [new_activity(), new_activity()],
            "other": new_activity(),
        },
        "revision": "1",
        "platform": "web",
        "language": "en-GB",
        "statement": reference(new_uuid()),
        "extensions": {new_iri("extensions"): ""},
    }
    if is_v2:
        types = [new_iri("types")]
        agent = {"objectType": "contextAgent", "agent": new_agent(), "relevantTypes": types}
        group = {"objectType": "contextGroup", "group": new_group(new_agent()), "relevantTypes": types}
        context |= {"contextAgents": [agent], "contextGroups": [group]}
    return {
        "actor": new_agent(name="Ana"),
        "verb": {"id": new_iri("verbs"), "display": {"en-US": "answered"}},
        "object": new_activity(**definition()),
        "result": {
            "score": {"scaled": 0.5, "raw": 5, "min": 0, "max": 10},
            "success": True,
            "completion": False,
            "response": "a[,]b",
            "duration": "PT1H0M0.5S",
            "extensions": {new_iri("extensions"): None},
        },
        "context": context,
        "timestamp": "2025-03-14T09:26:53.589Z",
        "attachments": [linked(description={"en": "A description"})],
    }


def samples(*, is_v2: bool) -> dict[str, Json]:
    """Return statements that together use every member of every object, by their names."""
    whole = statement(**members(is_v2=is_v2))
    authority = grouped(new_account(), new_agent())
    return {
        "the statement": {
            **whole,
            "stored": "2025-03-14T09:26:53Z",
            "version": "1.0.0",
            "authority": authority,
        },
        "a SubStatement": statement(object=substatement(**members(is_v2=is_v2))),
        "a group, an agent": statement(
            actor={**grouped({"mbox_sha1sum": "ab" * 20}, {"openid": new_iri("ids")}), "name": "All"},
            object=new_agent(),
        ),
        "an account, a reference": statement(actor=new_account(), object=reference(new_uuid())),
    }


def walk(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Give the path and the value of everything within, but not of what is in extensions."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, member in pairs:
        where = f"{path}/{name}".lstrip("/")
        yield where, member
        if name not in _FREE:
            yield from walk(member, where)


def objects(value: Json) -> Iterator[str]:
    """Give the paths of the objects whose members the standard names, the statement's own last."""
    for path, member in walk(value):
        name = path.rpartition("/")[2]
        if isinstance(member, dict) and name not in (*_FREE, *_MAPS):
            yield f"{path}/"
    yield ""


def renamed(value: Json, path: str, name: str) -> Json:
    """Return a copy in which the member at a path has another name."""
    member = dict(walk(value))[path]
    head = path.rpartition("/")[0]
    return dict(changed(changed(value, path, ...), f"{head}/{name}".lstrip("/"), member))
