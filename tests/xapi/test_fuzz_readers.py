"""Any bytes are statements or a refusal: JSON, multipart, parameters."""

from __future__ import annotations

import contextlib
import hashlib
import json
from typing import Any

from hypothesis import strategies as st

from app.xapi import raw_text
from app.xapi.attachments import MAX_PARTS, format_multipart, parse_multipart
from app.xapi.errors import BadJson, BadRequest, BadStatement, BodyTooLarge
from app.xapi.query_rules import parse_query
from app.xapi.versions import Version
from app.xapi.wire import MAX_DEPTH, parse_body
from tests.fuzzing import fuzz, mixed, mixed_text
from tests.xapi.multipart import part

JSON_PIECES = [
    b"{", b"}", b"[", b"]", b",", b":", b'"', b'""', b'"a"', b'"a":', b'"b":1', b"null", b"true", b"NaN",
    b"-Infinity", b"1", b"-0", b"1.50", b"1e400", b"1E5", b"123456789012345678901234567890", b"01", b"-",
    b"\\", b'\\"', b'"\\u0000"', b'"\\u0022"', b'"\\ud83d"', b'"\\ud83d\\ude00"', b"\\u00e9", b" ", b"\t",
    b"\r\n", b"\x00", b"\xff", b"\xef\xbb\xbf", "é€😀".encode(), b"[[[[[[[[", b"]]]]]]]]", b"//", b"'a'",
]  # fmt: skip
BOUNDARY = b"--xX"
MULTIPART_PIECES = [
    BOUNDARY, BOUNDARY + b"\r\n", b"\r\n" + BOUNDARY, b"\r\n" + BOUNDARY + b"\r\n", BOUNDARY + b"--",
    b"\r\n" + BOUNDARY + b"--\r\n", b"\r\n", b"\r\n\r\n", b"\n", b"\r", b"--", b"-", b" ", b"\t", b":",
    b"Content-Type: application/json\r\n\r\n", b"Content-Type:text/plain\r\n", b"{}", b"[]", b"data",
    b"Content-Transfer-Encoding: binary\r\n", b"X-Experience-API-Hash: ", b"a" * 64, b"\x00", b"\xff",
    hashlib.sha256(b"").hexdigest().encode(), part(b"data"), part(b""),
]  # fmt: skip
CONTENT_TYPES = st.sampled_from(
    ["multipart/mixed; boundary=xX", 'Multipart/Mixed;charset=x; BOUNDARY="xX"', "multipart/mixed"]
) | mixed_text(["multipart/mixed", ";", " ", "boundary", "=", '"', "xX", "\t", "é"], longest=12)


def test_fuzz_json_is_read_as_the_standard_library_reads_it() -> None:
    def check(body: bytes) -> None:
        try:
            items = parse_body(body).items
        except (BadJson, BodyTooLarge):
            return
        expected = strictly(body)
        values = expected if isinstance(expected, list) else [expected]
        assert [json.loads(item.text) for item in items] == values
        assert all(item.text in body for item in items)
        for item in items:
            members = raw_text.find_members(item.text)
            assert json.loads(raw_text.join_members(members)) == json.loads(item.text)
            spliced = json.loads(raw_text.splice(item.text, {"id": b'"x"'}, replaced=["id", "a"]))
            assert spliced == {
                **{key: value for key, value in json.loads(item.text).items() if key != "a"},
                "id": "x",
            }

    # Grammatical texts too: random pieces are seldom JSON.
    plain = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5)
    values = st.recursive(plain, lambda one: st.lists(one) | st.dictionaries(st.text(max_size=5), one))
    written = st.builds(
        write, st.dictionaries(st.text(max_size=5), values), st.booleans(), st.sampled_from([None, 1])
    )
    cut = st.builds(splice_in, written, st.integers(0, 200), mixed(JSON_PIECES, longest=3))
    fuzz(mixed(JSON_PIECES) | written | cut, check)


def test_fuzz_multipart_gives_parts_with_the_right_hash_or_is_refused() -> None:
    def check(example: tuple[bytes, str]) -> None:
        body, content_type = example
        try:
            json_text, parts = parse_multipart(body, content_type)
        except BadStatement:
            return
        assert json_text in body
        assert len(parts) < MAX_PARTS
        for one in parts:
            assert one.body in body
            assert one.sha2 in {
                hashlib.new(name, one.body).hexdigest() for name in ("sha224", "sha256", "sha384", "sha512")
            }
        again = parse_multipart(*format_multipart(json_text, parts))
        assert again == (json_text, parts)

    bodies = mixed(MULTIPART_PIECES)
    begun = bodies.map(lambda rest: BOUNDARY + b"\r\nContent-Type: application/json\r\n\r\n{}" + rest)
    fuzz(st.tuples(bodies | begun, CONTENT_TYPES), check)


QUERY_PIECES = [
    "true", "false", "0", "1", "-1", "9" * 30, "٣", " ", "http://a.example/x", "a:b", "mailto:a@b.example",
    '{"mbox":"mailto:a@b.example"}', '{"account":{"homePage":"http://a.example","name":"x"}}', "{", "}", '"',
    '{"objectType":"Group","mbox":"mailto:a@b.example"}', "2026-01-01T00:00:00Z", "2026-01-01", "T", ":",
    "0d4a8a5e-1c62-4c7e-9a1a-6b1f5d2e7a01", "9999-12-31T23:59:59.999999Z", "0001-01-01T00:00:00+23:59",
    "ids", "exact", "canonical", "\x00", "é", "\ud83d",
]  # fmt: skip
NAMES = st.sampled_from(
    [
        "statementId", "voidedStatementId", "agent", "verb", "activity", "registration", "limit", "since",
        "until", "related_activities", "related_agents", "ascending", "format", "attachments", "Agent", "x",
    ]
)  # fmt: skip


def test_fuzz_the_parameters_of_a_list_are_understood_or_refused() -> None:
    def check(example: tuple[dict[str, str], Version, bool]) -> None:
        parameters, version, is_lenient = example
        with contextlib.suppress(BadRequest):
            parse_query(parameters, version, is_lenient=is_lenient)

    texts = st.sampled_from(QUERY_PIECES) | mixed_text(QUERY_PIECES, longest=4)
    # A query is UTF-8, in which there is no half of a pair.
    values = texts.map(lambda text: text.encode("utf-8", "replace").decode())
    parameters = st.dictionaries(NAMES, values, max_size=4)
    fuzz(st.tuples(parameters, st.sampled_from(Version), st.booleans()), check)


def strictly(body: bytes) -> Any:
    """Read as strictly as the standard library can be made to; fails where we should have refused."""

    def object_of(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        assert len(dict(pairs)) == len(pairs)
        return dict(pairs)

    def fail(constant: str) -> None:
        raise AssertionError(constant)

    value = json.loads(body.decode("utf-8"), object_pairs_hook=object_of, parse_constant=fail)
    assert "\\u0000" not in json.dumps(value)
    assert depth_of(value) <= MAX_DEPTH
    return value


def depth_of(value: object) -> int:
    inner = value if isinstance(value, list) else value.values() if isinstance(value, dict) else ()
    return max(map(depth_of, inner), default=0) + isinstance(value, list | dict)


def write(value: Any, is_ascii: bool, indent: int | None) -> bytes:
    return json.dumps(value, ensure_ascii=is_ascii, indent=indent).encode("utf-8", "surrogatepass")


def splice_in(text: bytes, place: int, piece: bytes) -> bytes:
    return text[:place] + piece + text[place:]
