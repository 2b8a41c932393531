"""The Authorization header, in its two good forms and its many bad ones."""

from __future__ import annotations

import base64

import pytest

from app.access.authorization_header import BadAuthorization, Basic, Bearer, parse_authorization


def basic(text: bytes) -> str:
    return "Basic " + base64.b64encode(text).decode()


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (basic(b"id:secret"), Basic("id", "secret")),
        (basic(b"id:se:cret"), Basic("id", "se:cret")),
        (basic(b"i%3Ad:a+b"), Basic("i:d", "a b")),
        (basic(b":"), Basic("", "")),
        ("basic " + base64.b64encode(b"a:b").decode(), Basic("a", "b")),
        ("Bearer abc", Bearer("abc")),
        ("  bearer   abc  ", Bearer("abc")),
        ("Bearer " + "x" * 512, Bearer("x" * 512)),
    ],
)
def test_a_good_header_is_read(header: str, expected: Basic | Bearer) -> None:
    assert parse_authorization(header) == expected


@pytest.mark.parametrize(
    ("header", "is_bearer"),
    [
        ("", False),
        ("Basic", False),
        ("Basic:xxxx", False),
        ("Basic !!!", False),
        (basic(b"no colon"), False),
        (basic(b"\xff\xfe:\xff"), False),
        ("Basic " + "A" * 100_000, False),
        ("Digest username=x", False),
        ("Bearer", True),
        ("Bearer a b", True),
        ("Bearer " + "x" * 513, True),
        ("Bearer é", True),
    ],
)
def test_a_bad_header_is_refused_with_the_right_challenge(header: str, is_bearer: bool) -> None:
    with pytest.raises(BadAuthorization) as caught:
        parse_authorization(header)
    assert caught.value.is_bearer is is_bearer
