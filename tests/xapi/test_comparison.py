"""Which differences between two statements with one id count, and which do not."""

from __future__ import annotations

import json
from typing import Any

import pytest

from app.xapi.comparison import canonical_hash, canonical_text, is_same_statement
from app.xapi.identifiers import assign_statement_id, derive_statement_id
from tests.xapi.statements import IRI, UUID, Json, full, plain, with_change


def text(statement: Json) -> bytes:
    return json.dumps(statement).encode()


SAME: list[tuple[str, Any]] = [
    ("id", UUID.upper()),
    ("stored", "2011-01-01T00:00:00Z"),
    ("authority", {"mbox": "mailto:x@y"}),
    ("version", "1.0.3"),
    ("attachments", []),
    ("verb/display", {"de": "bestanden"}),
    ("object/definition", {"name": {"en": "Other"}}),
    ("object/objectType", ...),
    ("timestamp", "2025-03-14T10:26:53.589+01:00"),
    ("timestamp", "2025-03-14T09:26:53.589000Z"),
    (
        "actor/member",
        [{"objectType": "Agent", "openid": "https://id.example.org/x"}, {"mbox": "mailto:ana@EXAMPLE.org"}],
    ),
    ("context/registration", UUID),
    ("context/contextActivities/parent", [{"id": IRI, "objectType": "Activity"}]),
    ("result/score/scaled", 0.50),
    ("result/score/raw", 5.0),
    ("context/language", "SR-latn-rs"),
]
OTHER: list[tuple[str, Any]] = [
    ("actor/name", "Another"),
    ("actor/member", [{"mbox": "mailto:ana@example.org"}]),
    ("verb/id", "http://adlnet.gov/expapi/verbs/failed"),
    ("object/id", IRI),
    ("result/completion", False),
    ("result/success", 1),
    ("result/score/raw", "5"),
    ("result/duration", "PT2H"),
    ("result/duration", "PT60M"),
    ("context/language", "sr-Latn"),
    ("context/instructor/account/name", "Ben"),
    ("context/platform", "mobile"),
    ("timestamp", "2025-03-14T09:26:53.590Z"),
    ("timestamp", ...),
]


@pytest.mark.parametrize(("path", "value"), SAME, ids=[path for path, _ in SAME])
def test_a_difference_that_does_not_count(path: str, value: Any) -> None:
    first, second = text(full()), text(with_change(full(), path, value))
    assert is_same_statement(first, second, is_timestamp_assigned=False)
    assert canonical_hash(first) == canonical_hash(second)


@pytest.mark.parametrize(("path", "value"), OTHER, ids=[f"{path}={value!r:.30}" for path, value in OTHER])
def test_a_difference_that_counts(path: str, value: Any) -> None:
    assert not is_same_statement(
        text(full()), text(with_change(full(), path, value)), is_timestamp_assigned=False
    )


TEAM = {"objectType": "Group", "member": [{"mbox_sha1sum": "ab" * 20}, {"openid": IRI}]}
TURNED = {"objectType": "Group", "member": [{"openid": IRI}, {"mbox_sha1sum": "AB" * 20}]}


def test_agents_of_version_2_are_compared_like_all_others() -> None:
    first = with_change(plain(), "context/contextGroups", [{"objectType": "contextGroup", "group": TEAM}])
    assert is_same_statement(
        text(first),
        text(with_change(first, "context/contextGroups/0/group", TURNED)),
        is_timestamp_assigned=False,
    )
    assert not is_same_statement(
        text(first),
        text(with_change(first, "context/contextGroups/0/relevantTypes", [IRI])),
        is_timestamp_assigned=False,
    )


def test_a_substatement_is_compared_like_a_statement() -> None:
    inner = {**full(), "objectType": "SubStatement"}
    first = with_change(plain(), "object", inner)
    for path, value in SAME:
        second = with_change(first, "object", with_change(inner, path, value))
        is_own = path in ("id", "stored", "authority", "version")
        assert is_same_statement(text(first), text(second), is_timestamp_assigned=False) is not is_own, path


def test_forty_digit_integers_are_compared_to_the_last_digit() -> None:
    first = b'{"result":{"extensions":{"a:b":1234567890123456789012345678901234567890}}}'
    assert not is_same_statement(first, first.replace(b"7890}", b"7891}"), is_timestamp_assigned=False)


def test_durations_are_compared_to_the_hundredth() -> None:
    first = with_change(plain(), "result", {"duration": "PT1.1237S"})
    assert is_same_statement(
        text(first), text(with_change(first, "result/duration", "PT1.12S")), is_timestamp_assigned=False
    )


def test_a_timestamp_that_the_server_assigned_says_nothing() -> None:
    stored = text(with_change(plain(), "timestamp", "2025-03-14T09:26:53.589Z"))
    assert is_same_statement(stored, text(plain()), is_timestamp_assigned=True)


@pytest.mark.parametrize("name", ["actor", "verb", "object", "result", "context", "timestamp"])
@pytest.mark.parametrize("value", [None, 1, "x", [], {}, [{}]])
def test_any_shape_has_a_canonical_text(name: str, value: Any) -> None:
    assert canonical_text(text(with_change(plain(), name, value)))


def test_a_derived_id_is_stable_for_one_content_and_one_integration() -> None:
    first = derive_statement_id("a1", text(plain()))
    assert first == derive_statement_id("a1", text(dict(reversed(plain().items()))))
    assert first != derive_statement_id("b2", text(plain()))
    assert first != derive_statement_id("a1", text(with_change(plain(), "object/id", IRI)))


def test_an_assigned_id_is_the_requests_and_the_positions() -> None:
    assert assign_statement_id("r1", 0) == assign_statement_id("r1", 0)
    assert (
        len({assign_statement_id(request, position) for request in ("r1", "r2") for position in (0, 1)}) == 4
    )
