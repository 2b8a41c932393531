"""Find statements by their links: ranges of covering indexes, a page at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from operator import itemgetter
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    SmallInteger,
    and_,
    bindparam,
    cast,
    func,
    literal_column,
    select,
    true,
    tuple_,
)
from sqlalchemy.orm import Session

from app.models.base import table_of
from app.models.records import Statement as Row
from app.models.store import StatementLink
from app.prepared import Prepared
from app.xapi.links import Link

_STATEMENT, _LINK = table_of(Row), table_of(StatementLink)
_COLUMNS = (_STATEMENT.c.key, _STATEMENT.c.payload)
_ONE: ColumnElement[int] = literal_column("1", Integer)
# OFFSET keeps PostgreSQL from taking a sub-query apart.
_ZERO: ColumnElement[int] = literal_column("0", Integer)
# A link that this many statements have fills a page soon enough, whichever way one begins.
_COUNTED = 1_000
_Ordered = tuple[Select[Any], tuple[ColumnElement[Any], ...]]


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
    bounds: dict[str, Any] = {"integration_id": integration_id, "after": after, "before": before}
    if len(links) > 1:
        links = _rarest_first(session, links, bounds)
    values = {**bounds, **_values_of(links), "number": limit + 1}
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


def _rarest_first(session: Session, links: Sequence[Link], bounds: dict[str, Any]) -> Sequence[Link]:
    """Order the links by how many statements have them within the bounds; common ones stay as they were."""
    counted = _count(len(links)).first(session, {**bounds, **_values_of(links)})
    assert counted is not None
    return [link for _, link in sorted(zip(counted, links, strict=True), key=itemgetter(0))]


def _values_of(links: Sequence[Link]) -> dict[str, Any]:
    kinds = {f"kind{position}": int(kind) for position, (kind, _) in enumerate(links)}
    return kinds | {f"value{position}": value for position, (_, value) in enumerate(links)}


@cache
def _count(number_of_links: int) -> Prepared:
    return Prepared(select_counts(number_of_links))


@cache
def _prepare(
    number_of_links: int, *, is_ascending: bool, is_own_only: bool, is_voided: bool | None
) -> Prepared:
    return Prepared(
        {
            name: select_page(
                number_of_links,
                name,
                is_ascending=is_ascending,
                is_own_only=is_own_only,
                is_voided=is_voided,
            )
            for name in ("sqlite", "postgresql")
        }
    )


def select_counts(number_of_links: int) -> Select[Any]:
    """Return the query of how many statements have each link, counted as far as is worth it."""
    counts = []
    for position in range(number_of_links):
        link = _LINK.alias(f"link{position}")
        some = select(_ONE).where(_has_link(link, position), *_is_between(link.c.key)).limit(_COUNTED)
        counts.append(select(func.count()).select_from(some.subquery("counted")).scalar_subquery())
    return select(*(count.label(f"number{position}") for position, count in enumerate(counts)))


def select_page(
    number_of_links: int,
    dialect_name: str,
    *,
    is_ascending: bool,
    is_own_only: bool,
    is_voided: bool | None = False,
) -> Select[Any]:
    """Return the query of a page: for each key of the first link a look whether it has all the rest.

    PostgreSQL would rather merge or walk whole tables wherever it takes something for more common than it is
    in this integration; it is given a form that leaves it no other way.
    """
    is_fenced = dialect_name == "postgresql"
    wanted: list[ColumnElement[bool]] = []
    if is_voided is not None:
        wanted.append(_STATEMENT.c.is_voided.is_(is_voided))
    if is_own_only:
        wanted.append(_STATEMENT.c.credential_id == bindparam("credential_id"))
    select_some = _select_linked if number_of_links else _select_any
    query, order = select_some(wanted, number_of_links, is_fenced=is_fenced)
    return query.order_by(*(one if is_ascending else one.desc() for one in order)).limit(bindparam("number"))


def _select_any(wanted: list[ColumnElement[bool]], _: int, *, is_fenced: bool) -> _Ordered:
    integration_id, key = _STATEMENT.c.integration_id, _STATEMENT.c.key
    query = select(*_COLUMNS).where(*wanted)
    if not is_fenced:
        return query.where(integration_id == bindparam("integration_id"), *_is_between(key)), (key,)
    # As a range of pairs it is a range of their index, and of no other.
    lowest, highest = (
        tuple_(bindparam("integration_id", type_=integration_id.type), bindparam(name, type_=key.type))
        for name in ("after", "before")
    )
    pair = tuple_(integration_id, key)
    return query.where(pair > lowest, pair < highest), (integration_id, key)


def _select_linked(wanted: list[ColumnElement[bool]], number_of_links: int, *, is_fenced: bool) -> _Ordered:
    first = _LINK.alias("link0")
    looked_up = select(*_COLUMNS).where(_STATEMENT.c.key == first.c.key, *wanted)
    query: Select[Any]
    if is_fenced:
        found: Any = looked_up.correlate(first).offset(_ZERO).lateral("found")
        query = select(found.c.key, found.c.payload).select_from(first.join(found, true()))
    else:
        query = looked_up.select_from(first, _STATEMENT)
    query = query.where(_has_link(first, 0), *_is_between(first.c.key))
    for position in range(1, number_of_links):
        other = _LINK.alias(f"link{position}")
        same = select(_ONE).where(_has_link(other, position), other.c.key == first.c.key)
        query = query.where((same.offset(_ZERO) if is_fenced else same).exists())
    return query, (first.c.key,)


def _is_between(key: ColumnElement[int]) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return key > bindparam("after"), key < bindparam("before")


def _has_link(link: Any, position: int) -> ColumnElement[bool]:
    return and_(
        link.c.integration_id == bindparam("integration_id"),
        link.c.kind == cast(bindparam(f"kind{position}"), SmallInteger),
        link.c.value == bindparam(f"value{position}"),
    )
