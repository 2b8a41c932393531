"""The address of a plain list: a search text and the id after which the page begins."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


class Arguments(Protocol):
    def get(self, key: str, /) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Listing:
    text: str
    after: str | None


def read_listing(arguments: Arguments) -> Listing:
    """Read `?q=` and `?after=`; what cannot be an id begins at the first page."""
    text = "".join(c for c in arguments.get("q") or "" if c.isprintable()).strip()[:200]
    after = arguments.get("after") or ""
    return Listing(text, after if is_id(after) else None)


def is_id(text: str) -> bool:
    """Tell whether text can be a row's id: PostgreSQL refuses even to look for one with a NUL."""
    return text.isascii() and text.isalnum() and len(text) <= 18
