"""Several short works in one transaction: on SQLite the commit is the dear part of a write.

Each work has a savepoint of its own, so that one which fails takes nothing of its neighbours with it, and
none is answered before the COMMIT. Whatever a group cannot settle (a busy database, a clash, a commit of
unknown outcome) undoes the works concerned, and each is then done alone by `transact`.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextvars import copy_context
from typing import Any, TypeVar, cast
from weakref import WeakKeyDictionary

from sqlalchemy import Engine
from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.db import (
    DatabaseUnavailable,
    db,
    enter_transaction,
    find_trouble,
    new_deadline,
    transact,
    write_lock,
)
from app.rounds import WaitingSession, let_statements_wait, remember_connection, run_raw
from app.write_lane import Lane, LaneFull, Member, OutOfTime

T = TypeVar("T")


def transact_together(work: Callable[[Session], T]) -> T:
    """Do what `transact` does, for the short works of many clients at once.

    On SQLite the works of one process that come at the same time share a commit, and another thread may do
    this one; it sees the context variables of its caller. PostgreSQL lets commits share the disk by itself.
    """
    engine = db.engine
    if engine.dialect.name != "sqlite":
        return transact(work)
    member = Member(work, copy_context(), deadline=new_deadline())
    member.context.run(enter_transaction)
    try:
        _lane_of(engine).do(member)
    except (LaneFull, OutOfTime) as error:
        raise DatabaseUnavailable(f"too many writes wait: {type(error).__name__}") from None
    if member.is_undone:
        return transact(work, deadline=member.deadline)
    if member.error is not None:
        raise member.error
    return cast(T, member.result)


_lanes: WeakKeyDictionary[Engine, Lane] = WeakKeyDictionary()
_lanes_lock = threading.Lock()


def _lane_of(engine: Engine) -> Lane:
    lane = _lanes.get(engine)
    if lane is None:
        with _lanes_lock:
            lane = _lanes.setdefault(engine, Lane(lambda lane, leader: _lead(engine, lane, leader)))
    return lane


def _lead(engine: Engine, lane: Lane, leader: Member) -> None:
    """Do the works that wait in one transaction, and say of each what became of it."""
    settled: list[Member] = []
    taken: list[Member] = []
    try:
        with write_lock(engine, leader.deadline), engine.connect() as connection:
            patience = leader.deadline - time.monotonic()
            connection.execution_options(waymark_write=True, waymark_patience=patience)
            with connection.begin():
                for member in lane.take():
                    taken.append(member)
                    if _do(connection, member):
                        settled.append(member)
        for member in settled:
            member.is_undone = False
    except (SQLAlchemyError, DatabaseUnavailable):
        pass  # All are undone; each will hear by itself what the matter is.
    finally:
        # The next group begins while this one's answers are still on their way.
        lane.pass_on(leader)
        for member in taken:
            if member is not leader:
                member.wake()


def _do(connection: Connection, member: Member) -> bool:
    """Do one work in its savepoint; returns False when it must be done again alone.

    Raises when the savepoint cannot be undone either: SQLite has ended the transaction of all.
    """
    run_raw(connection, "SAVEPOINT member")
    try:
        member.result = member.context.run(_work, connection, member.work)
    except Exception as error:  # noqa: BLE001 - a refusal is the work's answer, like any result
        is_settled = not isinstance(error, SQLAlchemyError) and find_trouble(error) is None
        member.error = error if is_settled else None
        run_raw(connection, "ROLLBACK TO member")
        run_raw(connection, "RELEASE member")
        return is_settled
    run_raw(connection, "RELEASE member")
    return True


def _work(connection: Connection, work: Callable[[Session], Any]) -> Any:
    mode: Any = "rollback_only"  # the group's savepoint is not the session's to release
    with WaitingSession(connection, expire_on_commit=False, join_transaction_mode=mode) as session:
        remember_connection(session)
        let_statements_wait(session)
        result = work(session)
        session.flush()
        return result
