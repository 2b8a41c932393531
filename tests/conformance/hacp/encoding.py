"""How HACP messages are written in bytes: as the standard says, and as real content does it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from urllib.parse import quote

FORM = "application/x-www-form-urlencoded"
BOUNDARY = "----content1f2e3d4c5b6a"
MULTIPART = f"multipart/form-data; boundary={BOUNDARY}"

Fields = Iterable[tuple[str, str]]
_LEFT_BY_ESCAPE = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789@*_+-./")


def percent(text: str) -> str:
    """Encode every byte of the UTF-8 text that is not a letter or a digit, a blank as `%20`."""
    return quote(text, safe="")


def js_escape(text: str) -> str:
    """Encode as JavaScript's escape(): `%E9` up to U+00FF, `%u20AC` for each UTF-16 unit above."""
    units = text.encode("utf-16-be", "surrogatepass")
    return "".join(_escape_unit(high * 256 + low) for high, low in zip(units[::2], units[1::2], strict=True))


def rustici(text: str) -> str:
    """Encode as Rustici's driver: escape(), then each `%20` becomes a plus sign; a plus stays a plus."""
    return js_escape(text).replace("%20", "+")


def twice(text: str) -> str:
    """Encode as Rustici's form fallback: in JavaScript, and again by the browser's form."""
    return quote(rustici(text), safe="")


def raw(text: str) -> str:
    """Leave everything as it is."""
    return text


def form(fields: Fields, encode: Callable[[str], str] = percent) -> bytes:
    """Write fields as a form body or a query string."""
    return "&".join(f"{name}={encode(value)}" for name, value in fields).encode("utf-8", "surrogatepass")


def multipart(fields: Fields) -> bytes:
    """Write fields as the body that sendBeacon makes of a FormData object."""
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields
    ]
    return "".join([*parts, f"--{BOUNDARY}--\r\n"]).encode()


def _escape_unit(unit: int) -> str:
    if chr(unit) in _LEFT_BY_ESCAPE:
        return chr(unit)
    return f"%{unit:02X}" if unit < 256 else f"%u{unit:04X}"
