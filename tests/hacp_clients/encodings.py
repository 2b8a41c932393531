"""How clients write a value on the wire, as their JavaScript does."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import quote

_LEFT_ALONE = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789@*_+-./")
_ESCAPED = re.compile(r"%u([0-9A-Fa-f]{4})|%([0-9A-Fa-f]{2})")


def escape(text: str) -> str:
    """JavaScript's escape(): Latin-1 as `%E9`, anything above as `%uXXXX` for each UTF-16 unit."""
    units = text.encode("utf-16-be", "surrogatepass")
    written = []
    for high, low in zip(units[::2], units[1::2], strict=True):
        character = chr(low)
        if high:
            written.append(f"%u{high:02X}{low:02X}")
        else:
            written.append(character if character in _LEFT_ALONE else f"%{low:02X}")
    return "".join(written)


def unescape(text: str) -> str:
    """JavaScript's unescape(), which several clients run on every reply."""
    return _ESCAPED.sub(lambda found: chr(int(found.group(1) or found.group(2), 16)), text)


def encode_uri_component(text: str) -> str:
    return quote(text, safe="-_.!~*'()")


def rustici_escape(text: str) -> str:
    """escape(), then a plus sign for each space: a plus sign of the data cannot be told from it."""
    return escape(text).replace("%20", "+")


def multipart(fields: Mapping[str, str], boundary: str) -> bytes:
    """What a browser makes of FormData."""
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    return "".join([*parts, f"--{boundary}--\r\n"]).encode()
