"""Give statements of an older version what they are found by: links, definitions, targets, voiding.

A migration leaves a mark where statements are waiting; each call does some of them and moves the mark on, in
the caller's transaction, so that a run that was stopped goes on where it was.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any

import orjson
from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.orm import Session

from app.models.access import Setting
from app.models.base import table_of
from app.models.records import Statement as Row
from app.xapi.definitions import learn
from app.xapi.links import find_target
from app.xapi.targeting import make_node, write_links
from app.xapi.voiding import is_voiding, void
from app.xapi.wire import Item

_MARK = "statements_woven_through"
_AT_ONCE = 500
_MOST_CHARACTERS = 4_000_000
_STATEMENT = table_of(Row)
_SET_TARGET = (
    update(_STATEMENT)
    .where(_STATEMENT.c.key == bindparam("of_key"))
    .values(target_id=bindparam("new_target"), is_voiding=bindparam("new_voiding"))
)


def count_waiting(session: Session) -> int:
    """Return how many statements still wait; causes a count of the table only when there is a mark."""
    mark = _find_mark(session)
    if mark is None:
        return 0
    return session.scalars(select(func.count()).select_from(Row).where(Row.key > mark)).one()


def weave(session: Session) -> int:
    """Do the next statements, in the order they were stored; returns how many, 0 when none wait."""
    mark = _find_mark(session)
    if mark is None:
        return 0
    rows = list(_next_rows(session, mark))
    if not rows:
        session.execute(delete(Setting).where(Setting.name == _MARK))
        return 0
    values = {row.key: orjson.loads(row.payload) for row in rows}
    _set_targets(session, values)
    for integration_id, group in groupby(
        sorted(rows, key=lambda row: (row.integration_id, row.key)), key=lambda row: str(row.integration_id)
    ):
        _weave_one_store(session, integration_id, list(group), values)
    session.execute(update(Setting).where(Setting.name == _MARK).values(value=str(rows[-1].key)))
    return len(rows)


def _weave_one_store(session: Session, integration_id: str, rows: list[Any], values: dict[int, Any]) -> None:
    nodes = [make_node(row.key, row.statement_id, values[row.key]) for row in rows]
    # Any of them may have been referred to: nobody has looked yet.
    keys = {node.key for node in nodes}
    write_links(session, integration_id, nodes, keys)
    learn(session, integration_id, [Item(row.payload.encode(), values[row.key]) for row in rows])
    voiding = {key for key in keys if is_voiding(values[key])}
    void(session, integration_id, nodes, voiding=voiding, awaited=keys)


def _set_targets(session: Session, values: dict[int, Any]) -> None:
    targets = [
        {"of_key": key, "new_target": target, "new_voiding": is_voiding(value)}
        for key, value in values.items()
        if (target := find_target(value)) is not None
    ]
    if targets:
        session.connection().execute(_SET_TARGET, targets)


def _next_rows(session: Session, mark: int) -> Iterator[Any]:
    query = (
        select(Row.key, Row.integration_id, Row.statement_id, Row.payload)
        .where(Row.key > mark)
        .order_by(Row.key)
        .limit(_AT_ONCE)
    )
    characters = 0
    for row in session.execute(query):
        yield row
        characters += len(row.payload)
        if characters > _MOST_CHARACTERS:
            return


def _find_mark(session: Session) -> int | None:
    mark = session.scalars(select(Setting.value).where(Setting.name == _MARK)).one_or_none()
    return None if mark is None else int(mark)
