"""Marks of a place in a list: opaque to clients, of letters that need no escaping in an address."""

from __future__ import annotations

import base64
import binascii
import json
from typing import TypeVar

T = TypeVar("T", str, int)


class BadCursor(ValueError):
    """The mark is damaged, or is one of another list."""


def encode_cursor(noun: str, last: str | int) -> str:
    """Return the mark after a row.

    >>> encode_cursor("learners", "1k8h")
    'WyJsZWFybmVycyIsIjFrOGgiXQ'
    """
    text = json.dumps([noun, last], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode_cursor(noun: str, cursor: str, kind: type[T]) -> T:
    """Return after which row the page begins; raises BadCursor."""
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        name, last = json.loads(raw)
    except (binascii.Error, ValueError, TypeError, RecursionError):
        raise BadCursor("this mark is damaged") from None
    if name != noun or type(last) is not kind or not _is_plain(last):
        raise BadCursor("this mark belongs to another list")
    return last


def _is_plain(last: str | int) -> bool:
    # What no row can have must not reach the database: PostgreSQL refuses NUL, and numbers of 65 bits.
    if isinstance(last, int):
        return 0 <= last < 2**63
    return last.isascii() and last.isalnum() and len(last) <= 32
