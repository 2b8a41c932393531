"""What a document may hold and how two are merged; and readers that refuse in one way only."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, strategies as st

from app.xapi.alternate import Message, decode
from app.xapi.document_rules import Content, merge, read_content
from app.xapi.errors import BadJson, BadRequest
from app.xapi.parameter_values import parse_agent, parse_iri, parse_moment, parse_uuid
from app.xapi.versions import Version

JSON = "application/json"
texts = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00"), max_size=8)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
objects = st.dictionaries(texts, values, max_size=5)
# Text near what is meant, and far from it.
near = st.sampled_from(
    ["{", "}", '"mbox":', '"mailto:a@b.c"', "[", "]", ",", "null", "\\u0000", "\\ud800", "1e9"]
)


def dump(value: Any, indent: int | None) -> bytes:
    return json.dumps(value, indent=indent, ensure_ascii=indent is None).encode()


@given(objects, objects, st.sampled_from([None, 1]), st.sampled_from([None, 2]))
def test_2_2_a_merge_is_what_dictionaries_make_of_it(
    stored: dict[str, Any], posted: dict[str, Any], first: int | None, second: int | None
) -> None:
    merged = merge(Content(dump(stored, first), JSON), Content(dump(posted, second), JSON))
    assert json.loads(merged.body) == {**stored, **posted}
    assert read_content(merged.body, merged.content_type) == merged


@pytest.mark.parametrize("content_type", ["Application/JSON", "application/json ;charset=utf-8"])
def test_the_case_and_parameters_of_a_type_do_not_matter(content_type: str) -> None:
    assert merge(Content(b'{"a":1}', JSON), Content(b'{"b":2}', content_type)).content_type == content_type


@given(st.binary(max_size=200), st.text(max_size=30))
def test_any_content_is_read_or_refused(body: bytes, content_type: str) -> None:
    try:
        content = read_content(body, content_type)
    except (BadJson, BadRequest):
        return
    assert content.body == body
    assert content.content_type.isascii()


@given(st.binary(max_size=200), st.sampled_from(["GET", "PUT", "POST", "DELETE", "x"]))
def test_any_form_is_decoded_or_refused(body: bytes, method: str) -> None:
    try:
        decoded = decode(Message("POST", (("method", method),), {}, body))
    except BadRequest:
        return
    assert decoded.method == method


@given(st.lists(near | texts, max_size=12).map("".join))
def test_any_text_is_a_value_or_refused(text: str) -> None:
    for read in (
        lambda: parse_agent("agent", text, Version.V1),
        lambda: parse_iri("activityId", text, Version.V2),
        lambda: parse_uuid("registration", text),
        lambda: parse_moment("since", text),
    ):
        with suppress(BadRequest):
            assert read() is not None
