"""Host names: one normal form for everything people type and clients send."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from app.access.hosts import BadHost, HostName, parse_host, parse_public_url


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("lms.example.org", "lms.example.org"),
        ("LMS.Example.ORG", "lms.example.org"),
        ("lms.example.org.", "lms.example.org"),
        ("lms.example.org:443", "lms.example.org:443"),
        ("LMS.example.org.:8443", "lms.example.org:8443"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("XN--BCHER-KVA.example", "xn--bcher-kva.example"),
        ("127.0.0.1:8080", "127.0.0.1:8080"),
        ("[::1]:8080", "[::1]:8080"),
        ("[0:0:0:0:0:0:0:1]", "[::1]"),
        ("localhost", "localhost"),
        ("my_host.internal", "my_host.internal"),
    ],
)
def test_equal_hosts_have_one_form(text: str, expected: str) -> None:
    assert str(parse_host(text)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "https://lms.example.org", "a b.example", "user@lms.example.org", "lms.example.org/path",
        "a\\b", "lms.example.org:", "lms.example.org:0", "lms.example.org:65536", "lms.example.org:8o",
        "[::1", "[::1]x", "lms..example", "-", "lms.example.org\r\nX: y", "2130706433", "0x7f.1", "127.1",
        "x:1:2", "0177.0.0.1", "a" * 400, "lms.example.org?x", "%6c.example", "lms.example.org..",
    ],
)  # fmt: skip
def test_what_is_no_host_name_is_refused(text: str) -> None:
    with pytest.raises(BadHost):
        parse_host(text)


@given(st.text(max_size=80))
def test_any_text_parses_to_itself_again_or_is_refused(text: str) -> None:
    try:
        host = parse_host(text)
    except BadHost:
        return
    assert parse_host(str(host)) == host
    assert not set(str(host)) & set(" @/\\?#%\r\n\t\x00")


@pytest.mark.parametrize(
    ("entry", "seen", "is_covered"),
    [
        ("a.example", "a.example:8443", True),
        ("a.example", "b.example", False),
        ("a.example:443", "a.example", True),
        ("a.example:8443", "a.example", False),
        ("a.example:8443", "a.example:8443", True),
    ],
)
def test_an_entry_without_a_port_covers_any(entry: str, seen: str, is_covered: bool) -> None:
    assert parse_host(entry).covers(parse_host(seen), 443) is is_covered


@pytest.mark.parametrize(
    ("text", "url", "host"),
    [
        ("https://LMS.example.org/", "https://lms.example.org", HostName("lms.example.org")),
        ("https://lms.example.org:443", "https://lms.example.org", HostName("lms.example.org")),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080", HostName("127.0.0.1", 8080)),
    ],
)
def test_a_public_url_is_scheme_and_host(text: str, url: str, host: HostName) -> None:
    assert parse_public_url(text) == (url, host)


@pytest.mark.parametrize(
    "text", ["lms.example.org", "ftp://x.example", "https://x.example/app", "https://", "https://a@b", ""]
)
def test_other_addresses_are_no_public_url(text: str) -> None:
    with pytest.raises(BadHost):
        parse_public_url(text)
