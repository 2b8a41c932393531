"""Statements of the hot path: made with SQLAlchemy, compiled once, run straight on the database's driver.

SQLAlchemy's own execution costs several times what the database needs for a look-up by key. Types, bound
values and errors stay SQLAlchemy's; what is left out are cache keys, contexts, cursors' proxies and events.
"""

from __future__ import annotations

import re
from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, cast

from psycopg import RawCursor
from sqlalchemy import Dialect, Table, event
from sqlalchemy.engine import Connection
from sqlalchemy.orm import ORMExecuteState, Session
from sqlalchemy.sql.expression import Delete, Insert, Select, Update
from sqlalchemy.sql.visitors import iterate

Statement = Select[*tuple[Any, ...]] | Insert | Update | Delete
Values = Mapping[str, Any]
_NOTHING: Values = {}
_ONE_ROW = re.compile(r" VALUES (\([^()]*\))")
# Far below both databases' limits of values in one statement (SQLite: 32,766).
ROWS_IN_A_ROUND = 50
# Of narrow rows; PostgreSQL's limit is 65,535 values.
MANY_ROWS_IN_A_ROUND = 1_000
# Writes that wait in `Session.info`; a session without the key writes at once.
_WAITING = "waymark_waiting_writes"
_CONNECTION = "waymark_connection"


class QuickWayFailed(Exception):
    """A write that had waited failed, or work without its savepoint: do all of it again step by step."""


class Prepared:
    """One statement; give it once for both databases or, where they spell it differently, for each."""

    def __init__(self, statement: Statement | Mapping[str, Statement]) -> None:
        self._statement = statement
        some = next(iter(statement.values())) if isinstance(statement, Mapping) else statement
        self.tables = frozenset(str(each.name) for each in iterate(some) if isinstance(each, Table))
        self._compiled: dict[str, _Compiled] = {}

    def first(self, session: Session, values: Values = _NOTHING) -> Any | None:
        """Run it and return its first row, a named tuple, or None."""
        connection = _flushed(session, self.tables)
        compiled = self._for(connection.dialect, values)
        cursor = _execute(connection, compiled.sql, compiled.bind(values))
        row = cursor.fetchone()
        return None if row is None else compiled.read(cursor, row)

    def all(self, session: Session, values: Values = _NOTHING) -> list[Any]:
        """Run it and return its rows, named tuples."""
        connection = _flushed(session, self.tables)
        compiled = self._for(connection.dialect, values)
        cursor = _execute(connection, compiled.sql, compiled.bind(values))
        return [compiled.read(cursor, row) for row in cursor.fetchall()]

    def all_of(self, session: Session, rows: Sequence[Values]) -> list[Any]:
        """Insert many rows, some in each round, and return what RETURNING gives, in no certain order."""
        connection = _flushed(session)
        compiled, found = self._for(connection.dialect, rows[0]), []
        for start in range(0, len(rows), ROWS_IN_A_ROUND):
            some = rows[start : start + ROWS_IN_A_ROUND]
            parameters = [value for row in some for value in compiled.bind(row)]
            cursor = _execute(connection, compiled.sql_of_rows(len(some)), parameters)
            found += [compiled.read(cursor, row) for row in cursor.fetchall()]
        return found

    def run_all(self, session: Session, rows: Sequence[Values]) -> None:
        """Insert any number of rows, as many in each round as the database likes best."""
        if not rows:
            return
        connection = _flushed(session)
        compiled = self._for(connection.dialect, rows[0])
        if connection.dialect.name == "sqlite":
            _execute_many(connection, compiled.sql, [compiled.bind(row) for row in rows])
            return
        for start in range(0, len(rows), MANY_ROWS_IN_A_ROUND):
            some = rows[start : start + MANY_ROWS_IN_A_ROUND]
            parameters = [value for row in some for value in compiled.bind(row)]
            _execute(connection, compiled.sql_of_rows(len(some)), parameters)

    def run(self, session: Session, values: Values) -> None:
        """Run it now."""
        connection = _flushed(session)
        compiled = self._for(connection.dialect, values)
        _execute(connection, compiled.sql, compiled.bind(values))

    def run_later(self, session: Session, values: Values) -> None:
        """Run it before anything else is asked of its table, at the latest before the commit.

        PostgreSQL then hears of all that wait in one statement.
        """
        connection = _flushed(session, self.tables)
        waiting = session.info.get(_WAITING)
        if waiting is None or connection.dialect.name != "postgresql":
            self.run(session, values)
        else:
            waiting.append((self, dict(values)))

    def _for(self, dialect: Dialect, values: Values) -> _Compiled:
        compiled = self._compiled.get(dialect.name)
        if compiled is None:
            statement = self._statement
            if isinstance(statement, Mapping):
                statement = statement[dialect.name]
            compiled = self._compiled[dialect.name] = _Compiled(statement, dialect, tuple(values))
        return compiled


def let_writes_wait(session: Session) -> None:
    """Let `run_later` wait in this session; whoever commits must call `write_waiting` first."""
    session.info[_WAITING] = []


def remember_connection(session: Session) -> None:
    """Spare the session the question which connection is its own: it has one until its end."""
    session.info[_CONNECTION] = session.connection()


def may_fail_quickly(session: Session) -> bool:
    """Tell whether the session's work is repeated when QuickWayFailed is raised."""
    return _WAITING in session.info


