"""Reader and writer of multipart/mixed: what they refuse, what they keep to the byte, and how fast."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, strategies as st

from app.xapi.attachments import (
    MAX_PARTS,
    Part,
    check_attachments,
    check_claims,
    format_multipart,
    list_hashes,
    name_parts,
    parse_multipart,
)
from app.xapi.errors import BadStatement
from tests.xapi.multipart import (
    BOUNDARY,
    CONTENT_TYPE,
    DATA,
    attached,
    attachment,
    join,
    json_part,
    part,
    sha2_of,
)

ONE = attached(attachment())
GOOD = join(json_part(ONE), part())
LINE = b"--" + BOUNDARY.encode()

REFUSED = {
    "empty": (b"", CONTENT_TYPE),
    "no boundary parameter": (GOOD, "multipart/mixed"),
    "empty boundary": (GOOD, "multipart/mixed; boundary="),
    "empty quoted boundary": (GOOD, 'multipart/mixed; boundary=""'),
    "boundary of 71": (GOOD, f"multipart/mixed; boundary={'b' * 71}"),
    "two boundaries": (GOOD, f"{CONTENT_TYPE}; boundary=x"),
    "open quote": (GOOD, f'multipart/mixed; boundary="{BOUNDARY}'),
    "other boundary": (GOOD, "multipart/mixed; boundary=other"),
    "no first boundary": (GOOD.removeprefix(LINE + b"\r\n"), CONTENT_TYPE),
    "a preamble": (b"hello\r\n" + GOOD, CONTENT_TYPE),
    "only the end": (LINE + b"--\r\n", CONTENT_TYPE),
    "no end": (GOOD.removesuffix(LINE + b"--\r\n"), CONTENT_TYPE),
    "a boundary at the end": (LINE, CONTENT_TYPE),
    "bare line feeds": (GOOD.replace(b"\r\n", b"\n"), CONTENT_TYPE),
    "text first": (join(json_part(ONE, "text/plain"), part()), CONTENT_TYPE),
    "no headers first": (join(b"\r\n{}"), CONTENT_TYPE),
    "data runs into headers": (join(b"Content-Type: application/json\r\n{}"), CONTENT_TYPE),
    "empty part": (LINE + b"\r\n" + GOOD, CONTENT_TYPE),
    "no hash": (join(json_part(ONE), part(headers={"X-Experience-API-Hash": None})), CONTENT_TYPE),
    "second JSON": (join(json_part(ONE), json_part(ONE)), CONTENT_TYPE),
    "wrong hash": (
        join(json_part(ONE), part(headers={"X-Experience-API-Hash": sha2_of(b"other")})),
        CONTENT_TYPE,
    ),
    "SHA-1": (
        join(json_part(ONE), part(headers={"X-Experience-API-Hash": sha2_of(DATA, "sha1")})),
        CONTENT_TYPE,
    ),
    "no hexadecimals": (
        join(json_part(ONE), part(headers={"X-Experience-API-Hash": "z" * 64})),
        CONTENT_TYPE,
    ),
    "base64": (join(json_part(ONE), part(headers={"Content-Transfer-Encoding": "base64"})), CONTENT_TYPE),
    "control character": (join(json_part(ONE), part(headers={"Content-Type": "a\nX: y"})), CONTENT_TYPE),
    "long type": (join(json_part(ONE), part(headers={"Content-Type": "a" * 256})), CONTENT_TYPE),
    "long headers": (join(json_part(ONE), part(headers={"X": "a" * 9_000})), CONTENT_TYPE),
    "header twice": (join(json_part(ONE), b"Content-type: a/b\r\n" + part()), CONTENT_TYPE),
    "101 parts": (join(json_part(ONE), *[part()] * MAX_PARTS), CONTENT_TYPE),
}


@pytest.mark.parametrize(("body", "content_type"), REFUSED.values(), ids=REFUSED.keys())
def test_what_is_no_multipart_of_statements_is_refused(body: bytes, content_type: str) -> None:
    with pytest.raises(BadStatement) as caught:
        parse_multipart(body, content_type)
    assert caught.value.status == 400
    assert caught.value.text


TAKEN = {
    "plain": (GOOD, CONTENT_TYPE),
    "line end before": (b"\r\n" + GOOD, CONTENT_TYPE),
    "dashes": (GOOD.replace(LINE, b"------x"), "multipart/mixed; boundary=----x"),
    "more parameters": (GOOD.replace(LINE, b"--x"), 'Multipart/Mixed ; charset="a;b" ;BOUNDARY = x ; c=d'),
    "blanks after the boundary": (GOOD.replace(LINE + b"\r\n", LINE + b" \t\r\n"), CONTENT_TYPE),
    "an epilogue": (GOOD + b"bye", CONTENT_TYPE),
    "no line end": (GOOD.removesuffix(b"\r\n"), CONTENT_TYPE),
    "no encoding": (join(json_part(ONE), part(headers={"Content-Transfer-Encoding": None})), CONTENT_TYPE),
    "BINARY": (join(json_part(ONE), part(headers={"Content-Transfer-Encoding": "BINARY"})), CONTENT_TYPE),
    "upper-case hash": (
        join(json_part(ONE), part(headers={"X-Experience-API-Hash": sha2_of(DATA).upper()})),
        CONTENT_TYPE,
    ),
    "100 parts": (join(json_part(ONE), *[part()] * (MAX_PARTS - 1)), CONTENT_TYPE),
}


@pytest.mark.parametrize(("body", "content_type"), TAKEN.values(), ids=TAKEN.keys())
def test_what_the_standard_allows_is_taken(body: bytes, content_type: str) -> None:
    json_text, parts = parse_multipart(body, content_type)
    assert json_text == json_part(ONE).partition(b"\r\n\r\n")[2]
    assert set(parts) == {Part(sha2_of(DATA), "text/plain", DATA)}


@pytest.mark.parametrize("name", ["sha224", "sha256", "sha384", "sha512"])
@pytest.mark.parametrize(
    "data", [b"", b"\r\n", b"\r\n\r\n", b"a\r\n\r\n", b"\n", LINE + b"x", b"\r\n" + LINE + b"x\r\n"]
)
def test_exactly_one_line_end_belongs_to_the_boundary(data: bytes, name: str) -> None:
    body = join(json_part(ONE), part(data, headers={"X-Experience-API-Hash": sha2_of(data, name)}))
    _, (only,) = parse_multipart(body, CONTENT_TYPE)
    assert only.body == data


def test_a_part_without_a_type_is_bytes() -> None:
    _, (only,) = parse_multipart(join(json_part(ONE), part(headers={"Content-Type": None})), CONTENT_TYPE)
    assert only.content_type == "application/octet-stream"


@given(st.binary(max_size=50), st.lists(st.binary(max_size=50), max_size=5))
def test_what_is_written_is_read_back(json_text: bytes, datas: list[bytes]) -> None:
    parts = tuple(Part(sha2_of(data), "text/plain; x=\xe9", data) for data in datas)
    body, content_type = format_multipart(json_text, parts)
    assert parse_multipart(body, content_type) == (json_text, parts)


@given(st.binary(max_size=200), st.text(max_size=40))
def test_any_bytes_give_parts_or_a_400(body: bytes, boundary: str) -> None:
    for text in (f"multipart/mixed; boundary={boundary}", "multipart/mixed; boundary=x"):
        for start in (b"", b"--x\r\n"):
            try:
                parse_multipart(start + body, text)
            except BadStatement:
                continue


def test_a_reply_is_as_clients_split_it() -> None:
    body, content_type = format_multipart(b"{}", [Part("ab", "text/plain", b"data")])
    match = re.fullmatch(r"multipart/mixed; boundary=([0-9a-f]+)", content_type)
    assert match is not None
    line = b"--" + match[1].encode()
    assert body == (
        line + b"\r\nContent-Type: application/json\r\n\r\n{}\r\n" + line
        + b"\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: binary\r\n"
        b"X-Experience-API-Hash: ab\r\n\r\ndata\r\n" + line + b"--\r\n"
    )  # fmt: skip


@pytest.mark.parametrize(
    "body",
    [
        b"\r\n" * 5_000_000,
        b"\r" * 10_000_000,
        b"--x\r\n" + b"\r\n" * 5_000_000,
        b"--x\r\n" + b"\r\n--x" * 2_000_000,
        b"--x\r\n" + b"\r\n--x " * 1_500_000,
        b"--x" + b" " * 10_000_000,
        b"--x\r\n" + b"\r\n--x--y" * 1_200_000,
        b"--x\r\n" + b"a: b\r\n" * 1_500_000 + b"\r\n\r\n--x--",
        b"--x\r\nContent-Type: application/json\r\n\r\n" + b"\r\n--" * 2_500_000,
    ],
    ids=["CRLF", "CR", "part", "boundaries", "blank lines", "blanks", "ends", "headers", "dashes"],
)
def test_ten_megabytes_of_malice_are_refused_in_linear_time(body: bytes) -> None:
    began = time.process_time()
    with pytest.raises(BadStatement):
        parse_multipart(body, "multipart/mixed; boundary=x")
    assert time.process_time() - began < 100


def test_a_content_type_of_malice_is_refused_in_linear_time() -> None:
    began = time.process_time()
    for text in ("; a=b" * 200_000, ";" * 1_000_000, "; " * 500_000, "; boundary=" + "x" * 1_000_000):
        with pytest.raises(BadStatement):
            parse_multipart(GOOD, "multipart/mixed" + text)
    assert time.process_time() - began < 100


def test_an_attachment_needs_its_data_or_a_place() -> None:
    inside = {**ONE, "object": {**ONE, "objectType": "SubStatement"}, "attachments": []}
    for statement, place in ((ONE, "/3/attachments/0"), (inside, "/3/object/attachments/0")):
        with pytest.raises(BadStatement) as caught:
            check_attachments(statement, (), pointer="/3")
        assert caught.value.pointer == place
        check_attachments(statement, {sha2_of(DATA)})
    check_attachments(attached(attachment(fileUrl="https://example.org/f")), ())
    check_attachments(attached(attachment(sha2=sha2_of(DATA).upper())), {sha2_of(DATA)})


def test_data_must_be_claimed() -> None:
    one = Part(sha2_of(DATA), "text/plain", DATA)
    check_claims([one, one], [ONE])
    check_claims([one], [{**ONE, "object": {**ONE, "objectType": "SubStatement"}, "attachments": []}])
    with pytest.raises(BadStatement):
        check_claims([one], [attached(attachment(b"other"))])


def test_odd_shapes_have_no_hashes() -> None:
    odd = [{"attachments": {}}, {"attachments": [1, {"sha2": 1}]}, {"object": []}]
    assert list_hashes(odd) == {}
    assert list_hashes([{"attachments": [{"sha2": "AB"}, {"sha2": "ab"}]}]) == {"ab": "AB"}


@pytest.mark.parametrize(
    ("stated", "given"),
    [
        ("text/html; charset=utf-8", "text/html; charset=utf-8"),
        ("text/plain\r\nX-Evil: 1", "image/png"),
        ("text/Ä", "image/png"),
        ("", "image/png"),
        (None, "image/png"),
    ],
)
def test_a_part_is_named_as_its_first_attachment_names_it(stated: str | None, given: str) -> None:
    statements = [
        {"attachments": [{"sha2": "ABC0", "contentType": stated}]},
        {"attachments": [{"sha2": "abc0", "contentType": "text/css"}]},
    ]
    assert name_parts([Part("abc0", "image/png", b"")], statements) == [Part("ABC0", given, b"")]
