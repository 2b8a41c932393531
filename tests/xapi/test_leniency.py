"""LinkedIn's statements: what is taken however odd, and the little that is refused."""

from __future__ import annotations

from typing import Any

import pytest

from app.xapi.errors import BadStatement
from app.xapi.leniency import check_lenient
from tests.xapi.statements import Json, plain, with_change


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("id", "not-a-uuid"),
        ("id", 17),
        ("timestamp", "14/03/2025"),
        ("timestamp", None),
        ("actor", {"mbox": "ana@example.org"}),
        ("actor", {"mbox": "MAILTO:Ana@Example.org", "account": {"name": "x"}}),
        ("actor", {"account": {"name": 4711}}),
        ("actor", {"objectType": "Person", "account": {"name": "x", "extra": 1}}),
        ("actor", {"objectType": "Group", "member": [{"mbox": "a@b"}]}),
        ("verb/id", "completed"),
        ("verb/display", "COMPLETED"),
        ("object/id", "anything"),
        ("object/objectType", "Course"),
        ("result", "done"),
        ("extra", {"a": [None]}),
    ],
)
def test_an_odd_statement_is_taken(path: str, value: Any) -> None:
    check_lenient(with_change(plain(), path, value))


@pytest.mark.parametrize(
    ("statement", "pointer", "word"),
    [
        ({}, "/0", "actor is missing"),
        (with_change(plain(), "actor", ...), "/0", "actor"),
        (with_change(plain(), "actor", "ana"), "/0/actor", "object"),
        (with_change(plain(), "actor", {"name": "Ana"}), "/0/actor", "mbox"),
        (with_change(plain(), "actor", {"mbox": "mailto: "}), "/0/actor", "mbox"),
        (with_change(plain(), "actor", {"account": {"name": " "}}), "/0/actor", "account"),
        (with_change(plain(), "actor", {"account": "x"}), "/0/actor", "account"),
        (with_change(plain(), "verb", ...), "/0", "verb"),
        (with_change(plain(), "verb/id", 5), "/0/verb", "text"),
        (with_change(plain(), "object", ...), "/0", "object"),
        (with_change(plain(), "object/id", ""), "/0/object", "text"),
    ],
)
def test_a_statement_that_names_nobody_or_nothing_is_refused(
    statement: Json, pointer: str, word: str
) -> None:
    with pytest.raises(BadStatement) as caught:
        check_lenient(statement, pointer="/0")
    assert caught.value.pointer == pointer
    assert word in caught.value.text
