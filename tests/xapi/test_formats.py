"""The formats of statements (xAPI 1.0.3 Part 3 §2.1.3)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from app.xapi.formats import format_canonical, format_ids, with_lists
from app.xapi.links import digest
from tests.xapi.statements import IRI, Json, full, plain, with_change

ANA = {"mbox": "mailto:ana@example.org"}
NAMED = {"objectType": "Agent", "name": "Ana", **ANA}


def ids(statement: Json) -> Any:
    return json.loads(format_ids(json.dumps(statement).encode()))


def test_ids_leaves_what_identifies() -> None:
    statement = ids(full())
    assert statement["actor"] == {
        "objectType": "Group",
        "member": [{"mbox": "mailto:ana@example.org"}, {"openid": "https://id.example.org/x"}],
    }
    assert statement["verb"] == {"id": full()["verb"]["id"]}
    assert statement["object"] == {"id": full()["object"]["id"]}
    assert statement["context"]["contextActivities"]["other"] == [{"id": IRI}]
    assert statement["result"] == full()["result"]


@pytest.mark.parametrize("path", ["actor", "authority", "object", "context/instructor"])
def test_ids_takes_the_name_of_an_agent(path: str) -> None:
    statement = ids(with_change(plain(), path, NAMED))
    for step in path.split("/"):
        statement = statement[step]
    assert statement == {"objectType": "Agent", **ANA}


def test_ids_of_an_identified_group_has_no_members() -> None:
    group = {"objectType": "Group", "mbox": "mailto:team@example.org", "name": "Team", "member": [NAMED]}
    statement = ids(with_change(plain(), "actor", group))
    assert statement["actor"] == {"objectType": "Group", "mbox": "mailto:team@example.org"}


def test_ids_reaches_into_a_substatement() -> None:
    inner = {"objectType": "SubStatement", **full(), "actor": NAMED}
    thing = ids(with_change(plain(), "object", inner))["object"]
    assert thing["objectType"] == "SubStatement"
    assert thing["object"] == {"id": full()["object"]["id"]}
    assert thing["verb"] == {"id": full()["verb"]["id"]}
    assert thing["actor"] == {"objectType": "Agent", **ANA}


def test_ids_takes_the_names_of_context_agents() -> None:
    entry = {"objectType": "contextAgent", "agent": NAMED, "relevantTypes": [IRI]}
    statement = ids(with_change(plain(), "context/contextAgents", [entry]))
    assert statement["context"]["contextAgents"] == [{**entry, "agent": {"objectType": "Agent", **ANA}}]


def test_a_reference_stays_whole() -> None:
    reference = {"objectType": "StatementRef", "id": "x"}
    assert ids(with_change(plain(), "object", reference))["object"] == reference


def canonical(statement: Json, languages: list[str], definitions: Json | None = None) -> Any:
    known = {digest(activity_id): definition for activity_id, definition in (definitions or {}).items()}
    return json.loads(format_canonical(json.dumps(statement).encode(), known, languages))


def test_canonical_keeps_one_language_of_every_map() -> None:
    statement = canonical(full(), ["zh"])
    definition = statement["object"]["definition"]
    assert definition["name"] == {"zh-Hans-CN": "课"}
    assert definition["description"] == {"de": "Kurs"}
    assert definition["choices"] == [{"id": "a", "description": {"en": "A"}}]
    assert statement["verb"]["display"] == {"en-US": "passed"}
    assert statement["actor"] == full()["actor"]


def test_canonical_invents_nothing() -> None:
    assert canonical(plain(), ["en"]) == plain()


def test_canonical_reaches_everywhere() -> None:
    known = {IRI: {"name": {"en": "A", "de": "B"}}}
    inner = {"objectType": "SubStatement", **with_change(plain(), "object/id", IRI)}
    statement = with_change(
        with_change(plain(), "context/contextActivities/other", [{"id": IRI}]), "object", inner
    )
    result = canonical(statement, ["de"], known)
    assert result["object"]["object"]["definition"] == {"name": {"de": "B"}}
    assert result["context"]["contextActivities"]["other"] == [
        {"id": IRI, "definition": {"name": {"de": "B"}}}
    ]


def test_numbers_keep_their_text() -> None:
    text = json.dumps(full()).replace('"raw": 5', '"raw": 5.00').encode()
    assert b'"raw": 5.00' in text
    for result in (format_ids(text), format_canonical(text, {}, ["en"])):
        assert b'"raw": 5.00' in result


def test_single_activities_become_lists_and_nothing_else_changes() -> None:
    statement = full()
    inner = with_change(plain(), "context/contextActivities/grouping", {"id": IRI})
    for given in (statement, with_change(plain(), "object", {"objectType": "SubStatement", **inner})):
        result = json.loads(with_lists(json.dumps(given, indent=1).encode(), given))
        holder = given["object"] if given["object"].get("objectType") == "SubStatement" else given
        lists = holder["context"]["contextActivities"]
        for name, value in lists.items():
            lists[name] = value if isinstance(value, list) else [value]
        assert result == given


def test_a_statement_without_single_activities_keeps_every_byte() -> None:
    text = json.dumps(plain(), indent=3).encode()
    assert with_lists(text, plain()) == text
