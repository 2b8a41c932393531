"""How a request came, against the public URL: each fault with the exact line to change."""

from __future__ import annotations

import pytest

from app.inspector.asked import Asked, judge_asked
from app.inspector.checking import State

PUBLIC = "https://learn.example.org"


def ask(scheme: str, host: str, proto: str = "", *, is_trusted: bool = False) -> Asked:
    return Asked(scheme, host, "10.0.0.7", proto, is_trusted)


@pytest.mark.parametrize(
    ("asked", "fix"),
    [
        (
            ask("http", "learn.example.org"),
            "X-Forwarded-Proto is missing. In nginx: proxy_set_header Host $host; proxy_set_header "
            "X-Forwarded-Proto $scheme; Set WAYMARK_TRUSTED_PROXIES to 10.0.0.7 and restart.",
        ),
        (
            ask("http", "learn.example.org", "https"),
            "X-Forwarded-Proto came from 10.0.0.7, which is not trusted: set WAYMARK_TRUSTED_PROXIES to "
            "10.0.0.7 and restart.",
        ),
        (
            ask("http", "learn.example.org", "http", is_trusted=True),
            "The proxy itself was asked over http: let it redirect to https.",
        ),
        (
            ask("https", "other.example.org", "https", is_trusted=True),
            "Set WAYMARK_PUBLIC_URL (or Settings, Public URL) to https://other.example.org, or open the "
            "pages under https://learn.example.org.",
        ),
    ],
)
def test_a_request_that_came_otherwise_than_the_public_url_says_what_to_change(
    asked: Asked, fix: str
) -> None:
    check = judge_asked(asked, PUBLIC)
    assert (check.state, check.code, check.fix) == (State.WARN, "S1", fix)


def test_a_request_that_came_as_it_should_is_in_order() -> None:
    assert judge_asked(ask("https", "Learn.example.org", "https", is_trusted=True), PUBLIC).state is State.OK
    assert judge_asked(None, PUBLIC).state is State.OK
