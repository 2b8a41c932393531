"""Readers of the record store take time and memory in proportion to what they read: 1 kB to 10 MB."""

from __future__ import annotations

import contextlib
import gc
import json
import tracemalloc
from collections.abc import Callable

import pytest

from app.xapi import raw_text
from app.xapi.attachments import parse_multipart
from app.xapi.errors import XapiError
from app.xapi.signatures import check_signature
from app.xapi.validation import check_statement
from app.xapi.versions import Version
from app.xapi.wire import parse_body
from tests.fuzzing import assert_linear
from tests.xapi.conftest import Sender
from tests.xapi.multipart import CONTENT_TYPE, attached, attachment, join, json_part, part
from tests.xapi.statements import plain

JSON_PIECES = [
    b'"', b'""', b'\\"', b"[", b"[]", b"{}", b"{", b"[],", b'{"a":', b'"a":1,', b"\\u0000", b"\\u0022", b"\\",
    b"1", b"9,", b"-", b"1e", b" ", b"\r\n", b"\x00", b"\xff", b'{"a":1},', b'["a"],', b'"a",', b"null,",
]  # fmt: skip
MULTIPART_PIECES = [
    b"\r\n", b"\r", b"\n", b"--x", b"--x\r\n", b"\r\n--x", b"\r\n--x\r\n", b"\r\n--x--y", b"\r\n--x ", b"--",
    b"a: b\r\n", b": ", b"\r\n\r\n", b"\r\n--x\r\nContent-Type: application/json\r\n\r\n{}", b" ", b"\x00",
]  # fmt: skip


def repeat(piece: bytes, size: int) -> bytes:
    return piece * (size // len(piece))


def read_json(text: bytes) -> None:
    with contextlib.suppress(XapiError):
        for item in parse_body(text).items:
            raw_text.find_members(item.text)
            raw_text.splice(item.text, {"id": b'"x"'}, replaced=["a"])
            check_statement(item.value, Version.V1)


@pytest.mark.parametrize("piece", JSON_PIECES)
def test_json_is_read_in_linear_time(piece: bytes) -> None:
    def act(size: int) -> None:
        inner = repeat(piece, size)
        for start, end in ((b"", b""), (b"[", b"{}]"), (b'{"a":[', b"1]}"), (b'{"a":"', b'"}')):
            read_json(start + inner + end)

    assert_linear(act)


@pytest.mark.parametrize("piece", MULTIPART_PIECES)
def test_multipart_is_read_in_linear_time(piece: bytes) -> None:
    def act(size: int) -> None:
        begun = b"--x\r\nContent-Type: application/json\r\n\r\n"
        for start in (b"", b"--x\r\n", begun, begun + b"{}\r\n--x\r\n"):
            with contextlib.suppress(XapiError):
                parse_multipart(start + repeat(piece, size), "multipart/mixed; boundary=x")
        with contextlib.suppress(XapiError):
            parse_multipart(b"--x", "multipart/mixed" + repeat(piece, size).decode("latin-1"))

    assert_linear(act)


@pytest.mark.parametrize("piece", [b".", b"a", b"W1tb", b"e30.", b"=", b"\xff"])
def test_signatures_are_read_in_linear_time(piece: bytes) -> None:
    def act(size: int) -> None:
        for start in (b"", b"e30."):
            with contextlib.suppress(XapiError):
                check_signature(b"{}", {}, start + repeat(piece, size))

    assert_linear(act)


EXTENSION = "https://example.org/e"


@pytest.mark.parametrize(
    "make",
    [
        lambda count: {**plain(), "result": {"extensions": {f"no iri {n}": n for n in range(count)}}},
        lambda count: {**plain(), "context": {"extensions": {f"{EXTENSION}{n}": n for n in range(count)}}},
        lambda count: {**plain(), "actor": {"objectType": "Group", "member": [plain()["actor"]] * count}},
        lambda count: {**plain(), "verb": {"id": EXTENSION + "x" * count * 10}},
        lambda count: {**plain(), "timestamp": "2" * count * 10},
        lambda count: {**plain(), "result": {"duration": "P" + "1" * count * 10}},
        lambda count: {**plain(), "context": {"language": "a-" * count * 5}},
        lambda count: {**plain(), "actor": {"mbox": "mailto:" + "a@" * count * 5}},
        lambda count: attached(*[attachment(fileUrl=EXTENSION)] * count),
    ],
)  # fmt: skip
def test_statements_are_judged_in_linear_time(make: Callable[[int], object]) -> None:
    def act(size: int) -> None:
        read_json(json.dumps(make(size // 10)).encode())

    assert_linear(act)


HOSTILE = {
    "CR LF": (b"\r\n" * 5_000_000, CONTENT_TYPE),
    "CR LF in JSON": (b"\r\n" * 5_000_000, "application/json"),
    "101 parts": (join(json_part(attached(attachment())), *[part()] * 101), CONTENT_TYPE),
    "wrong sha2": (
        join(json_part(attached(attachment())), part(headers={"X-Experience-API-Hash": "0" * 64})),
        CONTENT_TYPE,
    ),
    "no boundary": (join(json_part(plain())), "multipart/mixed"),
    "brackets": (b"[" * 2_000_000, "application/json"),
    "a byte too many": (b" " * (10 * 1024 * 1024 + 1), "application/json"),
    "a byte too many in parts": (b"--x\r\n" + b"x" * 10 * 1024 * 1024, "multipart/mixed; boundary=x"),
}


@pytest.mark.parametrize(("body", "content_type"), HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_bodies_are_refused_and_leave_no_memory_behind(
    store: Sender, body: bytes, content_type: str
) -> None:
    expected = 413 if len(body) > 10 * 1024 * 1024 else 400

    def send() -> None:
        reply = store.send(body, content_type=content_type)
        assert reply.status_code == expected
        assert reply.get_json()["error"]

    send()
    gc.collect()
    tracemalloc.start()
    try:
        send()
        before = taken()
        for _ in range(3):
            send()
        # A leak of the body would be thirty megabytes.
        assert taken() - before < 1_000_000
        assert tracemalloc.get_traced_memory()[1] < 6 * len(body) + 20_000_000
    finally:
        tracemalloc.stop()


def taken() -> int:
    gc.collect()
    return tracemalloc.get_traced_memory()[0]
