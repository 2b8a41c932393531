"""The context and what is in it: activities, agents and groups (Part 2 §2.4.6)."""

from __future__ import annotations

from typing import Any

from ...checks import expect_equal
from ..builders import (
    Json,
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
from ..lrs import Lrs
from ..places import AGENTS_OR_GROUPS, CONTEXTS, grouped, inner, placed, within
from ..registry import V1, V2, case
from ..tables import rule

_UUID = "ec531277-b57b-4c15-8d91-d292c5b2b8f7"
_IRI = "https://conformance.example/types/role"
_KINDS = ("parent", "grouping", "category", "other")
_IN_CONTEXT_ACTIVITIES = within(CONTEXTS, lambda value: {"contextActivities": value}, "contextActivities")
# Of every other object than an activity, for which revision and platform say something.
_OTHER_OBJECTS: dict[str, Json] = {
    "agent": new_agent(),
    "group": new_group(),
    "anonymous group": grouped(new_agent()),
    "reference": reference(_UUID),
}

rule(
    "D75",
    section="Part 2 §2.4.6",
    holds="each member of a context is of its own type, and no other is known",
    places=CONTEXTS,
    good=[
        {},
        {"registration": _UUID},
        {"registration": _UUID.upper()},
        {"revision": "", "platform": "web"},
        {"contextActivities": {}},
        {"statement": reference(_UUID)},
        {"extensions": {}},
    ],
    bad=[
        *[{"registration": value} for value in ("should fail", "", _UUID[:-1], f"{{{_UUID}}}", 1, {}, None)],
        *[{name: value} for name in ("revision", "platform") for value in (12345, {"key": "x"}, None, True)],
        *[{"language": value} for value in (1, {"en": "x"}, None, "", "something", "en_US")],
        *[{"statement": value} for value in ("x", _UUID, {}, {"id": _UUID}, new_activity(), None)],
        *[{"instructor": value} for value in ("x", {"key": "x"}, new_activity(), None)],
        *[{"team": value} for value in ("x", {"key": "x"}, None)],
        *[{"contextActivities": value} for value in ("x", 1, None, [], [new_activity()], new_activity())],
        {"Registration": _UUID},
        {"dummy": 1},
        "x",
        [],
    ],
)
rule(
    "D76",
    section="Part 2 §2.4.6",
    holds="an instructor may be a group",
    places={name: place for name, place in AGENTS_OR_GROUPS.items() if name.startswith("instructor")},
    good=[new_agent(), new_account(), new_group(), grouped(new_agent())],
    bad=[{"objectType": "Group"}, {"objectType": "Agent"}],
)
rule(
    "D77",
    section="Part 2 §2.4.6",
    holds="revision and platform are refused where the object is no activity",
    places={
        f"{name} of {kind} in {where}": lambda value, make=make, name=name, thing=thing: make(
            {"object": thing, "context": {name: value}}
        )
        for name in ("revision", "platform")
        for kind, thing in _OTHER_OBJECTS.items()
        for where, make in (("a statement", placed(dict)), ("a SubStatement", inner(dict)))
    }
    | {
        f"{name} of a SubStatement": placed(
            lambda value, name=name: {"object": substatement(), "context": {name: value}}
        )
        for name in ("revision", "platform")
    },
    bad=["1"],
)
rule(
    "D78",
    section="Part 2 §2.4.6",
    holds="revision and platform are taken where the object is an activity",
    places=CONTEXTS
    | {
        "context of an object without objectType": placed(
            lambda value: {"object": {"id": new_iri()}, "context": value}
        ),
        "context of a SubStatement's object without objectType": inner(
            lambda value: {"object": {"id": new_iri()}, "context": value}
        ),
    },
    good=[{"revision": "1"}, {"platform": "web"}, {"revision": "1", "platform": "web"}],
)
rule(
    "D80",
    section="Part 2 §2.4.6.2",
    holds="contextActivities are parent, grouping, category and other, and no other kind is known",
    places=_IN_CONTEXT_ACTIVITIES,
    good=[*[{kind: [new_activity()]} for kind in _KINDS], {kind: [new_activity()] for kind in _KINDS}],
    bad=[{kind: [new_activity()]} for kind in ("Parent", "OTHER", "profile", "", "parents")],
)
rule(
    "D81",
    section="Part 2 §2.4.6.2",
    holds="each is an activity or an array of activities",
    places=_IN_CONTEXT_ACTIVITIES,
    good=[{kind: value} for kind in _KINDS for value in (new_activity(), [], [new_activity(), {"id": _IRI}])],
    bad=[
        {kind: value}
        for kind in _KINDS
        for value in (
            "x",
            _IRI,
            1,
            None,
            {},
            [{}],
            [_IRI],
            [[new_activity()]],
            [new_activity(), {"key": "x"}],
            new_agent(),
            [reference(_UUID)],
        )
    ],
)


@case(
    "D82", section="Part 2 §2.4.6.2", holds="single activities come back in an array of one", variants=_KINDS
)
def single_activities_come_back_in_an_array(lrs: Lrs, kind: str) -> None:
    activity = new_activity(name={"en": "One"})
    context = {"contextActivities": {kind: activity}}
    for sent in (statement(context=context), statement(object=substatement(context=context))):
        lrs.store(sent)
        holder = "object" if "context" not in sent else ""
        for found in (
            lrs.find(sent["id"]).json,
            *lrs.list(activity=activity["id"], related_activities="true"),
        ):
            if found["id"] == sent["id"]:
                kept = (found[holder] if holder else found)["context"]["contextActivities"]
                expect_equal("contextActivities", kept, {kind: [activity]})


def _entries(
    name: str, kind: str, inside: str, right: Json, wrong: list[Any]
) -> tuple[list[Json], list[Json]]:
    """Return what is good and bad in contextAgents or contextGroups."""
    entry = {"objectType": kind, inside: right}
    good = [
        [],
        [entry],
        [entry, entry | {"relevantTypes": [_IRI]}],
        [entry | {"relevantTypes": [_IRI, "urn:x:y"]}],
    ]
    bad = [
        entry,
        "x",
        None,
        ["x"],
        [{}],
        [{inside: right}],
        [{"objectType": kind}],
        *[[entry | {"objectType": value}] for value in ("Should fail", kind.lower(), "Agent", "", None)],
        *[[entry | {inside: value}] for value in wrong],
        *[[entry | {"relevantTypes": value}] for value in ([], ["abc"], [""], [1], _IRI, {}, None)],
        [entry | {"dummy": 1}],
        [entry, {}],
    ]
    return [{name: value} for value in good], [{name: value} for value in bad]


_AGENTS = _entries(
    "contextAgents",
    "contextAgent",
    "agent",
    new_agent(),
    ["x", None, {}, {"key": "Should fail"}, new_group(), grouped(new_agent()), new_agent() | new_account()],
)
_GROUPS = _entries(
    "contextGroups",
    "contextGroup",
    "group",
    new_group(new_agent()),
    [
        "x",
        None,
        {},
        {"key": "Should fail"},
        new_agent(),
        {"objectType": "Group"},
        grouped(grouped(new_agent())),
    ],
)

rule(
    "D85",
    section="2.0 context",
    holds="contextAgents is an array of contextAgent objects",
    places=CONTEXTS,
    good=_AGENTS[0],
    bad=_AGENTS[1],
    versions=(V2,),
)
rule(
    "D86",
    section="2.0 context",
    holds="contextGroups is an array of contextGroup objects",
    places=CONTEXTS,
    good=_GROUPS[0],
    bad=_GROUPS[1],
    versions=(V2,),
)
rule(
    "D87",
    section="Part 2 §2.2",
    holds="contextAgents and contextGroups are unknown members of 1.0.3",
    places=CONTEXTS,
    bad=[*_AGENTS[0], *_GROUPS[0]],
    versions=(V1,),
)


@case("D88", section="2.0 context", holds="a statement of 2.0 is given to 1.0.3 as it is", versions=(V2,))
def statements_of_version_2_are_given_as_they_are(lrs: Lrs) -> None:
    sent = statement(context={"registration": new_uuid(), **_AGENTS[0][2], **_GROUPS[0][2]})
    lrs.store(sent)
    found = lrs.under(V1).find(sent["id"]).expect(200).json
    expect_equal("the context", found["context"], sent["context"])
    expect_equal("the version", found["version"], "2.0.0")
