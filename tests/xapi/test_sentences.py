"""Statements in words, in the reader's language, whatever they hold."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, strategies as st

from app.xapi.links import digest
from app.xapi.progress_map import PROGRESS_EXTENSION
from app.xapi.sentences import LONGEST, clip, list_facts, make_sentence
from tests.xapi.statements import UUID, full, plain, with_change

COURSE = "https://example.org/courses/1"


def words(statement: dict[str, Any], languages: tuple[str, ...] = ()) -> tuple[str, str, str]:
    made = make_sentence(statement, {}, languages)
    return made.actor, made.verb, made.thing


ANA, DONE = "ana@example.org", "completed"
ACCOUNT = {"account": {"homePage": "https://x.example", "name": "7"}}
PAIR = {"objectType": "Group", "member": [{"name": "Ana"}, {"mbox": "mailto:ben@x.example"}]}
PERSON = {"objectType": "Agent", "name": "Cora", "mbox": "mailto:c@x.example"}


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        ("actor/name", "Ana", ("Ana", DONE, COURSE)),
        ("actor", {"openid": "https://ana.example"}, ("https://ana.example", DONE, COURSE)),
        ("actor", ACCOUNT, ("7 at https://x.example", DONE, COURSE)),
        ("actor", PAIR, ("Ana, ben@x.example", DONE, COURSE)),
        ("verb", {"id": "https://example.org/verbs/looked-at"}, (ANA, "looked at", COURSE)),
        ("verb", {"id": "urn:x"}, (ANA, "urn:x", COURSE)),
        ("object/definition", {"name": {"de": "Kurs"}}, (ANA, DONE, "Kurs")),
        ("object", {"objectType": "StatementRef", "id": UUID}, (ANA, DONE, f"statement {UUID}")),
        ("object", PERSON, (ANA, DONE, "Cora")),
        ("object", {**plain(), "objectType": "SubStatement"}, (ANA, DONE, f"“{ANA} {DONE} {COURSE}”")),
    ],
)
def test_every_kind_of_part_has_words(path: str, value: object, expected: tuple[str, str, str]) -> None:
    assert words(with_change(plain(), path, value)) == expected


def test_the_language_that_is_wanted_is_used_and_the_store_helps_out() -> None:
    statement = with_change(plain(), "verb/display", {"en": "completed", "de": "beendete"})
    assert words(statement, ("de",))[1] == "beendete"
    assert words(statement, ("fr",))[1] == "completed"
    known = {digest(COURSE): {"name": {"en": "Knots", "de": "Knoten"}}}
    assert make_sentence(statement, known, ("de",)).thing == "Knoten"


def test_results_are_said_in_words() -> None:
    result = {
        "completion": True,
        "success": False,
        "score": {"raw": 7, "max": 10},
        "duration": "PT5M",
        "response": "a",
        "extensions": {PROGRESS_EXTENSION: 66},
    }
    assert dict(make_sentence({**plain(), "result": result}, {}, ()).result) == {
        "completion": "completed",
        "success": "not successful",
        "progress": "66 %",
        "score": "7 of 10",
        "duration": "PT5M",
        "response": "a",
    }


def test_facts_name_every_part() -> None:
    facts = {fact.name: fact.text for fact in list_facts(full(), {}, ("en",))}
    assert facts["Verb"] == "http://adlnet.gov/expapi/verbs/passed"
    assert facts["Instructor"] == "ben at https://example.org"
    assert facts["Registration"] == UUID.upper()
    assert {"Part of", "Related to", "Platform", "Type of activity"} <= set(facts)


def test_long_and_odd_texts_are_cut_and_cleaned() -> None:
    statement = with_change(plain(), "actor/name", "A\x00\n\u2028" + "n" * 1_000_000)
    name = clip(words(statement)[0])
    assert len(name) == LONGEST
    assert name.startswith("A nnn")


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda one: (
        st.lists(one, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["name", "id", "objectType", "mbox", "account", "member", "definition", "display"]
            ),
            one,
            max_size=4,
        )
    ),
)
NAMES = ["actor", "verb", "object", "result", "context", "timestamp"]


@given(st.dictionaries(st.sampled_from(NAMES), ANYTHING))
def test_any_json_object_can_be_said(statement: dict[str, Any]) -> None:
    made = make_sentence(statement, {}, ("en",))
    assert all(len(clip(text)) <= LONGEST for text in (made.actor, made.verb, made.thing))
    list_facts(statement, {}, ("en",))
