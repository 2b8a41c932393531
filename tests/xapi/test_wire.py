"""The reader of request bodies: what it refuses, what it keeps to the letter, and that it stays linear."""

from __future__ import annotations

import json
import time

import orjson
import pytest
from hypothesis import given, strategies as st

from app.xapi.errors import BadJson, BodyTooLarge
from app.xapi.wire import MAX_BODY_BYTES, MAX_DEPTH, load_json, parse_body


def nested(depth: int) -> bytes:
    return b'{"a":' * (depth - 1) + b"{}" + b"}" * (depth - 1)


HOSTILE = {
    "empty": b"",
    "blank": b" \r\n",
    "not json": b"actor=Ana",
    "number": b"1",
    "text": b'"statement"',
    "null": b"null",
    "array of numbers": b"[1]",
    "array with null": b"[{},null]",
    "NaN": b'{"a":NaN}',
    "Infinity": b'{"a":Infinity}',
    "minus Infinity": b'{"a":-Infinity}',
    "1e400": b'{"a":1e400}',
    "BOM": b'\xef\xbb\xbf{"a":1}',
    "UTF-16": '{"a":1}'.encode("utf-16"),
    "UTF-16-LE without BOM": '{"a":1}'.encode("utf-16-le"),
    "UTF-32": '{"a":1}'.encode("utf-32"),
    "latin-1": '{"a":"é"}'.encode("latin-1"),
    "encoded surrogate": b'{"a":"\xed\xa0\x80"}',
    "overlong": b'{"a":"\xc0\xaf"}',
    "lone high surrogate": b'{"a":"\\ud800"}',
    "lone low surrogate": b'{"a":"\\udc00"}',
    "lone surrogate in a name": b'{"\\ud800":1}',
    "NUL byte": b'{"a":"\x00"}',
    "NUL escape": b'{"a":"\\u0000"}',
    "NUL escape in a name": b'{"\\u0000":1}',
    "NUL escape deep": b'{"a":[{"b":["x\\u0000y"]}]}',
    "duplicate": b'{"a":1,"a":1}',
    "duplicate deep": b'{"a":[{"b":1,"c":2,"b":3}]}',
    "duplicate by escape": b'{"a":1,"\\u0061":2}',
    "duplicate beside escaped quotes": b'{"a":"\\u0022\\u0022","b":1,"b":1}',
    "65 deep": nested(65),
    "100,000 deep": b"[" * 100_000 + b"]" * 100_000,
    "100,000 deep, open": b'{"a":' * 100_000,
    "alternating, 66 deep": b'[{"a":' * 33 + b"1" + b"}]" * 33,
    "crossed brackets": b"[" * 40 + b"{" * 40 + b"]" * 40 + b"}" * 40,
    "trailing": b'{"a":1}{',
    "comment": b'{"a":1} // x',
    "single quotes": b"{'a':1}",
    "trailing comma": b'{"a":1,}',
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_body_is_refused_with_400(body: bytes) -> None:
    with pytest.raises(BadJson) as caught:
        parse_body(body)
    assert caught.value.status == 400
    assert caught.value.text


def test_sixty_four_levels_are_taken() -> None:
    assert load_json(nested(MAX_DEPTH)) is not None
    assert load_json(b"[" + b",".join([b"[[]]"] * 100) + b"]") is not None


def test_brackets_inside_text_do_not_count_as_depth() -> None:
    assert load_json(b'{"a":"' + b"[" * 1_000 + b'\\"{{{"}') is not None


@pytest.mark.parametrize(
    "body",
    [
        b'{"a":"\\\\u0000"}',
        b'{"a":"\\u0022"}',
        b'{"a":"say \\"a\\": b"}',
        b'{"a":{"a":{"a":1}},"b":[{"a":1},{"a":1}]}',
        '{"a":"é中😀"}'.encode(),
        b'{"a":"\\ud83d\\ude00"}',
    ],
)
def test_innocent_look_alikes_are_taken(body: bytes) -> None:
    assert parse_body(body).items[0].text == body


def test_a_body_over_ten_mebibytes_is_413() -> None:
    with pytest.raises(BodyTooLarge) as caught:
        parse_body(b" " * (MAX_BODY_BYTES + 1))
    assert caught.value.status == 413


@pytest.mark.parametrize(
    "body",
    [
        b'"' + b'\\"' * 2_500_000,
        b"[" * 5_000_000,
        b"[]" * 2_500_000,
        b'["' + b"\\" * 4_999_999,
        b"[" + b"[]," * 1_600_000 + b"[]]",
        b'{"a":"' + b"\\u0000" * 500_000,
    ],
    ids=["escaped quotes", "open", "pairs", "backslashes", "wide", "nul"],
)
def test_five_megabytes_of_malice_are_read_in_linear_time(body: bytes) -> None:
    began = time.process_time()
    with pytest.raises(BadJson):
        parse_body(body)
    # It takes about one second; in quadratic time it would be hours.
    assert time.process_time() - began < 100


def test_each_statement_of_a_batch_keeps_its_own_text() -> None:
    first = b'{ "n" : 1.50, "big": 1234567890123456789012345678901234567890, "t":"]},[{\\"" }'
    second = '{"é":["\\u00e9",{}]}'.encode()
    body = parse_body(b"\n[ " + first + b" ,\r\n" + second + b"]\n")
    assert body.is_batch
    assert [item.text for item in body.items] == [first, second]


def test_an_empty_batch_has_no_statements() -> None:
    assert parse_body(b"[]").items == ()


def test_one_statement_is_trimmed_and_nothing_else() -> None:
    body = parse_body(b'\r\n\t{"a" :1}\n')
    assert not body.is_batch
    assert body.items[0].text == b'{"a" :1}'


text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | text,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(text, inner, max_size=4),
    max_leaves=20,
)
objects = st.dictionaries(text, values, max_size=5)


@given(st.lists(objects, max_size=5), st.sampled_from([None, 2]), st.booleans())
def test_any_batch_comes_apart_into_the_statements_it_was_made_of(
    statements: list[dict[str, object]], indent: int | None, ascii_only: bool
) -> None:
    body = json.dumps(statements, indent=indent, ensure_ascii=ascii_only).encode()
    items = parse_body(body).items
    assert [orjson.loads(item.text) for item in items] == statements
    assert [item.value for item in items] == statements


@given(st.binary(max_size=200))
def test_any_bytes_give_statements_or_a_400(body: bytes) -> None:
    try:
        parse_body(body)
    except BadJson:
        return


@given(objects, text)
def test_any_repeated_member_is_refused(members: dict[str, object], name: str) -> None:
    inner = b",".join(
        b"%s:%s" % (orjson.dumps(key), orjson.dumps(value))
        for key, value in [*members.items(), (name, 1), (name, 2)]
    )
    with pytest.raises(BadJson):
        parse_body(b'{"x":[{' + inner + b"}]}")
