"""What a statement is found by (xAPI 1.0.3 Part 3 §2.1.3)."""

from __future__ import annotations

from typing import Any

import pytest

from app.xapi.links import Kind, agent_text, digest, find_target, links_of
from tests.xapi.statements import UUID, Json, plain, with_change

ANA = {"mbox": "mailto:ana@example.org"}
BEN = {"account": {"homePage": "https://example.org", "name": "ben"}}
CORA = {"openid": "https://id.example.org/cora"}


def values(statement: Json, kind: Kind) -> set[bytes]:
    return {value for each, value in links_of(statement) if each == kind}


def of(*agents: Json) -> set[bytes]:
    return {digest(agent_text(agent) or "") for agent in agents}


def ids(*texts: str) -> set[bytes]:
    return {digest(text) for text in texts}


@pytest.mark.parametrize(
    ("agent", "text"),
    [
        ({"mbox": "mailto:Ana@Example.ORG"}, "mbox:Ana@example.org"),
        ({"mbox_sha1sum": "AB" * 20}, f"sha1:{'ab' * 20}"),
        (CORA, "openid:https://id.example.org/cora"),
        (BEN, 'account:["https://example.org", "ben"]'),
        ({"objectType": "Group", "name": "Team", "member": [ANA]}, None),
        ({}, None),
    ],
)
def test_an_agent_is_known_by_its_identifier_alone(agent: Json, text: str | None) -> None:
    assert agent_text(agent) == text
    assert agent_text({**agent, "name": "somebody"}) == text


def test_an_account_cannot_be_mistaken_for_another() -> None:
    one = {"account": {"homePage": "https://a|b", "name": "c"}}
    other = {"account": {"homePage": "https://a", "name": "b|c"}}
    assert agent_text(one) != agent_text(other)


def test_verb_registration_and_object_are_linked() -> None:
    statement = with_change(plain(), "context/registration", UUID.upper())
    assert values(statement, Kind.VERB) == ids(statement["verb"]["id"])
    assert values(statement, Kind.REGISTRATION) == ids(UUID)
    assert (
        values(statement, Kind.ACTIVITY)
        == values(statement, Kind.ACTIVITY_ANY)
        == ids(statement["object"]["id"])
    )
    assert values(statement, Kind.AGENT) == of(ANA)


def test_members_of_groups_are_agents() -> None:
    group = {"objectType": "Group", **CORA, "member": [ANA, BEN]}
    for path in ("actor", "object"):
        assert values(with_change(plain(), path, group), Kind.AGENT) >= of(ANA, BEN, CORA)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("authority", CORA),
        ("context/instructor", CORA),
        ("context/team", {"objectType": "Group", "member": [CORA]}),
        ("context/contextAgents", [{"objectType": "contextAgent", "agent": CORA}]),
        (
            "context/contextGroups",
            [{"objectType": "contextGroup", "group": {"objectType": "Group", "member": [CORA]}}],
        ),
        ("object", {"objectType": "SubStatement", **with_change(plain(), "actor", CORA)}),
        (
            "object",
            {"objectType": "SubStatement", **with_change(plain(), "object", {"objectType": "Agent", **CORA})},
        ),
        ("object", {"objectType": "SubStatement", **with_change(plain(), "context/instructor", CORA)}),
    ],
)
def test_related_agents_are_all_others(path: str, value: Any) -> None:
    statement = with_change(plain(), path, value)
    assert values(statement, Kind.AGENT) == of(ANA)
    assert values(statement, Kind.AGENT_ANY) == of(ANA, CORA)


def test_the_servers_authority_takes_the_place_of_the_sent_one() -> None:
    statement = with_change(plain(), "authority", BEN)
    links = links_of(statement, authority=CORA)
    assert {value for kind, value in links if kind == Kind.AGENT_ANY} == of(ANA, CORA)


@pytest.mark.parametrize("name", ["parent", "grouping", "category", "other"])
def test_related_activities_are_those_of_the_context(name: str) -> None:
    inner = with_change(plain(), f"context/contextActivities/{name}", [{"id": "urn:x:1"}, {"id": "urn:x:2"}])
    assert values(inner, Kind.ACTIVITY_ANY) == ids("urn:x:1", "urn:x:2", inner["object"]["id"])
    outer = with_change(plain(), "object", {"objectType": "SubStatement", **inner})
    assert values(outer, Kind.ACTIVITY) == set()
    assert values(outer, Kind.ACTIVITY_ANY) == ids("urn:x:1", "urn:x:2", inner["object"]["id"])


def test_only_the_object_can_be_a_target() -> None:
    reference = {"objectType": "StatementRef", "id": UUID.upper()}
    assert find_target(with_change(plain(), "object", reference)) == UUID
    assert find_target(with_change(plain(), "context/statement", reference)) is None


def test_odd_shapes_of_lenient_senders_are_read_without_harm() -> None:
    statement = {
        "actor": {"member": "x", "account": []},
        "verb": 1,
        "object": {"id": 3},
        "context": {"team": 1},
    }
    assert links_of(statement) == set()
