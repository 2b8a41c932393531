"""Until when the store is complete: X-Experience-API-Consistent-Through (xAPI 1.0.3 Part 3 §2.1.3).

A statement's key is taken before its commit, so on PostgreSQL a smaller key could become visible after a
greater one. Writers therefore announce themselves by an advisory lock on the present microsecond before they
take keys, and readers look no further than the oldest announcement. All moments are the database's own:
several machines share its clock. SQLite has one writer at a time and needs none of this.
"""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Engine,
    Integer,
    bindparam,
    cast,
    extract,
    func,
    literal_column,
    select,
)
from sqlalchemy.orm import Session

from app import clock
from app.prepared import Prepared

CONSISTENT_THROUGH = "X-Experience-API-Consistent-Through"

# The first number of our pairs of advisory locks; the second is the integration's.
_STORE: ColumnElement[int] = literal_column("1480675401", Integer)


def _microseconds(moment: ColumnElement[object]) -> ColumnElement[int]:
    return cast(extract("epoch", moment) * literal_column("1000000"), BigInteger)


def _announcement(*, is_alone: bool, has_horizon: bool) -> Prepared:
    """Queue with the integration's writers, announce the present moment, and only then read the time."""
    number = cast(bindparam("integration"), Integer)
    queue = func.pg_advisory_xact_lock if is_alone else func.pg_advisory_xact_lock_shared
    now = _microseconds(func.clock_timestamp())
    announce = func.pg_advisory_xact_lock_shared(now)
    horizon = (_STARTED, _OLDEST) if has_horizon else ()
    return Prepared(select(queue(_STORE, number), announce, now.label("microseconds"), *horizon))


# A moment's lock is the one on its 64 bits (objsubid 1), which the catalogue shows in two halves. The range
# of the upper half, years 2010 to 2105, leaves out whatever else the database's users may lock.
_OLDEST = literal_column(
    "(SELECT min((classid::bigint << 32) | objid::bigint) FROM pg_locks WHERE locktype = 'advisory'"
    " AND objsubid = 1 AND classid::bigint BETWEEN 300000 AND 1000000"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))",
    BigInteger,
).label("oldest")
# The statement's own beginning: whoever announces after the look at the locks takes later keys than this.
_STARTED = _microseconds(func.statement_timestamp()).label("started")
_ANNOUNCE = {
    (is_alone, has_horizon): _announcement(is_alone=is_alone, has_horizon=has_horizon)
    for is_alone in (False, True)
    for has_horizon in (False, True)
}
_HORIZON = Prepared(select(_STARTED, _OLDEST))


@dataclass(frozen=True, slots=True)
class Turn:
    """A writer's turn: the moment to take keys from, and the horizon; None where one clock rules alone."""

    microseconds: int | None
    horizon: int | None


def announce_write(session: Session, integration_id: str, *, is_alone: bool) -> Turn:
    """Take a turn at storing statements.

    `is_alone` waits for the integration's other writers and keeps them waiting until the commit: a statement
    and one that refers to it must not be stored side by side, neither seeing the other.
    """
    if session.get_bind().dialect.name != "postgresql":
        return Turn(None, None)
    number = int.from_bytes(hashlib.blake2b(integration_id.encode(), digest_size=4).digest(), signed=True)
    engine = session.get_bind().engine
    known = _known.get(engine)
    is_fresh = known is not None and time.monotonic() < known.until
    row = _ANNOUNCE[is_alone, not is_fresh].first(session, {"integration": number})
    assert row is not None
    if known is None or not is_fresh:
        known = _known[engine] = _Known(_horizon(row), time.monotonic() + _KNOWN_SECONDS)
    return Turn(int(row.microseconds), known.horizon)


# A horizon stays true: it only says less as it grows old. To look at everybody's locks is dear, so writers,
# who are told it by the way, look once in a while; readers must not overlook anything and always look.
_KNOWN_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class _Known:
    """A horizon, and until when on the monotonic clock it is good enough."""

    horizon: int
    until: float


_known: WeakKeyDictionary[Engine, _Known] = WeakKeyDictionary()


def find_horizon(session: Session) -> int:
    """Return the moment, in microseconds, before which no statement will be stored any more."""
    if session.get_bind().dialect.name != "postgresql":
        return clock.to_microseconds(clock.now())
    row = _HORIZON.first(session)
    assert row is not None
    return _horizon(row)


def _horizon(row: Any) -> int:
    return int(row.started if row.oldest is None else min(row.started, row.oldest))


def format_horizon(microseconds: int) -> str:
    """Write the header's value; cut to milliseconds, never rounded up."""
    return clock.format_rfc3339(clock.from_microseconds(microseconds))
