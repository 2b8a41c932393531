"""Links of statements, and of those that refer to them (xAPI 1.0.3 Part 3 §2.1.3, "StatementRefs").

A statement whose object is a StatementRef is found by whatever its target is found by, recursively. So it
gets copies of its target's links, whichever of the two arrives first.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import bindparam, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.models.base import table_of
from app.models.records import Statement as Row
from app.models.store import StatementLink
from app.prepared import Prepared
from app.xapi.errors import BodyTooLarge
from app.xapi.links import Link, find_target, links_of
from app.xapi.wire import JsonObject

# How far references are followed: without an end, a long chain would cost its square.
_DEEPEST = 100
# One request may not fill the disk by referring to statements that name thousands.
MAX_LINKS = 500_000
_LINKS = table_of(StatementLink)
_INSERT = Prepared(
    {
        name: make(_LINKS).on_conflict_do_nothing()
        for name, make in (("postgresql", postgresql.insert), ("sqlite", sqlite.insert))
    }
)
_BY_ID = Prepared(
    select(Row.key, Row.payload).where(
        Row.integration_id == bindparam("integration_id"), Row.statement_id == bindparam("statement_id")
    )
)
_REFERRERS = Prepared(
    select(Row.key, Row.statement_id, Row.is_voiding).where(
        Row.integration_id == bindparam("integration_id"), Row.target_id == bindparam("target_id")
    )
)


@dataclass(frozen=True, slots=True)
class Node:
    """A statement with its own links and the id of the statement it is about."""

    key: int
    statement_id: str
    links: frozenset[Link]
    target_id: str | None


def make_node(key: int, statement_id: str, value: JsonObject, authority: JsonObject | None = None) -> Node:
    """Return what matters here of a statement; `authority` is the server's, of one just stored."""
    links = frozenset(links_of(value, authority=authority))
    return Node(key, statement_id, links, find_target(value))


def list_referrers(session: Session, integration_id: str, statement_id: str) -> list[Any]:
    """Return key, statement_id and is_voiding of the statements about this one."""
    return _REFERRERS.all(session, {"integration_id": integration_id, "target_id": statement_id})


def write_links(session: Session, integration_id: str, new: Sequence[Node], awaited: Collection[int]) -> None:
    """Insert the links of new statements; `awaited` are the keys of those that stored ones refer to."""
    web = _Web(session, integration_id, {node.statement_id: node for node in new})
    found: dict[int, set[Link]] = {}
    count = 0
    for node in new:
        for key, links in web.spread(node, is_awaited=node.key in awaited):
            known = found.setdefault(key, set())
            count -= len(known)
            known |= links
            count += len(known)
            if count > MAX_LINKS:
                raise BodyTooLarge("the statements name, or refer to, too many agents and activities at once")
    rows = [
        {"integration_id": integration_id, "kind": int(kind), "value": value, "key": key}
        for key, links in found.items()
        for kind, value in links
    ]
    _INSERT.run_all(session, rows)


class _Web:
    """Statements and their targets, as far as they are known by now."""

    def __init__(self, session: Session, integration_id: str, known: Mapping[str, Node | None]) -> None:
        self._session = session
        self._integration_id = integration_id
        self._known = dict(known)

    def spread(self, node: Node, *, is_awaited: bool) -> Iterator[tuple[int, set[Link]]]:
        """Yield the keys that get links because of a new statement: its own and its referrers'."""
        chain = self._chain(node)
        yield node.key, set().union(*chain)
        if is_awaited:
            for distance, key in self._referrers(node):
                yield key, set().union(*chain[: _DEEPEST - distance + 1])

    def _chain(self, node: Node) -> list[frozenset[Link]]:
        """Return the links of the statement, of its target, of the target's target …"""
        chain, seen = [node.links], {node.statement_id}
        target = node.target_id
        while target is not None and target not in seen and len(chain) <= _DEEPEST:
            seen.add(target)
            following = self._find(target)
            if following is None:
                break
            chain.append(following.links)
            target = following.target_id
        return chain

    def _find(self, statement_id: str) -> Node | None:
        if statement_id not in self._known:
            values = {"integration_id": self._integration_id, "statement_id": statement_id}
            row = _BY_ID.first(self._session, values)
            self._known[statement_id] = (
                None if row is None else make_node(row.key, statement_id, orjson.loads(row.payload))
            )
        return self._known[statement_id]

    def _referrers(self, node: Node) -> Iterator[tuple[int, int]]:
        """Yield distance and key of all statements that lead here, nearest first."""
        level, seen = [node.statement_id], {node.statement_id}
        for distance in range(1, _DEEPEST + 1):
            following = []
            for statement_id in level:
                for row in list_referrers(self._session, self._integration_id, statement_id):
                    if row.statement_id not in seen:
                        seen.add(row.statement_id)
                        following.append(row.statement_id)
                        yield distance, row.key
            level = following
