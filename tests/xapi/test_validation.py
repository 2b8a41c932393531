"""The strict rules: one table of what is refused and where, one of what is taken."""

from __future__ import annotations

import json
import random
import time
from typing import Any

import pytest

from app.xapi.errors import BadStatement
from app.xapi.statement_rules import VOIDED
from app.xapi.validation import _engine, check_statement
from app.xapi.versions import Version
from tests.xapi.statements import IRI, UUID, full, mutate, plain, with_change

SUB = {**plain(), "objectType": "SubStatement"}
OTHER_OBJECT = {"objectType": "Agent", "mbox": "mailto:cora@example.org"}
CHOICE = {"interactionType": "choice"}
TWICE = [{"id": "a"}, {"id": "a"}]

REFUSED: list[tuple[str, Any, str]] = [
    ("actor", ..., ""),
    ("verb", ..., ""),
    ("object", ..., ""),
    ("actor", None, "/actor"),
    ("actor", "Ana", "/actor"),
    ("Actor", {}, ""),
    ("dummy", 1, ""),
    ("iD", UUID, ""),
    ("id", "{" + UUID + "}", "/id"),
    ("id", UUID.replace("-", ""), "/id"),
    ("id", UUID + "\n", "/id"),
    ("id", None, "/id"),
    ("actor/name", 5, "/actor/name"),
    ("actor/objectType", "agent", "/actor/objectType"),
    ("actor/mbox", ..., "/actor"),
    ("actor/openid", IRI, "/actor"),
    ("actor/mbox", "mailto:should.fail.com", "/actor/mbox"),
    ("actor/mbox", "http://ana@example.org", "/actor/mbox"),
    ("actor/mbox", "ana@example.org", "/actor/mbox"),
    ("actor", {"mbox_sha1sum": "short"}, "/actor/mbox_sha1sum"),
    ("actor", {"openid": "example.org/x"}, "/actor/openid"),
    ("actor", {"account": {"homePage": IRI}}, "/actor/account"),
    ("actor", {"account": {"homePage": "abc", "name": "x"}}, "/actor/account/homePage"),
    ("actor", {"objectType": "Group"}, "/actor"),
    ("actor", {"objectType": "Group", "member": {"mbox": "mailto:a@b"}}, "/actor/member"),
    (
        "actor",
        {"objectType": "Group", "member": [{"objectType": "Group", "member": []}]},
        "/actor/member/0/objectType",
    ),
    ("verb/id", ..., "/verb"),
    ("verb/id", "completed", "/verb/id"),
    ("verb/id", "ab=c://x", "/verb/id"),
    ("verb/id", "should fail", "/verb/id"),
    ("verb/display", "completed", "/verb/display"),
    ("verb/display", {"something": "x"}, "/verb/display"),
    ("verb/display", {"a12345678": "x"}, "/verb/display"),
    ("verb/display", {"en": 1}, "/verb/display/en"),
    ("verb/display", {"zh-z-aaa-z-bbb-c-ccc": "x"}, "/verb/display"),
    ("object/id", "example.com/x", "/object/id"),
    ("object/objectType", "activity", "/object/objectType"),
    ("object", {"mbox": "mailto:ana@example.org"}, "/object"),
    ("object/definition", {"dummy": 1}, "/object/definition"),
    ("object/definition", {"choices": []}, "/object/definition"),
    ("object/definition", {"interactionType": "Choice"}, "/object/definition/interactionType"),
    (
        "object/definition",
        {"interactionType": "choice", "choices": [{"id": 1}]},
        "/object/definition/choices/0/id",
    ),
    (
        "object/definition",
        {"interactionType": "likert", "scale": [{"id": "a"}, {"id": "b"}, {"id": "a"}]},
        "/object/definition/scale",
    ),
    (
        "context",
        {"contextActivities": {"other": [{"id": IRI, "definition": {**CHOICE, "choices": TWICE}}]}},
        "/context/contextActivities/other/0/definition/choices",
    ),
    (
        "object",
        {**SUB, "object": {"id": IRI, "definition": {**CHOICE, "choices": TWICE}}},
        "/object/object/definition/choices",
    ),
    ("object", {**SUB, "verb": {"id": VOIDED}}, "/object/object"),
    ("object/definition", {"extensions": {"not an iri": 1}}, "/object/definition/extensions"),
    ("object/definition", {"name": {"en-a-aa-a-bb": "x"}}, "/object/definition/name"),
    ("object", {"objectType": "StatementRef", "id": "x"}, "/object/id"),
    ("object", {"objectType": "StatementRef"}, "/object"),
    ("object", {**SUB, "id": UUID}, "/object"),
    ("object", {**SUB, "object": SUB}, "/object/object/objectType"),
    ("object", {**SUB, "timestamp": "2025-02-30T00:00:00Z"}, "/object/timestamp"),
    ("object", {**SUB, "object": OTHER_OBJECT, "context": {"platform": "x"}}, "/object/context/platform"),
    ("result", {"success": "true"}, "/result/success"),
    ("result", {"completion": 1}, "/result/completion"),
    ("result", {"response": 1}, "/result/response"),
    ("result", {"score": {"scaled": 1.01}}, "/result/score/scaled"),
    ("result", {"score": {"scaled": -1.00001}}, "/result/score/scaled"),
    ("result", {"score": {"raw": "100"}}, "/result/score/raw"),
    ("result", {"score": {"raw": True}}, "/result/score/raw"),
    ("result", {"score": {"min": 5, "max": 5}}, "/result/score/min"),
    ("result", {"score": {"raw": 11, "max": 10}}, "/result/score/raw"),
    ("result", {"score": {"raw": -1, "min": 0}}, "/result/score/raw"),
    ("result", {"duration": "P4W1D"}, "/result/duration"),
    ("result", {"duration": "PA1H0M0S"}, "/result/duration"),
    ("result", {"duration": 5}, "/result/duration"),
    ("result", {"duration": "PT"}, "/result/duration"),
    ("result", {"duration": "P1.5Y2M"}, "/result/duration"),
    ("result", {"duration": "PT1.S"}, "/result/duration"),
    ("result", {"duration": "PT1.5.5S"}, "/result/duration"),
    ("result", {"duration": "P0003-06-04T12:30:05"}, "/result/duration"),
    ("result", {"extensions": []}, "/result/extensions"),
    ("context", {"registration": "x"}, "/context/registration"),
    ("context", {"language": "something"}, "/context/language"),
    ("context", {"team": {"mbox": "mailto:a@b"}}, "/context/team"),
    ("context", {"statement": {"id": UUID}}, "/context/statement"),
    ("context", {"contextActivities": {"Parent": {"id": IRI}}}, "/context/contextActivities"),
    ("context", {"contextActivities": {"parent": "x"}}, "/context/contextActivities/parent"),
    ("context", {"contextActivities": {"parent": [{"id": "x"}]}}, "/context/contextActivities/parent/0/id"),
    ("timestamp", "01/011/2015", "/timestamp"),
    ("timestamp", "2025-03-14T12:00:00-00:00", "/timestamp"),
    ("timestamp", "2025-03-14T12:00:00-0000", "/timestamp"),
    ("timestamp", "2025-02-30T12:00:00Z", "/timestamp"),
    ("stored", "x", "/stored"),
    ("version", "0.9.9", "/version"),
    ("version", "1.1.0", "/version"),
    ("version", 1.0, "/version"),
    ("authority", {"objectType": "Group", "member": [{"mbox": "mailto:a@b"}]}, "/authority/member"),
    ("authority", {"objectType": "Group", "mbox": "mailto:a@b"}, "/authority"),
    ("attachments", {}, "/attachments"),
    ("attachments", [{}], "/attachments/0"),
    *[
        ("attachments", [{**full()["attachments"][0], "contentType": text}], "/attachments/0/contentType")
        for text in ("should fail", "", "text", "text/", "/plain", "text/plain charset=utf-8", "text/plain/x")
    ],
]


