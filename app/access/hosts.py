"""Host names as admins write them and as clients send them, made comparable. Sans-I/O.

One normaliser for every comparison (architecture, "Host-name validation"): lower case, one trailing dot
dropped, IDNA to its ASCII form, the port apart; userinfo, backslash and white space are refused.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

import idna

from app.words import worded

DEFAULT_PORTS = {"http": 80, "https": 443}
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?", re.ASCII)


class BadHost(ValueError):
    """The text is not a host name; the message is fit to show to the person who typed it."""


@dataclass(frozen=True, slots=True)
class HostName:
    """A normalised host: `name` is an ASCII name or an address (IPv6 in brackets), `port` None if unsaid."""

    name: str
    port: int | None = None

    def __str__(self) -> str:
        return self.name if self.port is None else f"{self.name}:{self.port}"

    def covers(self, seen: HostName, default_port: int) -> bool:
        """Tell whether this list entry admits the host seen; an entry without a port admits any port."""
        if self.name != seen.name:
            return False
        return self.port is None or self.port == (seen.port or default_port)


def parse_host(text: str) -> HostName:
    """Parse `host` or `host:port` as in a Host header or a form field; raises BadHost.

    >>> str(parse_host("LMS.Example.COM.:8443"))
    'lms.example.com:8443'
    """
    if not text or len(text) > 300:
        raise BadHost(worded("a host name has 1 to 253 characters"))
    if "://" in text:
        raise BadHost(worded("write the host name alone, without https://"))
    if any(character in text for character in "@\\/?#%") or any(c.isspace() or ord(c) < 33 for c in text):
        raise BadHost(worded("a host name holds no spaces and none of @ \\ / ? # %"))
    if text.startswith("["):
        return _parse_bracketed(text)
    name, colon, port_text = text.partition(":")
    return HostName(_normalise_name(name), _parse_port(port_text) if colon else None)


def parse_public_url(text: str) -> tuple[str, HostName]:
    """Return the normalised public URL (no trailing slash) and its host; raises BadHost.

    Only scheme and host are allowed: the server's own paths follow directly.
    """
    try:
        parts = urlsplit(text.strip())
    except ValueError as error:
        raise BadHost(worded("this is not a web address")) from error
    if parts.scheme not in DEFAULT_PORTS:
        raise BadHost(worded("a public URL begins with https:// (or http:// for trying out)"))
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        raise BadHost(worded("a public URL is the address alone, with nothing after the host name"))
    host = parse_host(parts.netloc)
    if host.port == DEFAULT_PORTS[parts.scheme]:
        host = HostName(host.name)
    return f"{parts.scheme}://{host}", host


def _parse_bracketed(text: str) -> HostName:
    inside, bracket, rest = text[1:].partition("]")
    try:
        address = ipaddress.IPv6Address(inside)
    except ValueError as error:
        raise BadHost(worded("%(inside)s is not an IPv6 address", inside=repr(inside))) from error
    if not bracket or (rest and not rest.startswith(":")):
        raise BadHost(worded("write an IPv6 address as [address] or [address]:port"))
    return HostName(f"[{address.compressed}]", _parse_port(rest[1:]) if rest else None)


def _parse_port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 5 and 1 <= int(text) <= 65535):
        raise BadHost(worded("%(text)s is not a port: write a number from 1 to 65535", text=repr(text)))
    return int(text)


def _normalise_name(text: str) -> str:
    name = text.removesuffix(".")
    if not name.isascii():
        try:
            name = idna.encode(name, uts46=True).decode("ascii")
        except idna.IDNAError as error:
            raise BadHost(
                worded("%(text)s is not a valid international host name", text=repr(text))
            ) from error
    name = name.lower()
    labels = name.split(".")
    if len(name) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise BadHost(worded("%(text)s is not a host name", text=repr(text)))
    if labels[-1].isdigit():
        # Decimal, octal and short forms of an address would compare unequal to what they reach.
        try:
            name = str(ipaddress.IPv4Address(name))
        except ValueError as error:
            raise BadHost(
                worded("%(text)s is not an IPv4 address in its usual form", text=repr(text))
            ) from error
    return name
