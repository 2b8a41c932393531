"""What the API can list and show: one value a noun holds all that its addresses and their document need."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from marshmallow import Schema
from sqlalchemy.orm import Session

from app import clock
from app.api.parts import MOST_AT_ONCE, ListQuery
from app.api.problems import NotFound

Item = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list is asked: `values` as the noun's query has read them; days are those of the zone."""

    values: Mapping[str, Any]
    zone: ZoneInfo
    cursor: str | None = None
    limit: int = MOST_AT_ONCE


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows and the mark of the next page, None at the end."""

    items: Sequence[Item]
    next_cursor: str | None


class Missing(LookupError):
    """There is no row with this key; the message says of what."""


@dataclass(frozen=True, slots=True)
class Noun:
    """One kind of thing: `list_page` may raise BadCursor or Fault-finding ValueErrors, `get` Missing."""

    name: str
    one: str
    words: str
    scope: str
    item: Schema
    query: ListQuery
    list_page: Callable[[Session, Wanted], Page]
    get: Callable[[Session, Sequence[str]], Item]
    # The parts of the address of one.
    keys: Sequence[str] = ("id",)
    examples: Mapping[str, Any] = field(default_factory=dict)


def check_keys(values: Iterable[str], among: str) -> None:
    """Refuse ids that no row has, and that PostgreSQL would refuse even to look for; raises NotFound."""
    if not all(value.isascii() and value.isalnum() and len(value) <= 32 for value in values):
        raise NotFound(f"There is no such id among the {among}.")


def iterate(session: Session, noun: Noun, wanted: Wanted) -> Iterator[Item]:
    """Yield all rows, a page at a time, so that memory stays small however many there are."""
    cursor = wanted.cursor
    while True:
        page = noun.list_page(session, Wanted(wanted.values, wanted.zone, cursor, MOST_AT_ONCE))
        yield from page.items
        cursor = page.next_cursor
        if cursor is None:
            return


def moment(value: datetime | None) -> str | None:
    """Format a moment for JSON."""
    return None if value is None else clock.format_rfc3339(value)
