"""Forwarded headers are believed of the named proxies, and of nobody else."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from app.proxies import TrustedProxyFix

PROXY, STRANGER = "10.0.0.5", "203.0.113.9"


def seen(peer: str, *, has_forwarded_host: bool = False, **headers: str) -> tuple[str, str, str]:
    """Return what the app behind sees: the caller's address, scheme and host."""
    result: dict[str, Any] = {}

    def app(environ: dict[str, Any], _start_response: object) -> Iterable[bytes]:
        result.update(environ)
        return []

    environ = {"REMOTE_ADDR": peer, "wsgi.url_scheme": "http", "HTTP_HOST": "backend"}
    environ |= {f"HTTP_{name.upper()}": value for name, value in headers.items()}
    fix = TrustedProxyFix(app, ["10.0.0.0/8"], has_forwarded_host=has_forwarded_host)
    fix(environ, lambda *_: lambda _: None)  # type: ignore[arg-type, return-value]
    return result["REMOTE_ADDR"], result["wsgi.url_scheme"], result["HTTP_HOST"]


OLDER = {
    "x_forwarded_for": "1.1.1.1, 2.2.2.2",
    "x_forwarded_proto": "https",
    "x_forwarded_host": "lms.example",
}


def test_a_stranger_is_not_believed() -> None:
    assert seen(STRANGER, has_forwarded_host=True, **OLDER) == (STRANGER, "http", "backend")
    forwarded = "for=1.1.1.1;proto=https;host=lms.example"
    assert seen(STRANGER, has_forwarded_host=True, forwarded=forwarded) == (STRANGER, "http", "backend")


def test_a_named_proxy_is_believed_but_for_the_host() -> None:
    assert seen(PROXY, **OLDER) == ("2.2.2.2", "https", "backend")
    assert seen(PROXY, has_forwarded_host=True, **OLDER) == ("2.2.2.2", "https", "lms.example")


@pytest.mark.parametrize(
    ("forwarded", "expected"),
    [
        ("for=1.1.1.1;proto=https;host=lms.example", ("1.1.1.1", "https", "lms.example")),
        ("for=6.6.6.6;host=evil.example, for=1.1.1.1", ("1.1.1.1", "http", "backend")),
        ('For="[2001:db8::1]:4711"; Proto=https', ("2001:db8::1", "https", "backend")),
        ('for="1.1.1.1:80";host="lms.example:8443"', ("1.1.1.1", "http", "lms.example:8443")),
        ('for="a,b", for=1.1.1.1', ("1.1.1.1", "http", "backend")),
        ("", (PROXY, "http", "backend")),
        (";;,=", (PROXY, "http", "backend")),
        ('for="unclosed', (PROXY, "http", "backend")),
    ],
)
def test_the_last_element_of_forwarded_counts(forwarded: str, expected: tuple[str, str, str]) -> None:
    assert seen(PROXY, has_forwarded_host=True, forwarded=forwarded) == expected


def test_forwarded_replaces_the_older_headers() -> None:
    both = {**OLDER, "forwarded": "for=3.3.3.3;proto=http;host=other.example"}
    assert seen(PROXY, has_forwarded_host=True, **both) == ("3.3.3.3", "http", "other.example")
