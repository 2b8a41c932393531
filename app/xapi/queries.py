"""Find statements by their links: ranges of covering indexes, a page at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Select, SmallInteger, bindparam, cast, literal_column, select
from sqlalchemy.orm import Session

from app.models.base import table_of
from app.models.records import Statement as Row
from app.models.store import StatementLink
from app.prepared import Prepared
from app.xapi.links import Link

_STATEMENT, _LINK = table_of(Row), table_of(StatementLink)


@dataclass(frozen=True, slots=True)
class Page:
    """Statements in order, key and text of each; `has_more` tells that the range holds others."""

    statements: tuple[tuple[int, bytes], ...]
    has_more: bool


def find_page(
    session: Session,
    integration_id: str,
    links: Sequence[Link],
    *,
    after: int,
    before: int,
    limit: int,
    is_ascending: bool,
    credential_id: str | None = None,
    is_voided: bool | None = False,
) -> Page:
    """Return statements that have all of the links; bounds are excluded.

    `credential_id` leaves out what others have written. Voided ones are left out, or are the only ones, or
    (None) come with the others.
    """
    values: dict[str, Any] = {
        "integration_id": integration_id,
        "after": after,
        "before": before,
        "number": limit + 1,
    }
    for position, (kind, value) in enumerate(links):
        values[f"kind{position}"], values[f"value{position}"] = int(kind), value
    if credential_id is not None:
        values["credential_id"] = credential_id
    prepared = _prepare(
        len(links),
        is_ascending=is_ascending,
        is_own_only=credential_id is not None,
        is_voided=is_voided,
    )
    rows = prepared.all(session, values)
    found = tuple((row.key, row.payload.encode()) for row in rows[:limit])
    return Page(found, len(rows) > limit)


@cache
def _prepare(
    number_of_links: int, *, is_ascending: bool, is_own_only: bool, is_voided: bool | None
) -> Prepared:
    query = select_page(
        number_of_links, is_ascending=is_ascending, is_own_only=is_own_only, is_voided=is_voided
    )
    return Prepared(query)


def select_page(
    number_of_links: int, *, is_ascending: bool, is_own_only: bool, is_voided: bool | None = False
) -> Select[tuple[int, str]]:
    """Return the query of a page; the first link leads, the others are looked up for each of its keys."""
    first = _LINK.alias("link0")
    key = first.c.key if number_of_links else _STATEMENT.c.key
    query = select(_STATEMENT.c.key, _STATEMENT.c.payload)
    if number_of_links:
        query = query.select_from(first.join(_STATEMENT, _STATEMENT.c.key == first.c.key))
        query = query.where(*_has_link(first, 0))
    else:
        query = query.where(_STATEMENT.c.integration_id == bindparam("integration_id"))
    for position in range(1, number_of_links):
        other = _LINK.alias(f"link{position}")
        is_same = other.c.key == first.c.key
        query = query.where(select(literal_column("1")).where(*_has_link(other, position), is_same).exists())
    query = query.where(key > bindparam("after"), key < bindparam("before"))
    if is_voided is not None:
        query = query.where(_STATEMENT.c.is_voided.is_(is_voided))
    if is_own_only:
        query = query.where(_STATEMENT.c.credential_id == bindparam("credential_id"))
    return query.order_by(key if is_ascending else key.desc()).limit(bindparam("number"))


def _has_link(link: Any, position: int) -> tuple[Any, Any, Any]:
    return (
        link.c.integration_id == bindparam("integration_id"),
        link.c.kind == cast(bindparam(f"kind{position}"), SmallInteger),
        link.c.value == bindparam(f"value{position}"),
    )
