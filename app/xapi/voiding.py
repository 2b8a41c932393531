"""Voiding: a statement that takes another one back, whichever arrives first (xAPI 1.0.3 Part 2 §2.3.2)."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import bindparam, select, true, update
from sqlalchemy.orm import Session

from app.models.base import table_of
from app.models.records import Statement as Row
from app.prepared import Prepared
from app.progress.withdrawal import withdraw
from app.xapi.links import find_target
from app.xapi.statement_rules import VOIDED
from app.xapi.targeting import Node, list_referrers
from app.xapi.wire import JsonObject

_STATEMENT = table_of(Row)
_BY_ID = Prepared(
    select(Row.key, Row.is_voiding, Row.is_voided).where(
        Row.integration_id == bindparam("integration_id"), Row.statement_id == bindparam("statement_id")
    )
)
_MARK = Prepared(
    update(_STATEMENT).values(is_voided=true()).where(_STATEMENT.c.key == bindparam("voided_key"))
)


def is_voiding(statement: JsonObject) -> bool:
    """Tell whether a statement voids another."""
    verb = statement.get("verb")
    is_verb = isinstance(verb, dict) and verb.get("id") == VOIDED
    return is_verb and find_target(statement) is not None


def void(
    session: Session,
    integration_id: str,
    new: Sequence[Node],
    *,
    voiding: Collection[int],
    awaited: Collection[int],
) -> frozenset[int]:
    """Void what new statements void, and those new ones that were voided before they came.

    Returns the keys of all that are voided by it. A voiding statement cannot be voided; a statement that is
    voided stays so. What a voided statement said of a learner's progress counts no longer.
    """
    keys: set[int] = set()
    for node in new:
        if node.key in voiding:
            values = {"integration_id": integration_id, "statement_id": node.target_id}
            target = _BY_ID.first(session, values)
            if target is not None and not target.is_voiding and not target.is_voided:
                keys.add(target.key)
        elif node.key in awaited:
            referrers = list_referrers(session, integration_id, node.statement_id)
            if any(row.is_voiding for row in referrers):
                keys.add(node.key)
    for key in sorted(keys):
        _MARK.run(session, {"voided_key": key})
        withdraw(session, source=str(key))
    return frozenset(keys)
