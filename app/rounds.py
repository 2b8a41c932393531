"""How statements of the hot path reach the driver: on SQLite at once, on PostgreSQL together with what waits.

A message asks for what it needs before it looks at any of it, and writes without waiting for the result; the
first look at an answer, or the commit, sends all of it in one round. SQLAlchemy's own statements see what
waits: it is sent before them. A session whose work nobody repeats sends everything at once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Connection
from sqlalchemy.orm import ORMExecuteState, Session

from app.postgres_line import COMMIT, Line, Rows, Statement

# In `Session.info`: what waits, only where it may wait; and the session's connection.
_WAITING = "waymark_waiting"
_CONNECTION = "waymark_connection"
_LINE = "waymark_line"


class QuickWayFailed(Exception):
    """A statement that had waited failed, or work without its savepoint: do all of it again step by step."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A statement on its way; `take` gets what it returned."""

    statement: Statement
    take: Callable[[Rows], None] | None


class WaitingSession(Session):
    """A session whose own statements see the ones that wait."""


@event.listens_for(WaitingSession, "do_orm_execute")
def _send_before_asking(state: ORMExecuteState) -> None:
    send_waiting(state.session)


@event.listens_for(WaitingSession, "before_flush")
def _send_before_flushing(session: Session, *_: object) -> None:
    send_waiting(session)


def let_statements_wait(session: Session) -> None:
    """Let statements wait in this session; whoever asks for it must end with `send_with_commit`."""
    session.info[_WAITING] = []


def remember_connection(session: Session) -> None:
    """Spare the session the question which connection is its own: it has one until its end."""
    session.info[_CONNECTION] = session.connection()


def may_fail_quickly(session: Session) -> bool:
    """Tell whether the session's work is repeated when QuickWayFailed is raised."""
    return _WAITING in session.info


def connection_of(session: Session) -> Connection:
    """Return the session's connection."""
    known: Connection | None = session.info.get(_CONNECTION)
    # A savepoint begins only when the session is asked for its connection.
    return session.connection() if known is None or session.in_nested_transaction() else known


def submit(session: Session, connection: Connection, statement: Statement, take: Any = None) -> None:
    """Run a statement now, or let it wait where that is allowed."""
    waiting = session.info.get(_WAITING)
    if waiting is not None and connection.dialect.name == "postgresql":
        waiting.append(Waiting(statement, take))
        return
    rows = _run(connection, (statement,))[0]
    if take is not None:
        take(rows)


def send_waiting(session: Session, *, is_commit: bool = False) -> None:
    """Send what waits and hand out what it returns, with the COMMIT if so wanted; raises QuickWayFailed."""
    waiting: list[Waiting] | None = session.info.get(_WAITING)
    if not waiting:
        return
    round_, session.info[_WAITING] = waiting, []
    statements = [one.statement for one in round_]
    try:
        answers = _run(connection_of(session), [*statements, COMMIT] if is_commit else statements)
    except Exception as error:
        raise QuickWayFailed("a statement that waited") from error
    for one, rows in zip(round_, answers, strict=False):
        if one.take is not None:
            one.take(rows)


def send_with_commit(session: Session) -> None:
    """Send what waits and the COMMIT in one round; the session's own has nothing left to do then."""
    session.flush()
    send_waiting(session, is_commit=True)


def run_raw(connection: Connection, sql: str) -> None:
    """Run a command that has no values."""
    _run(connection, (Statement(sql, ()),))


def run_many(connection: Connection, sql: str, rows: Sequence[Sequence[Any]]) -> None:
    """Run one statement for many rows, as SQLite likes it best."""
    cursor = connection.connection.cursor()
    try:
        cursor.executemany(sql, rows)
    except connection.dialect.loaded_dbapi.Error as error:
        connection._handle_dbapi_exception(error, sql, rows, cursor, None)


def count_rounds(connection: Connection) -> int:
    """Return how often this connection has gone to PostgreSQL and back, SQLAlchemy's own ways left out."""
    return _line_of(connection).rounds


def _run(connection: Connection, statements: Sequence[Statement]) -> Sequence[Rows]:
    if connection.dispatch.before_cursor_execute:
        _tell_listeners(connection, statements)
    try:
        if connection.dialect.name == "postgresql":
            return _line_of(connection).send(statements)
        return [_run_on_sqlite(connection, one) for one in statements]
    except connection.dialect.loaded_dbapi.Error as error:
        # What SQLAlchemy does on its own way: wrap the driver's error, drop a connection that was cut.
        connection._handle_dbapi_exception(error, statements[-1].sql, statements[-1].values, None, None)
        raise


def _tell_listeners(connection: Connection, statements: Sequence[Statement]) -> None:
    for listener in connection.dispatch.before_cursor_execute:
        for one in statements:
            listener(connection, None, one.sql, one.values, None, False)


def _run_on_sqlite(connection: Connection, statement: Statement) -> Rows:
    cursor = connection.connection.cursor().execute(statement.sql, statement.values)
    if cursor.description is None:
        return Rows((), ())
    return Rows(cursor.fetchall(), [None] * len(cursor.description))


def _line_of(connection: Connection) -> Line:
    line: Line | None = connection.info.get(_LINE)
    if line is None:
        line = connection.info[_LINE] = Line(connection.connection.driver_connection)  # type: ignore[arg-type]
    return line
