"""Any good statement comes back as it was sent, to the letter (xAPI 1.0.3 Part 2 §2.2, Part 3 §2.1).

Statements are drawn as trees whose numbers are text, and written in any spelling that JSON allows: order of
members, blanks, escapes. What the store adds stands behind the client's own text.
"""

from __future__ import annotations

import json
import random
import uuid
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import strategies as st

from tests.fuzzing import fuzz
from tests.xapi.conftest import PATH, Sender
from tests.xapi.statements import IRI, UUID, Json

BLANKS = ["", "", "", " ", "\n", "\t", "\r\n  "]
ASSIGNED = {"stored", "authority", "timestamp", "version"}
LISTS = ("parent", "grouping", "category", "other")


class Number(str):
    """A number as it is written."""


def write(value: Any, chooser: random.Random) -> str:
    """Write JSON in one of its spellings."""

    def blank() -> str:
        return chooser.choice(BLANKS)

    if isinstance(value, Number):
        return str(value)
    if isinstance(value, list):
        return "[" + ",".join(blank() + write(one, chooser) + blank() for one in value) + "]"
    if isinstance(value, dict):
        names = chooser.sample(list(value), len(value))
        members = (
            f"{write(name, chooser)}{blank()}:{blank()}{write(value[name], chooser)}" for name in names
        )
        return "{" + ",".join(blank() + member + blank() for member in members) + "}"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=chooser.random() < 0.5).replace(
            "/", chooser.choice(["/", "\\/"])
        )
    return json.dumps(value)


def read(text: str | bytes) -> Any:
    """Read JSON with its numbers as they are written; objects compare without order."""
    return json.loads(text, parse_int=Number, parse_float=Number)


def optional(**members: Any) -> st.SearchStrategy[Json]:
    return st.fixed_dictionaries({}, optional=members)


def nest(value: Any, depth: int) -> Any:
    for level in range(depth):
        value = [value] if level % 2 else {"": value}
    return value


some_text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
some_number = st.one_of(
    st.sampled_from(["18446744073709551616", "-9223372036854775809", "1e-7", "1E5", "-0.0", "-0", "1.50"]),
    st.from_regex(
        r"-?(0|[1-9][0-9]{0,40})(\.[0-9]{1,30})?([eE][+-]?[0-9]{1,2})?",
        fullmatch=True,
        alphabet=st.characters(codec="ascii"),
    ),
).map(Number)
some_json = st.recursive(
    st.none() | st.booleans() | some_number | some_text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(some_text, inner, max_size=3),
    max_leaves=8,
) | st.builds(nest, some_number, st.integers(1, 50))
some_iri = st.sampled_from([IRI, "urn:ü:日本", "tag:a'b&c=d+e%20", "https://example.org/a/../b?c=d#e"])
some_extensions = st.dictionaries(some_iri, some_json, max_size=3)
some_map = st.dictionaries(st.sampled_from(["en-US", "de", "zh-Hans-CN", "x-own"]), some_text, max_size=2)
some_agent = st.builds(
    lambda identifier, more: {**identifier, **more},
    st.sampled_from(
        [
            {"mbox": "mailto:ana@Example.org"},
            {"mbox_sha1sum": "aB" * 20},
            {"openid": "https://id.example.org/ana"},
            {"account": {"homePage": "https://example.org", "name": "ana \U0001f600"}},
        ]
    ),
    optional(name=some_text, objectType=st.just("Agent")),
)
some_group = st.builds(
    lambda agent, members, is_named: {
        **({**agent} if is_named else {}), "objectType": "Group", "member": members
    },
    some_agent,
    st.lists(some_agent, min_size=1, max_size=2),
    st.booleans(),
)  # fmt: skip
some_reference = st.fixed_dictionaries(
    {"objectType": st.just("StatementRef"), "id": st.sampled_from([UUID, UUID.upper()])}
)
some_definition = st.one_of(
    optional(
        name=some_map, description=some_map, type=some_iri, moreInfo=st.just(IRI), extensions=some_extensions
    ),
    st.fixed_dictionaries(
        {
            "interactionType": st.just("likert"),
            "scale": st.just([{"id": "a"}, {"id": "b", "description": {"en": "B"}}]),
            "correctResponsesPattern": st.lists(some_text, max_size=2),
        }
    ),
)
some_activity = st.builds(
    lambda activity_id, more: {"id": activity_id, **more},
    some_iri,
    optional(objectType=st.just("Activity"), definition=some_definition),
)
some_result = optional(
    score=optional(
        scaled=st.sampled_from(["0.50", "-1", "1E0", "5e-1", "-0.0"]).map(Number), raw=some_number
    ),
    success=st.booleans(),
    completion=st.booleans(),
    response=some_text,
    duration=st.sampled_from(["PT1.50S", "P1Y2M3DT4H5M6.789123S", "P3W"]),
    extensions=some_extensions,
)
some_lists = optional(**{name: some_activity | st.lists(some_activity, max_size=2) for name in LISTS})
some_attachment = st.fixed_dictionaries(
    {
        "usageType": some_iri,
        "display": some_map,
        "contentType": st.just("text/plain; charset=UTF-8"),
        "length": st.just(Number("3")),
        "sha2": st.just("Ab" * 32),
        "fileUrl": st.just(IRI),
    }
)


