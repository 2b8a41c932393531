"""The object: activity, agent, group, reference or SubStatement (Part 2 §2.4.4)."""

from __future__ import annotations

from ...checks import expect, expect_equal
from ..builders import (
    Json,
    changed,
    new_activity,
    new_agent,
    new_group,
    new_iri,
    new_uuid,
    reference,
    statement,
)
from ..lrs import ACTIVITIES as ACTIVITIES_RESOURCE, Lrs
from ..places import ACTIVITIES, DEFINITIONS, REFERENCES, grouped, inner, placed
from ..registry import case
from ..samples import definition
from ..tables import rule

_ID = "https://conformance.example/activities/1"
_UUID = "8f87ccde-bb56-4c2e-ab83-44982ef22df0"
_OBJECTS = {
    "object": placed(lambda value: {"object": value}),
    "object in a SubStatement": inner(lambda value: {"object": value}),
}

rule(
    "D40",
    section="Part 2 §2.4.4",
    holds="the objectType of an object is one of five, and Activity where it is missing",
    places=_OBJECTS,
    good=[{"id": _ID}, {"objectType": "Activity", "id": _ID}, new_agent(), new_group(), reference(_UUID)],
    bad=[
        *[
            {"objectType": kind, "id": _ID}
            for kind in ("activity", "ACTIVITY", "Verb", "Statement", "", None, 1)
        ],
        {},
        "x",
        [{"id": _ID}],
        reference(_UUID) | {"objectType": "Activity"},
    ],
)
rule(
    "D41",
    section="Part 2 §2.4.4.1",
    holds="an activity has an id, may have a definition, and nothing else",
    places=ACTIVITIES,
    good=[
        {"id": _ID},
        {"objectType": "Activity", "id": _ID},
        {"id": "urn:isbn:0451450523"},
        {"id": _ID, "definition": {}},
        {"id": "https://conformance.example/été/課?x=1&y=(2)#z"},
    ],
    bad=[
        {"objectType": "Activity"},
        {"definition": {"name": {"en": "x"}}},
        {"id": _ID, "name": "x"},
        {"id": _ID, "objectType": "activity"},
        {"id": _ID, "objectType": None},
        *[
            {"id": value}
            for value in ("", "should error", "ab=c://should.fail.example", "x.example/1", 1, None)
        ],
        *[{"id": _ID, "definition": value} for value in ("should error", 1, None, [], True)],
        1,
        "x",
    ],
)
rule(
    "D42",
    section="Part 2 §2.4.4.1",
    holds="a definition has a name, a description, a type, moreInfo, extensions and an interaction's members",
    places=DEFINITIONS,
    good=[{}, definition(), {"name": {}}, {"type": _ID}, {"moreInfo": _ID}, {"extensions": {}}],
    bad=[
        *[{name: value} for name in ("name", "description") for value in ("x", 1, None, ["x"], {"en": 1})],
        *[
            {name: value}
            for name in ("type", "moreInfo")
            for value in ("", "should error", "x.example/1", 1, {}, None)
        ],
        *[{"extensions": value} for value in ("x", 1, None, [], {"no iri": 1})],
        {"dummy": 1},
        {"Name": {"en": "x"}},
        {"id": _ID},
    ],
)
rule(
    "D43",
    section="Part 2 §2.4.4.2",
    holds="an agent or a group that is an object says its objectType",
    places=_OBJECTS,
    good=[new_agent(), new_group(), grouped(new_agent())],
    bad=[
        *[changed(thing, "objectType", ...) for thing in (new_agent(), new_group(), grouped(new_agent()))],
        *[new_agent() | {"objectType": kind} for kind in ("agent", "Group ", "Person")],
        {"objectType": "Agent"},
        {"objectType": "Agent", "id": _ID},
    ],
)
rule(
    "D44",
    section="Part 2 §2.4.4.3",
    holds="a reference has the objectType StatementRef, a UUID, and nothing else",
    places=REFERENCES,
    good=[reference(_UUID), reference(_UUID.upper()), reference(new_uuid())],
    bad=[
        {"objectType": "StatementRef"},
        {"id": _UUID},
        *[
            {"objectType": kind, "id": _UUID}
            for kind in ("statementref", "StatementREF", "Statement", "", None)
        ],
        *[reference(value) for value in ("should fail", "", _UUID[:-1], f"{_UUID}8", f"M{_UUID[1:]}")],
        *[{"objectType": "StatementRef", "id": value} for value in (12345, {"key": "x"}, None)],
        reference(_UUID) | {"dummy": 1},
    ],
)
rule(
    "D45",
    section="Part 2 §2.4.4.3",
    holds="a SubStatement says that it is one",
    places={"object": placed(lambda value: {"object": value})},
    good=[statement(id=None) | {"objectType": "SubStatement"}],
    bad=[
        statement(id=None),
        *[statement(id=None) | {"objectType": kind} for kind in ("substatement", "Statement")],
    ],
)
rule(
    "D46",
    section="Part 2 §2.4.4.3",
    holds="a SubStatement has no id, stored, version or authority",
    places={"SubStatement": inner(lambda value: value)},
    bad=[
        {"id": new_uuid()},
        {"stored": "2013-05-18T05:32:34.804Z"},
        {"version": "1.0.0"},
        {"authority": new_agent()},
    ],
)
rule(
    "D47",
    section="Part 2 §2.4.4.3",
    holds="a SubStatement holds no SubStatement",
    places={"SubStatement": inner(lambda value: {"object": value})},
    good=[new_activity(), new_agent(), new_group(), reference(_UUID)],
    bad=[statement(id=None) | {"objectType": "SubStatement"}, statement(id=None)],
)


@case("D48", section="Part 2 §2.4.4.1", holds="one activity id is one activity, whoever names it and however")
def one_id_is_one_activity(lrs: Lrs) -> None:
    activity_id = new_iri("activities")
    definitions: list[Json] = [{"name": {"en": "One"}}, {"name": {"de": "Zwei"}, "type": new_iri("types")}]
    sent = [statement(object={"id": activity_id, "definition": each}) for each in definitions]
    lrs.store(*sent)
    expect_equal("the ids", set(lrs.ids(activity=activity_id)), {each["id"] for each in sent})
    found = lrs.get(ACTIVITIES_RESOURCE, {"activityId": activity_id}).expect(200).json
    expect(isinstance(found, dict) and found.get("id") == activity_id, "one activity of that id", found)


@case("D49", section="Part 2 §2.4.4.1", holds="a statement keeps its own definition when another one comes")
def a_statement_keeps_its_definition(lrs: Lrs) -> None:
    activity_id = new_iri("activities")
    first, second = (
        statement(object={"id": activity_id, "definition": {"name": {"en": name}}}) for name in ("One", "Two")
    )
    lrs.store(first)
    lrs.store(second)
    expect_equal("the object", lrs.find(first["id"]).expect(200).json["object"], first["object"])
