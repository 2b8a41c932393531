"""Each rule of a statement over HTTP: what is refused by POST and PUT, and what is taken by both.

The tables are named by what the standard's part 2 speaks of; changes start from a plain statement.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.xapi.conftest import Sender
from tests.xapi.statements import IRI, UUID, Json, full, plain, with_change

Changes = list[tuple[str, Any]]
AGENT = {"mbox": "mailto:cora@example.org"}
REF = {"objectType": "StatementRef", "id": UUID}
SUB = {**plain(), "objectType": "SubStatement"}
GROUP = {"objectType": "Group", "member": [AGENT]}
TEAM = {"objectType": "Group", "mbox": "mailto:team@example.org"}
ACTOR_PLACES = ("actor", "authority", "context/instructor", "object/actor", "object/context/instructor")
IRI_PLACES = (
    "verb/id",
    "object/id",
    "object/definition/type",
    "object/definition/moreInfo",
    "actor/account/homePage",
    "actor/openid",
    "attachments/0/usageType",
    "attachments/0/fileUrl",
)
MAP_PLACES = (
    "verb/display",
    "object/definition/name",
    "object/definition/description",
    "object/definition/choices/0/description",
    "attachments/0/display",
    "attachments/0/description",
)
TAGS = [
    "de",
    "es",
    "ja",
    "ase",
    "cmn",
    "tlh",
    "en-US",
    "de-DE",
    "es-MX",
    "fr-CA",
    "zh-Hant",
    "sr-Cyrl",
    "sr-Latn-RS",
    "zh-Hans-CN",
]
BAD_TAGS = ("something", "a12345678", "zh-z-aaa-z-bbb-c-ccc", "")
BAD_AGENTS: list[Any] = [
    {},
    {"name": "Ana"},
    {**AGENT, "name": 1},
    {**AGENT, "objectType": "agent"},
    {**AGENT, "objectType": "Activity"},
    {**AGENT, "objectType": 1},
    {**AGENT, "openid": IRI},
    {**AGENT, "account": {"homePage": IRI, "name": "a"}},
    {**AGENT, "mbox_sha1sum": "a" * 40},
    {**AGENT, "dummy": 1},
    {**AGENT, "Name": "Ana"},
    {"mbox": "mailto:should.fail.com"},
    {"mbox": "http://should.fail.com"},
    {"mbox": 1},
    {"mbox_sha1sum": "x" * 40},
    {"mbox_sha1sum": 1},
    {"openid": "ab=c://should.fail.com"},
    {"openid": 1},
    {"account": {"name": "a"}},
    {"account": {"homePage": IRI}},
    {"account": {"homePage": IRI, "name": 1}},
    {"account": {"homePage": "abc", "name": "a"}},
    {"account": "a"},
    {"objectType": "Group", "name": "no member"},
    {**GROUP, "member": AGENT},
    {**GROUP, "member": [GROUP]},
    {**GROUP, "member": [{}]},
    {**TEAM, "openid": IRI},
    "ana",
    [AGENT],
]


def based(base: Json) -> Json:
    """Give a statement with something at every place of the tables."""
    changed = with_change(base, "object/definition/interactionType", "choice")
    changed["object"]["definition"]["choices"] = [{"id": "a"}]
    return {**changed, "attachments": [full()["attachments"][0]]}


def at_place(place: str, value: Any) -> tuple[str, Any]:
    """Give a change of the whole statement that puts a value at a place."""
    if place in ("actor/openid", "actor/account/homePage"):
        name = place.split("/")[1]
        return "actor", {"openid": value} if name == "openid" else {
            "account": {"homePage": value, "name": "a"}
        }
    if place.startswith("object/") and place.split("/")[1] in ("actor", "context"):
        return "object", with_change(SUB, place.removeprefix("object/"), value)
    return place, value


BAD: dict[str, Changes] = {
    "2.2 nothing is null": [
        *[(name, None) for name in full()],
        ("verb/display", None),
        ("object/definition", None),
        ("object/definition", {"name": None}),
        ("result/score", None),
        ("result/success", None),
        ("context/contextActivities", {"parent": None}),
        ("context/contextActivities", {"parent": [None]}),
        ("actor/name", None),
        ("attachments/0/description", None),
    ],
    "2.2 no unknown members": [
        *[(name, 1) for name in ("dummy", "iD", "Actor", "timeStamp", "STOred", "Version", "attachmentS")],
        *[
            (f"{place}/dummy", 1)
            for place in ("actor", "verb", "object", "object/definition", "result", "result/score", "context")
        ],
        *[("context/contextActivities/dummy", {"id": IRI}), ("attachments/0/dummy", 1)],
        ("object/definition/choices/0/dummy", 1),
        ("object", {**REF, "dummy": 1}),
        ("object", {**SUB, "dummy": 1}),
    ],
    "2.3 required members": [(name, ...) for name in ("actor", "verb", "object")],
    "2.4.1 id": [
        ("id", value)
        for value in (
            1,
            "",
            UUID[:-1],
            f"{{{UUID}}}",
            UUID.replace("-", ""),
            f"urn:uuid:{UUID}",
            "g" + UUID[1:],
        )
    ],
    "4.1 IRIs": [
        at_place(place, value)
        for place in IRI_PLACES
        for value in ("ab=c://x", "should fail", "example.com/x", "abc", "", 1)
    ],
    "2.4.2 actor": [at_place(place, value) for place in ACTOR_PLACES for value in BAD_AGENTS],
    "2.4.2 team": [("context/team", AGENT), *[("context/team", value) for value in BAD_AGENTS]],
    "2.4.3 verb": [("verb", {}), ("verb", "x"), ("verb/id", ...), ("verb/display", 1), ("verb/display", "x")],
    "2.4.4 object": [
        *[("object/objectType", text) for text in ("activity", "ACTIVITY", "agent", "Statement", 1)],
        ("object", AGENT),
        ("object", {}),
        ("object/definition", "x"),
        ("object/definition/interactionType", "Choice"),
        ("object/definition/interactionType", ...),
        *[
            ("object/definition", {name: []})
            for name in ("correctResponsesPattern", "choices", "scale", "source", "target", "steps")
        ],
        ("object/definition/choices", {"id": "a"}),
        ("object/definition/choices", [{"id": 1}]),
        ("object/definition/choices", [{"description": {"en": "x"}}]),
        ("object/definition/extensions", {"no iri": 1}),
        ("object", {"objectType": "StatementRef"}),
        ("object", {**REF, "id": "x"}),
        ("object", {**REF, "objectType": "statementRef"}),
    ],
    "2.4.4.3 SubStatement": [
        *[("object", {**SUB, name: full()[name]}) for name in ("id", "stored", "version", "authority")],
        ("object", {**SUB, "object": SUB}),
        ("object", {key: value for key, value in SUB.items() if key != "verb"}),
        ("object", {**SUB, "result": {"score": {"scaled": 2}}}),
        ("object", {**SUB, "timestamp": "yesterday"}),
    ],
    "2.4.5 result": [
        *[(f"result/{name}", value) for name in ("success", "completion") for value in ("true", 1, {})],
        ("result/response", 1),
        ("result/extensions", []),
        ("result/extensions", {"x": 1}),
        *[("result/score", {"scaled": value}) for value in (1.01, -1.00001, "1", True)],
        *[("result/score", {name: "100"}) for name in ("raw", "min", "max")],
        ("result/score", {"min": 1, "max": 1}),
        ("result/score", {"min": 2, "max": 1}),
        ("result/score", {"raw": 0, "min": 1}),
        ("result/score", {"raw": 2, "max": 1}),
        *[("result/duration", text) for text in ("P4W1D", "PA1H0M0S", "soon", "PT", "P", "", 5, {})],
    ],
    "2.4.6 context": [
        ("context/registration", "x"),
        ("context/revision", 1),
        ("context/platform", 1),
        ("context/language", 1),
        ("context/statement", {"id": UUID}),
        ("context/statement", {**REF, "objectType": "statementref"}),
        ("context/statement", {**REF, "id": "x"}),
        ("context/contextActivities", []),
        *[("context/contextActivities", {"other": value}) for value in ("x", {}, [{}], [[{"id": IRI}]])],
        *[("context/language", tag) for tag in BAD_TAGS],
        *[
            ("object", {**SUB, "object": thing, "context": {name: "1"}})
            for name in ("revision", "platform")
            for thing in ({**AGENT, "objectType": "Agent"}, GROUP, REF)
        ],
    ],
    "4.2 language maps": [
        *[(place, {tag: "x"}) for place in MAP_PLACES for tag in BAD_TAGS],
        *[(place, value) for place in MAP_PLACES for value in ({"en": 1}, "x", ["x"])],
    ],
    "4.5 timestamps": [
        (name, value)
        for name in ("timestamp", "stored")
        for value in (
            "01/011/2015",
            "text",
            "",
            1,
            "2025-03-14",
            "2025-02-30T12:00:00Z",
            *[f"2025-03-14T12:00:00{zone}" for zone in ("-00", "-0000", "-00:00")],
        )
    ],
    "2.4.10 version": [("version", value) for value in ("0.9.9", "1.1.0", "text", "", 1.0, "1.0.x")],
    "2.4.9 authority": [("authority", {**GROUP, "member": [AGENT] * count}) for count in (0, 1, 3)]
    + [
        ("authority", {**TEAM, "member": [AGENT, AGENT]}),
        ("authority", TEAM),
        ("authority", {"objectType": "Group"}),
    ],
    "2.4.11 attachments": [
        ("attachments", {}),
        ("attachments", ["x"]),
        *[
            (f"attachments/0/{name}", ...)
            for name in ("usageType", "display", "contentType", "length", "sha2")
        ],
        ("attachments/0/fileUrl", ...),
        ("attachments/0/contentType", 1),
        ("attachments/0/length", "3"),
        ("attachments/0/length", 3.5),
        ("attachments/0/sha2", 1),
    ],
}
GOOD: dict[str, Changes] = {
    "2.2 empty and null extensions": [
        (f"{place}/extensions", value)
        for place in ("result", "context", "object/definition")
        for value in ({}, {IRI: None}, {IRI: ""}, {IRI: {}}, {IRI: {"a": [None]}})
    ],
    "4.1 IRIs": [at_place(place, f"urn:x:{number}") for number, place in enumerate(IRI_PLACES)],
    "2.4.2 actor": [
        at_place(place, value)
        for place in ACTOR_PLACES
        for value in (
            {**AGENT, "objectType": "Agent", "name": "Cora"},
            {"mbox_sha1sum": "aB" * 20},
            {"openid": IRI},
            {"account": {"homePage": IRI, "name": "a"}},
        )
    ],
    "2.4.2 groups": [
        at_place(place, value)
        for place in ("actor", "context/team", "context/instructor", "object/actor", "object/context/team")
        for value in (GROUP, TEAM, {**TEAM, "member": [AGENT]})
    ],
    "2.4.4 object": [
        ("object", {**AGENT, "objectType": "Agent"}),
        ("object", GROUP),
        ("object", REF),
        ("object", SUB),
        ("object/definition", {}),
        ("object", {**SUB, "timestamp": "2125-03-14T12:00:00Z"}),
        ("object", {**SUB, "object": REF}),
    ],
    "2.4.5 result": [
        *[("result/score", score) for score in ({"scaled": 1.0}, {"raw": 5}, {"min": 0}, {"max": 0}, {})],
        ("result/score", {"scaled": -1.0, "raw": 1, "min": 1, "max": 2}),
        *[
            ("result/duration", text)
            for text in (
                "PT1H0M0S",
                "PT1H0M0.1S",
                "PT4H35M59.14S",
                "PT16559.14S",
                "P3Y1M29DT4H35M59.14S",
                "P3Y",
                "P4W",
                "P1DT12H36M0.12567S",
            )
        ],
    ],
    "2.4.6 context": [
        ("context", {"revision": "1", "platform": "web", "statement": REF, "registration": UUID.upper()}),
        ("context/contextActivities", {"parent": {"id": IRI}, "grouping": [{"id": IRI}], "category": []}),
        ("object", {**SUB, "context": {"revision": "1", "platform": "web"}}),
        *[("context/language", tag) for tag in TAGS],
    ],
    "4.2 language maps": [(place, dict.fromkeys(TAGS, "x")) for place in MAP_PLACES],
    "4.5 timestamps": [
        ("timestamp", f"2125-03-14T12:00:00{rest}")
        for rest in ("Z", "+00:00", ".1Z", ".123456789Z", "-05:00")
    ],
    "2.4.10 version": [("version", text) for text in ("1.0", "1.0.0", "1.0.3", "1.0.17")],
    "2.4.9 authority": [
        ("authority", AGENT),
        ("authority", {**GROUP, "member": [AGENT, TEAM | {"objectType": "Agent"}]}),
    ],
    "2.4.11 attachments": [("attachments", []), ("attachments/0/length", 0)],
}


@pytest.fixture(params=["1.0.3", "2.0.0"])
def sender(store: Sender, request: pytest.FixtureRequest) -> Sender:
    return replace(store, version=request.param)


@pytest.mark.parametrize("section", BAD)
def test_what_breaks_a_rule_is_refused(sender: Sender, section: str) -> None:
    for path, value in BAD[section]:
        statement = with_change(based(plain()), path, value)
        for response in (sender.send([plain(), statement]), sender.put(statement, UUID)):
            assert response.status_code == 400, (path, value)
            assert response.get_json()["error"], (path, value)
    assert sender.get(None).get_json()["statements"] == []


@pytest.mark.parametrize("section", GOOD)
def test_what_keeps_the_rules_is_taken(sender: Sender, section: str) -> None:
    for number, (path, value) in enumerate(GOOD[section]):
        statement = with_change(based(plain()), path, value)
        response = sender.send(statement)
        assert response.status_code == 200, (path, value, response.text)
        response = sender.put(statement, f"{number:08}{UUID[8:]}")
        assert response.status_code == 204, (path, value, response.text)


TYPED = {"objectType": "contextAgent", "agent": AGENT}
OF_VERSION_2: list[tuple[str, Any, int]] = [
    ("version", "2.0", 200),
    ("version", "2.0.0", 200),
    ("version", "2.1.0", 400),
    ("context/contextAgents", [TYPED], 200),
    ("context/contextAgents", [{**TYPED, "relevantTypes": [IRI]}], 200),
    ("context/contextAgents", [{**TYPED, "relevantTypes": []}], 400),
    ("context/contextAgents", [{**TYPED, "relevantTypes": ["x"]}], 400),
    ("context/contextAgents", [{**TYPED, "objectType": "Agent"}], 400),
    ("context/contextAgents", [{"agent": AGENT}], 400),
    ("context/contextAgents", [{"objectType": "contextAgent"}], 400),
    ("context/contextAgents", TYPED, 400),
    ("context/contextGroups", [{"objectType": "contextGroup", "group": TEAM}], 200),
    ("context/contextGroups", [{"objectType": "contextGroup", "group": AGENT}], 400),
    ("context/contextGroups", [{"objectType": "contextGroup", "agent": TEAM}], 400),
    ("object", {**SUB, "context": {"contextAgents": [TYPED]}}, 200),
]


def test_what_version_2_adds_is_refused_by_version_1(store: Sender) -> None:
    second = replace(store, version="2.0.0")
    for path, value, status in OF_VERSION_2:
        statement = with_change(plain(), path, value)
        assert second.send(statement).status_code == status, (path, value)
        assert store.send(statement).status_code == 400, (path, value)
