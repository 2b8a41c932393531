"""Token requests as they come: odd content types never matter, odd fields do."""

from __future__ import annotations

import base64

import pytest

from app.access.authorization_header import Basic
from app.oauth.form import BadTokenRequest, parse_token_request, redact_form

GOOD = b"grant_type=client_credentials&client_id=a&client_secret=b%2Bc&scope=xapi:write"
BASIC = "Basic " + base64.b64encode(b"a:b").decode()


def test_fields_come_from_the_body() -> None:
    request = parse_token_request(GOOD, b"", None)
    assert request.fields == {
        "grant_type": "client_credentials",
        "client_id": "a",
        "client_secret": "b+c",
        "scope": "xapi:write",
    }
    assert request.basic is None
    assert not request.has_query_credentials


def test_basic_credentials_are_read() -> None:
    assert parse_token_request(b"grant_type=x&client_id=a", b"", BASIC).basic == Basic("a", "b")


def test_a_pasted_query_string_is_passed_over_and_empty_values_are_none() -> None:
    request = parse_token_request(GOOD + b"&x=&state=", b"component=y", None)
    assert "component" not in request.fields
    assert "state" not in request.fields


def test_credentials_in_the_url_are_noticed() -> None:
    request = parse_token_request(b"grant_type=x", b"client_id=a&client_secret=b", None)
    assert request.has_query_credentials


@pytest.mark.parametrize(
    ("body", "query", "authorization", "code"),
    [
        (GOOD + b"&scope=x", b"", None, "invalid_request"),
        (GOOD + b"&grant_type=client_credentials", b"", None, "invalid_request"),
        (GOOD, b"client_id=a", None, "invalid_request"),
        (GOOD, b"", BASIC, "invalid_request"),
        (b"grant_type=x&client_id=other", b"", BASIC, "invalid_request"),
        (b"", b"", None, "invalid_request"),
        (b"grant_type=", b"", None, "invalid_request"),
        (b'{"grant_type":"client_credentials"}', b"", None, "invalid_request"),
        (b"grant_type=%ff", b"", None, "invalid_request"),
        (b"\xff\xfe", b"", None, "invalid_request"),
        (b"&".join(b"a%d=1" % n for n in range(60)), b"", None, "invalid_request"),
        (GOOD, b"", "Bearer x", "invalid_request"),
        (b"grant_type=x", b"", "Basic ???", "invalid_client"),
    ],
)
def test_a_malformed_request_is_refused(
    body: bytes, query: bytes, authorization: str | None, code: str
) -> None:
    with pytest.raises(BadTokenRequest) as caught:
        parse_token_request(body, query, authorization)
    assert caught.value.code == code


@pytest.mark.parametrize("name", [b"client_secret", b"client%5Fsecret", b"client_secre%74"])
def test_what_is_kept_of_a_form_holds_no_secret(name: bytes) -> None:
    kept = redact_form(b"grant_type=x&" + name + b"=hunter2&scope=y")
    assert b"hunter2" not in kept
    assert b"[redacted]" in kept


def test_what_is_no_form_is_not_kept() -> None:
    assert redact_form(b"\xff hunter2") == b"[not a form]"