def some_context(version: str) -> st.SearchStrategy[Json]:
    newer: dict[str, Any] = {}
    if version == "2.0.0":
        for name, inner in (("contextAgent", some_agent), ("contextGroup", some_group)):
            entry = {"objectType": st.just(name), name[7:].lower(): inner.map(_with_type(name[7:]))}
            newer[f"{name}s"] = st.lists(st.fixed_dictionaries(entry), max_size=2)
    return optional(
        registration=st.sampled_from([UUID, UUID.upper()]),
        instructor=some_agent | some_group,
        team=some_group,
        contextActivities=some_lists,
        revision=some_text,
        platform=some_text,
        language=st.sampled_from(["en", "sr-Latn-RS"]),
        statement=some_reference,
        extensions=some_extensions,
        **newer,
    )


def _with_type(name: str) -> Any:
    return lambda agent: {"objectType": name, **agent}


def some_statement(version: str) -> st.SearchStrategy[Json]:
    def build(thing: Json, rest: Json) -> Json:
        if thing.get("objectType", "Activity") != "Activity" and "context" in rest:
            # Part 2 §2.4.6: these two belong to activities.
            kept = {k: v for k, v in rest["context"].items() if k not in ("revision", "platform")}
            rest = {**rest, "context": kept}
        return {**rest, "object": thing}

    # In 2.0 the store writes any other zone in UTC.
    moments = ["2025-03-14T09:26:53.589Z", "2025-03-14T09:26:53.123456789Z"]
    moments += ["2025-03-14T09:26:53.5+05:30"] if version == "1.0.3" else []
    rest = st.fixed_dictionaries(
        {
            "actor": some_agent | some_group,
            "verb": st.fixed_dictionaries({"id": some_iri}, optional={"display": some_map}),
        },
        optional={
            "result": some_result,
            "context": some_context(version),
            "timestamp": st.sampled_from(moments),
            "attachments": st.lists(some_attachment, max_size=1),
        },
    )
    plain = some_activity | some_reference | some_group | some_agent.map(_with_type("Agent"))
    inner = st.builds(build, plain, rest).map(_with_type("SubStatement"))
    return st.builds(build, plain | inner, rest)


def with_lists(statement: Json) -> Json:
    """Return what the standard says comes back: every value of contextActivities as an array."""
    changed = dict(statement)
    lists = statement.get("context", {}).get("contextActivities")
    if lists:
        arrays = {name: one if isinstance(one, list) else [one] for name, one in lists.items()}
        changed["context"] = {**statement["context"], "contextActivities": arrays}
    if statement["object"].get("objectType") == "SubStatement":
        changed["object"] = with_lists(statement["object"])
    return changed


def check_kept(text: bytes, statement: Json, kept: bytes) -> None:
    expected = with_lists(statement)
    value = read(kept)
    assert {name: value[name] for name in statement} == expected
    assert value.keys() - statement.keys() <= ASSIGNED
    if expected == statement:
        assert kept.startswith(text[:-1].rstrip()), (text, kept)


@pytest.mark.parametrize("version", ["1.0.3", "2.0.0"])
def test_any_statement_comes_back_as_it_was_sent(store: Sender, version: str) -> None:
    sender = replace(store, version=version)

    def check(example: tuple[list[Json], int]) -> None:
        drawn, seed = example
        chooser = random.Random(seed)
        statements = [{"id": str(uuid.uuid4()), **one} for one in drawn]
        texts = [write(one, chooser).encode() for one in statements]
        is_batch = len(texts) > 1 or chooser.random() < 0.5
        reply = sender.send(b"[ " + b" ,".join(texts) + b"]" if is_batch else texts[0])
        assert reply.status_code == 200, (reply.data, texts)
        found = [sender.get(one["id"]).data for one in statements]
        for text, statement, kept in zip(texts, statements, found, strict=True):
            check_kept(text, statement, kept)
        limit = {"limit": str(len(texts))}
        page = sender.client.get(PATH, query_string=limit, headers=sender.headers).data
        # The list holds the very same text.
        assert page.startswith(b'{"statements":[' + b",".join(reversed(found)) + b'],"more":')

    batches = st.lists(some_statement(version), min_size=1, max_size=3)
    fuzz(st.tuples(batches, st.integers(0, 2**32)), check, short=60)
