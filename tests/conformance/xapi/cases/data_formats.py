"""Extensions, IRIs and UUIDs wherever they stand (Part 2 §2.2, §3.1, §4.1, §4.3, §4.4)."""

from __future__ import annotations

from ...checks import expect_equal
from ..builders import new_iri, new_name, new_uuid, statement
from ..lrs import Lrs
from ..places import (
    ACTIVITIES,
    ATTACHMENTS,
    CONTEXTS,
    DEFINITIONS,
    EXTENSIONS,
    REFERENCES,
    VERBS,
    linked,
    placed,
    within,
)
from ..registry import case
from ..tables import rule, take

_KEY = "https://conformance.example/extensions/x"
_UUID = "fd41c918-b88b-4b20-a0a5-a4c32391aaa0"
_IRIS = (
    within(VERBS, lambda value: {"id": value}, "id")
    | within(ACTIVITIES, lambda value: {"id": value}, "id")
    | within(DEFINITIONS, lambda value: {"type": value}, "type")
    | within(DEFINITIONS, lambda value: {"moreInfo": value}, "moreInfo")
    | within(EXTENSIONS, lambda value: {value: 1} if isinstance(value, str) else value, "key")
    | within(ATTACHMENTS, lambda value: linked() | {"usageType": value}, "usageType")
    | within(ATTACHMENTS, lambda value: linked() | {"fileUrl": value}, "fileUrl")
)
_UUIDS = within(CONTEXTS, lambda value: {"registration": value}, "registration") | within(
    REFERENCES, lambda value: {"objectType": "StatementRef", "id": value}, "id of reference"
)
_BAD_UUIDS = (
    *("AA97B177-9383-4934-8543-0F91A7A028368", "MA97B177-9383-4934-8543-0F91A7A02836", _UUID[:-1], ""),
    *(_UUID.replace("-", ""), f"{{{_UUID}}}", f"urn:uuid:{_UUID}", f" {_UUID}", f"{_UUID}-", "should fail"),
    f"{_UUID[:8]}{_UUID[9:]}-",
)

rule(
    "D130",
    section="Part 2 §4.1",
    holds="the keys of extensions are IRIs",
    places=EXTENSIONS,
    good=[{}, {_KEY: 1}, {"urn:x:y": 1, "https://été.example/課": 2}],
    bad=[
        {key: True} for key in ("should fail", "", "conformance.example/x", "x", "ab=c://x", "//x.example/y")
    ],
)
rule(
    "D131",
    section="Part 2 §4.1",
    holds="no value of an extension is a reason to refuse",
    places=EXTENSIONS,
    good=[
        {_KEY: value}
        for value in (
            *(None, "", {}, [], True, 12345, 1.5, "valid", {"key": "valid"}, [None, [None, {"a": None}]]),
            {"id": 1, "objectType": "x", "mbox": None, "extensions": {"no iri": None}},
            {"display": {"no tag": None}, "": "", " ": [{}]},
        )
    ],
    bad=["x", 1, True, None, [], [{_KEY: 1}]],
)
rule(
    "D132",
    section="Part 2 §2.2",
    holds="an IRI has a scheme, and nothing that no IRI may have",
    places=_IRIS,
    good=[
        "https://conformance.example/path?query=(1)&x=[2]#fragment",
        "urn:isbn:0451450523",
        "tag:conformance.example,2025:thing",
        "x-my.scheme+1:a",
        "http://example.com/فعل/خواندن",
        "https://conformance.example/%C3%A9",
    ],
    bad=[
        *(
            "",
            "should fail",
            "abc",
            "conformance.example/x",
            "/x",
            "//conformance.example/x",
            "ab=c://x",
            "1a:x",
        ),
        *(
            "http:",
            ":x",
            "https://conformance.example/a b",
            "https://conformance.example/<x>",
            "a:b\nc",
            'a:"b"',
        ),
    ],
)
rule(
    "D133",
    section="Part 2 §4.4",
    holds="a UUID is in its standard form",
    places=_UUIDS,
    good=[
        _UUID,
        _UUID.upper(),
        "00000000-0000-0000-0000-000000000000",
        "6ba7b810-9dad-11d1-80b4-00c04fd430c8",
    ],
    bad=[*_BAD_UUIDS, 12345, {"key": "should fail"}, None, [_UUID]],
)
rule(
    "D134",
    section="Part 2 §2.4.1",
    holds="the id of a statement is a UUID in its standard form",
    places={"id": placed(lambda value: {"id": value})},
    bad=[*_BAD_UUIDS, 12345, {"key": "should fail"}, True, [_UUID]],
)


@case("D135", section="Part 2 §2.4.1", holds="every kind of UUID is an id of a statement, in any case")
def any_uuid_is_an_id(lrs: Lrs) -> None:
    for version in "12345678":
        statement_id = f"{new_uuid()[:14]}{version}{new_uuid()[15:]}"
        for given in (statement_id, statement_id.upper()):
            sent = statement(id=given)
            lrs.post(sent).expect(200, 409)
        found = lrs.find(statement_id).expect(200).json
        expect_equal("the id", found["id"].lower(), statement_id)


@case(
    "D136",
    section="Part 2 §3.1",
    holds="IRIs that differ in their text are different, and come back as they were",
)
def iris_are_compared_as_texts(lrs: Lrs) -> None:
    name = new_name()
    variants = (
        f"https://conformance.example/a/{name}",
        f"https://conformance.example/b/../a/{name}",
        f"https://conformance.example:443/a/{name}",
        f"https://conformance.example/a/{name}/",
        f"https://conformance.example/a/{name}#x",
        f"http://conformance.example/a/{name}",
    )
    sent = {iri: statement(object={"id": iri}, verb={"id": new_iri("verbs")}) for iri in variants}
    for value in sent.values():
        take(lrs, value, "PUT")
    lrs.store(*sent.values())
    for iri in variants:
        found = [each["object"]["id"] for each in lrs.list(activity=iri)]
        # A store may compare by RFC 3987 §5.3.2, which makes the dots of a path equal to none.
        equal = variants[:2] if iri in variants[:2] else (iri,)
        assert found, iri
        expect_equal(f"the activities found by {iri}", set(found) - set(equal), set())