@pytest.mark.parametrize("version", list(Version))
@pytest.mark.parametrize(("path", "value", "pointer"), REFUSED, ids=[f"{p}={v!r:.60}" for p, v, _ in REFUSED])
def test_a_bad_statement_is_refused_where_it_is_wrong(
    path: str, value: Any, pointer: str, version: Version
) -> None:
    with pytest.raises(BadStatement) as caught:
        check_statement(with_change(plain(), path, value), version, pointer="/3")
    assert caught.value.pointer is not None
    assert caught.value.pointer.startswith(f"/3{pointer}")
    assert 0 < len(caught.value.text) <= 300


SAID: list[tuple[str, Any, str]] = [
    ("actor/objectType", "agent", "must be Agent"),
    ("object/definition", {"interactionType": "Choice"}, "must be one of true-false, choice"),
    ("result", {"score": {"scaled": 1.01}}, "must be at most 1"),
    ("result", {"score": {"scaled": -1.01}}, "must be at least -1"),
    ("authority", {"objectType": "Group", "member": [OTHER_OBJECT]}, "must have 2 elements or more"),
    ("authority", {"objectType": "Group", "member": [OTHER_OBJECT] * 3}, "must have 2 elements or fewer"),
]


@pytest.mark.parametrize(("path", "value", "text"), SAID, ids=[text for _, _, text in SAID])
def test_a_refusal_says_the_rule_and_not_the_value(path: str, value: Any, text: str) -> None:
    with pytest.raises(BadStatement) as caught:
        check_statement(with_change(plain(), path, value), Version.V1)
    assert caught.value.text.startswith(text)
    assert "cora@example.org" not in caught.value.text