def write_waiting(session: Session) -> None:
    """Run what waits; raises QuickWayFailed."""
    waiting = session.info.get(_WAITING)
    if waiting:
        connection = session.connection()
        works = [(each._for(connection.dialect, values), values) for each, values in waiting]
        waiting.clear()
        parts = [f"w{number} AS ({compiled.sql})" for number, (compiled, _) in enumerate(works[:-1])]
        head = f"WITH {', '.join(parts)} " if parts else ""
        parameters = [value for compiled, values in works for value in compiled.bind(values)]
        try:
            _execute(connection, head + works[-1][0].sql, parameters)
        except Exception as error:
            raise QuickWayFailed("a write that waited") from error


class WaitingSession(Session):
    """A session whose own statements see the writes that wait."""


@event.listens_for(WaitingSession, "do_orm_execute")
def _write_before_asking(state: ORMExecuteState) -> None:
    write_waiting(state.session)


@event.listens_for(WaitingSession, "before_flush")
def _write_before_flushing(session: Session, *_: object) -> None:
    write_waiting(session)


class _Compiled:
    """A statement as one database's driver wants it, its values in order of their marks."""

    def __init__(self, statement: Statement, dialect: Dialect, keys: Sequence[str]) -> None:
        style = "qmark" if dialect.name == "sqlite" else "format"
        self._dialect = dialect = type(dialect)(paramstyle=style)  # type: ignore[call-arg]
        compiled: Any = statement.compile(dialect=dialect, column_keys=list(keys))
        defaults = {column.key: _constant(column) for column in compiled.insert_prefetch}
        self.sql = str(compiled)
        self._one_row = _ONE_ROW.search(self.sql)
        self._marks = [_mark(compiled.binds[name], dialect, defaults) for name in compiled.positiontup]
        columns = statement.exported_columns.items()
        self._row: Any = namedtuple("_row", [name for name, _ in columns], rename=True)  # type: ignore[misc]
        self._types = [column.type.dialect_impl(dialect) for _, column in columns]
        self._readers: list[tuple[int, Callable[[Any], Any]]] | None = None

    def sql_of_rows(self, number: int) -> str:
        """Return the INSERT for so many rows at once."""
        assert self._one_row is not None, "an INSERT with VALUES"
        start, end = self._one_row.span(1)
        return self.sql[:start] + ", ".join([self.sql[start:end]] * number) + self.sql[end:]

    def bind(self, values: Values) -> list[Any]:
        """Return the values in order, as the driver takes them."""
        return [
            constant if key is None else values[key] if convert is None else convert(values[key])
            for key, constant, convert in self._marks
        ]

    def read(self, cursor: Any, row: Sequence[Any]) -> Any:
        """Return a driver's row as a named tuple of our own types."""
        if self._readers is None:
            # Only a result tells which of its types a driver has chosen.
            each = enumerate(zip(self._types, cursor.description, strict=True))
            made = [(n, type_.result_processor(self._dialect, about[1])) for n, (type_, about) in each]
            self._readers = [(number, reader) for number, reader in made if reader is not None]
        fields = list(row)
        for number, reader in self._readers:
            fields[number] = reader(fields[number])
        return self._row._make(fields)


def _constant(column: Any) -> Any:
    if column.default.is_scalar:
        return column.default.arg
    raise TypeError(f"give every row a value for {column}: what it would be is made anew each time")


def _mark(
    bind: Any, dialect: Dialect, defaults: Values
) -> tuple[str | None, Any, Callable[[Any], Any] | None]:
    """Return a mark's key among the values, or its constant, and what makes it fit for the driver."""
    convert = bind.type.dialect_impl(dialect).bind_processor(dialect)
    constant = defaults.get(bind.key, bind.value)
    if bind.key not in defaults and (bind.required or constant is None):
        return bind.key, None, convert
    return None, constant if convert is None else convert(constant), None


def run_raw(connection: Connection, sql: str) -> None:
    """Run a command that has no values."""
    _execute(connection, sql, ())


def _flushed(session: Session, tables: frozenset[str] | None = None) -> Connection:
    """Return the session's connection, once what waits for one of these tables (None: for any) is written."""
    waiting = session.info.get(_WAITING)
    if waiting and (tables is None or not all(tables.isdisjoint(each.tables) for each, _ in waiting)):
        write_waiting(session)
    known: Connection | None = session.info.get(_CONNECTION)
    # A savepoint begins only when the session is asked for its connection.
    return session.connection() if known is None or session.in_nested_transaction() else known


@lru_cache(maxsize=1024)
def _number_marks(sql: str) -> str:
    """Write the marks as PostgreSQL knows them: the driver does so anew for each run of a long statement."""
    parts = sql.split("%s")
    return (parts[0] + "".join(f"${number}{part}" for number, part in enumerate(parts[1:], 1))).replace(
        "%%", "%"
    )


def _execute(connection: Connection, sql: str, parameters: Sequence[Any]) -> Any:
    if connection.dialect.name == "postgresql":
        cursor: Any = RawCursor(cast(Any, connection.connection.driver_connection))
        sql = _number_marks(sql)
    else:
        cursor = connection.connection.cursor()
    for listener in connection.dispatch.before_cursor_execute:
        listener(connection, cursor, sql, parameters, None, False)
    try:
        cursor.execute(sql, parameters)
    except connection.dialect.loaded_dbapi.Error as error:
        # What SQLAlchemy does on its own way: wrap the driver's error, drop a connection that was cut.
        connection._handle_dbapi_exception(error, sql, parameters, cursor, None)
    return cursor


def _execute_many(connection: Connection, sql: str, rows: Sequence[Sequence[Any]]) -> None:
    cursor = connection.connection.cursor()
    try:
        cursor.executemany(sql, rows)
    except connection.dialect.loaded_dbapi.Error as error:
        connection._handle_dbapi_exception(error, sql, rows, cursor, None)
