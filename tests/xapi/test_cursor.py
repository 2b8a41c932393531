"""The continuation of a list is opaque, and opens for its own credential alone."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from app.xapi.cursor import Cursor, format_cursor, parse_cursor
from app.xapi.errors import BadRequest

KEY = "a secret key of some length"
CURSOR = Cursor({"verb": "https://example.org/é", "limit": "2"}, -(2**63), 2**63 - 1)


def test_a_cursor_comes_back() -> None:
    text = format_cursor(CURSOR, secret_key=KEY, owner="ana")
    assert parse_cursor(text, secret_key=KEY, owner="ana") == CURSOR


@pytest.mark.parametrize(("key", "owner"), [(KEY, "ben"), ("another key", "ana")])
def test_nobody_else_opens_it(key: str, owner: str) -> None:
    text = format_cursor(CURSOR, secret_key=KEY, owner="ana")
    with pytest.raises(BadRequest):
        parse_cursor(text, secret_key=key, owner=owner)


@given(st.text(max_size=200))
def test_other_text_is_refused(text: str) -> None:
    with pytest.raises(BadRequest):
        parse_cursor(text, secret_key=KEY, owner="ana")
