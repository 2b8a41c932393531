"""When are two statements the same? (Part 2 §2.3.1, Statement Comparison Requirements)"""

from __future__ import annotations

from typing import Any

from ...checks import expect, expect_equal
from ..builders import (
    Json,
    changed,
    new_account,
    new_agent,
    new_group,
    new_iri,
    reference,
    statement,
    substatement,
)
from ..lrs import Lrs, Reply
from ..places import grouped, linked
from ..registry import V2, case

_HOME = "https://conformance.example"
_UUID = "ec531277-b57b-4c15-8d91-d292c5b2b8f7"
_ANA = {"mbox": "mailto:Ana@Conformance.example"}
_BEN = {"account": {"homePage": _HOME, "name": "ben"}}
_TEAM = grouped(_ANA, _BEN, {"openid": f"{_HOME}/cora"})
_TURNED = grouped({"openid": f"{_HOME}/cora"}, _ANA, _BEN)
_ONE = {"objectType": "Activity", "id": f"{_HOME}/activities/one"}

# Path, what the first statement has there, and what the second has; `...` is nothing.
_SAME: dict[str, tuple[str, Any, Any]] = {
    "stored": ("stored", ..., "2011-07-15T00:00:00.000Z"),
    "authority": ("authority", ..., new_account()),
    "no timestamp": ("timestamp", ..., ...),
    "timestamp in another zone": ("timestamp", "2025-03-14T09:26:53.589Z", "2025-03-14T10:26:53.589+01:00"),
    "timestamp with more noughts": ("timestamp", "2025-03-14T09:26:53.5Z", "2025-03-14T09:26:53.500000Z"),
    "another display": ("verb/display", {"en": "did"}, {"de": "tat"}),
    "no display": ("verb/display", {"en": "did"}, ...),
    "another definition": ("object/definition", {"name": {"en": "One"}}, {"name": {"en": "Two"}}),
    "no definition": ("object/definition", {"name": {"en": "One"}}, ...),
    "definition of a context activity": (
        "context",
        {"contextActivities": {"parent": [_ONE]}},
        {"contextActivities": {"parent": [{**_ONE, "definition": {"name": {"en": "One"}}}]}},
    ),
    "members in another order": ("actor", _TEAM, _TURNED),
    "members of the team in another order": ("context", {"team": _TEAM}, {"team": _TURNED}),
    "domain of an mbox in another case": ("actor/mbox", "mailto:Ana@A.example", "mailto:Ana@a.EXAMPLE"),
    "registration in another case": ("context", {"registration": _UUID}, {"registration": _UUID.upper()}),
    "reference in another case": ("object", reference(_UUID), reference(_UUID.upper())),
    "one activity, or an array of it": (
        "context",
        {"contextActivities": {"other": _ONE}},
        {"contextActivities": {"other": [_ONE]}},
    ),
    "duration beyond hundredths": ("result", {"duration": "PT1.126S"}, {"duration": "PT1.12S"}),
    "no attachments": ("attachments", [linked()], ...),
    "number written otherwise": ("result", {"score": {"raw": 1.0}}, {"score": {"raw": 1}}),
}
_OTHER: dict[str, tuple[str, Any, Any]] = {
    "another name": ("actor/name", "Ana", "Cora"),
    "no name": ("actor/name", "Ana", ...),
    "local part of an mbox in another case": ("actor/mbox", "mailto:Ana@a.example", "mailto:ana@a.example"),
    "another member": ("actor", _TEAM, grouped(_ANA, _BEN)),
    "another verb": ("verb/id", new_iri("verbs"), new_iri("verbs")),
    "another activity": ("object/id", new_iri("activities"), new_iri("activities")),
    "another kind of object": ("object", new_agent(), new_group()),
    "result more": ("result", ..., {"success": True}),
    "another success": ("result", {"success": True}, {"success": False}),
    "another score": ("result", {"score": {"raw": 1}}, {"score": {"raw": 1.001}}),
    "the same duration in other units": ("result", {"duration": "PT1H"}, {"duration": "PT60M"}),
    "another hundredth of a duration": ("result", {"duration": "PT1.121S"}, {"duration": "PT1.131S"}),
    "another duration": ("result", {"duration": "PT1.12S"}, {"duration": "PT1.13S"}),
    "another response": ("result", {"response": "A"}, {"response": "a"}),
    "another extension": ("result", {"extensions": {"a:b": [1, 2]}}, {"extensions": {"a:b": [2, 1]}}),
    "no extension": ("result", {"extensions": {"a:b": None}}, {"extensions": {}}),
    "another registration": ("context", {"registration": _UUID}, {"registration": f"{_UUID[:-1]}9"}),
    "another platform": ("context", {"platform": "web"}, {"platform": "Web"}),
    "another language": ("context", {"language": "en"}, {"language": "de"}),
    "context activity of another kind": (
        "context",
        {"contextActivities": {"parent": [_ONE]}},
        {"contextActivities": {"other": [_ONE]}},
    ),
    "another moment": ("timestamp", "2025-03-14T09:26:53.589Z", "2025-03-14T09:26:53.590Z"),
    "another instructor": ("context", {"instructor": _ANA}, {"instructor": _BEN}),
    "another timestamp of the SubStatement": (
        "object",
        substatement(actor=_ANA, verb={"id": "a:b"}, object=_ONE, timestamp="2025-03-14T09:26:53Z"),
        substatement(actor=_ANA, verb={"id": "a:b"}, object=_ONE, timestamp="2025-03-14T09:26:54Z"),
    ),
}