TAKEN: list[tuple[str, Any]] = [
    ("id", UUID.upper()),
    ("actor", {"objectType": "Group", "mbox": "mailto:a@b"}),
    ("actor", {"objectType": "Group", "member": []}),
    ("object/id", "urn:li:lyndaVideo:(urn:li:lyndaCourse:5550101,6660202)"),
    ("object/id", "https://example.org/été/课"),
    ("object", OTHER_OBJECT),
    ("object", {"objectType": "Group", "member": [{"mbox": "mailto:a@b"}]}),
    ("object", {"objectType": "StatementRef", "id": UUID}),
    ("object", SUB),
    ("object/definition", {}),
    ("verb/display", dict.fromkeys(["de", "ase", "tlh", "en-US", "zh-Hant", "sr-Cyrl", "zh-Hans-CN"], "x")),
    ("result", {"score": {"scaled": 1.0}}),
    ("result", {"score": {"scaled": -1, "raw": 0, "min": 0, "max": 1}}),
    *[
        ("result", {"duration": text})
        for text in ("PT1H0M0.1S", "P3Y1M29DT4H35M59.14S", "P4W", "P1DT12H36M0.12567S", "PT1,5H", "P0.5Y")
    ],
    ("result", {"extensions": {IRI: {"a": None}}}),
    ("context", {"revision": "1", "platform": "x"}),
    ("context", {"contextActivities": {}}),
    ("timestamp", "2125-03-14T12:00:00.123Z"),
    ("timestamp", "2025-03-14T12:00:00-05:00"),
    # RFC 3339 §5.6 allows the blank for readability.
    ("timestamp", "2025-03-14 12:00:00.601+00:00"),
    ("version", "1.0"),
    ("version", "1.0.7"),
    ("authority", {"mbox": "mailto:a@b"}),
    ("attachments", []),
    *[
        ("attachments", [{**full()["attachments"][0], "contentType": text}])
        for text in ("text/plain; charset=ascii", "application/vnd.ms-excel", 'image/svg+xml;q="é"')
    ],
    ("object/definition", {"interactionType": "matching", "source": [{"id": "a"}], "target": [{"id": "a"}]}),
]


@pytest.mark.parametrize("version", list(Version))
@pytest.mark.parametrize(("path", "value"), TAKEN, ids=[f"{p}={v!r:.60}" for p, v in TAKEN])
def test_a_good_statement_is_taken(path: str, value: Any, version: Version) -> None:
    check_statement(with_change(plain(), path, value), version)


@pytest.mark.parametrize("version", list(Version))
def test_a_statement_with_every_member_is_taken(version: Version) -> None:
    check_statement(full(), version)


VERSION_2 = {
    "contextAgents": [
        {"objectType": "contextAgent", "agent": {"mbox": "mailto:a@b"}, "relevantTypes": [IRI]}
    ],
    "contextGroups": [{"objectType": "contextGroup", "group": {"objectType": "Group", "mbox": "mailto:a@b"}}],
}


@pytest.mark.parametrize("name", VERSION_2)
def test_context_agents_and_groups_belong_to_version_2_only(name: str) -> None:
    statement = with_change(plain(), f"context/{name}", VERSION_2[name])
    check_statement(statement, Version.V2)
    check_statement(with_change(plain(), "object", {**SUB, "context": {name: VERSION_2[name]}}), Version.V2)
    with pytest.raises(BadStatement):
        check_statement(statement, Version.V1)


def test_version_2_wants_a_zone_in_a_timestamp() -> None:
    statement = with_change(plain(), "timestamp", "2025-03-14T12:00:00")
    check_statement(statement, Version.V1)
    with pytest.raises(BadStatement):
        check_statement(statement, Version.V2)


def test_voiding_needs_a_statement_reference() -> None:
    statement = with_change(plain(), "verb/id", "http://adlnet.gov/expapi/verbs/voided")
    with pytest.raises(BadStatement) as caught:
        check_statement(statement, Version.V1)
    assert caught.value.pointer == "/object"
    check_statement(with_change(statement, "object", {"objectType": "StatementRef", "id": UUID}), Version.V1)


def test_a_refusal_of_a_huge_statement_is_still_quick() -> None:
    extensions = {f"no iri {number}": number for number in range(200_000)}
    statement = with_change(plain(), "result/extensions", extensions)
    began = time.process_time()
    with pytest.raises(BadStatement):
        check_statement(statement, Version.V1)
    assert time.process_time() - began < 100


def test_both_engines_judge_thousands_of_mutants_alike() -> None:
    chooser = random.Random(20)
    for version in Version:
        engine = _engine(version)
        for _ in range(1_500):
            mutant = mutate(full(), chooser)
            assert engine.fast.is_valid(mutant) == engine.explaining.is_valid(mutant), json.dumps(mutant)