def _pair(path: str, first: Any, second: Any) -> tuple[Json, Json]:
    base = statement()
    one, other = (base if value is ... else changed(base, path, value) for value in (first, second))
    return one, other


def _again(lrs: Lrs, pair: tuple[Json, Json]) -> dict[str, Reply]:
    """Store the first, send the second, and fail unless the first is still there as it was."""
    first, second = pair
    kept = lrs.kept(first)
    replies = {"POST": lrs.post(second), "PUT": lrs.put(second)}
    expect_equal("the statement stored first", lrs.find(first["id"]).expect(200).json, kept)
    return replies


@case(
    "D140",
    section="Part 2 §2.3.1",
    holds="differences that a store may make are none",
    variants=_SAME,
)
def differences_that_are_none(lrs: Lrs, values: tuple[str, Any, Any]) -> None:
    pair = _pair(*values)
    replies = _again(lrs, pair)
    expect_equal("the ids of POST", replies["POST"].expect(200).json, [pair[0]["id"]])
    replies["PUT"].expect(204)


@case(
    "D141",
    section="Part 2 §2.3.1",
    holds="all other differences count, and change nothing that is stored",
    variants=_OTHER,
)
def differences_that_count(lrs: Lrs, values: tuple[str, Any, Any]) -> None:
    for method, reply in _again(lrs, _pair(*values)).items():
        expect(
            reply.status == 409, f"{method} to be answered with 409", f"{reply.status} {reply.body[:200]!r}"
        )


@case(
    "D142", section="2.0 context", holds="contextGroups differ by what they say, not by order", versions=(V2,)
)
def groups_of_the_context_are_compared(lrs: Lrs) -> None:
    def of_group(group: Json) -> Json:
        return {"contextGroups": [{"objectType": "contextGroup", "group": group}]}

    _again(lrs, _pair("context", of_group(_TEAM), of_group(_TURNED)))["POST"].expect(200)
    _again(lrs, _pair("context", of_group(_TEAM), of_group(grouped(_ANA))))["POST"].expect(409)


@case("D143", section="Part 2 §2.3.1", holds="a statement that was read and is sent again is the same")
def what_was_read_is_the_same(lrs: Lrs) -> None:
    kept = lrs.kept(
        statement(context={"contextActivities": {"parent": _ONE}}, result={"duration": "PT1.126S"})
    )
    lrs.post(kept).expect(200)
    lrs.put(kept).expect(204)
    expect_equal("the statement", lrs.find(kept["id"]).expect(200).json, kept)
