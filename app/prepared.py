"""Statements of the hot path: made with SQLAlchemy, compiled once, run straight on the database's driver.

SQLAlchemy's own execution costs several times what the database needs for a look-up by key. Types, bound
values and errors stay SQLAlchemy's; what is left out are cache keys, contexts, cursors' proxies and events.
"""

from __future__ import annotations

import re
from collections import namedtuple
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Dialect
from sqlalchemy.orm import Session
from sqlalchemy.sql.expression import Delete, Insert, Select, Update

from app.postgres_line import Rows, Statement
from app.rounds import connection_of, run_many, send_waiting, submit

Expression = Select[*tuple[Any, ...]] | Insert | Update | Delete
Values = Mapping[str, Any]
_NOTHING: Values = {}
_ONE_ROW = re.compile(r" VALUES (\([^()]*\))")
# Far below the limits of values in one statement: 32,766 on SQLite, 65,535 on PostgreSQL.
ROWS_IN_A_ROUND = 50
MANY_ROWS_IN_A_ROUND = 1_000
# Each number of rows is a statement of its own to the server: only the usual ones are kept ready there.
_MOST_ROWS_KEPT = 20


class Prepared:
    """One statement; give it once for both databases or, where they spell it differently, for each."""

    def __init__(self, expression: Expression | Mapping[str, Expression]) -> None:
        self._expression = expression
        self._compiled: dict[str, _Compiled] = {}

    def first(self, session: Session, values: Values = _NOTHING) -> Any | None:
        """Run it and return its first row, a named tuple, or None."""
        return self.ask(session, values).first()

    def all(self, session: Session, values: Values = _NOTHING) -> list[Any]:
        """Run it and return its rows, named tuples."""
        return self.ask(session, values).all()

    def ask(self, session: Session, values: Values = _NOTHING) -> Asked:
        """Run it in one round with whatever else is asked for before the first look at an answer."""
        connection = connection_of(session)
        compiled = self._for(connection.dialect, values)
        asked = Asked(session, compiled)
        submit(session, connection, Statement(compiled.sql, compiled.bind(values)), asked.take)
        return asked

    def ask_of(self, session: Session, rows: Sequence[Values]) -> Asked:
        """Insert many rows and ask for what RETURNING gives, in no certain order."""
        connection = connection_of(session)
        compiled = self._for(connection.dialect, rows[0])
        asked = Asked(session, compiled)
        for statement in compiled.of_rows(rows):
            submit(session, connection, statement, asked.take)
        return asked

    def run(self, session: Session, values: Values) -> None:
        """Run it, at the latest before the commit."""
        connection = connection_of(session)
        compiled = self._for(connection.dialect, values)
        submit(session, connection, Statement(compiled.sql, compiled.bind(values)))

    def run_all(self, session: Session, rows: Sequence[Values]) -> None:
        """Insert any number of rows, at the latest before the commit."""
        if not rows:
            return
        connection = connection_of(session)
        compiled = self._for(connection.dialect, rows[0])
        if connection.dialect.name == "sqlite":
            run_many(connection, compiled.sql, [compiled.bind(row) for row in rows])
            return
        for statement in compiled.of_rows(rows):
            submit(session, connection, statement)

    def _for(self, dialect: Dialect, values: Values) -> _Compiled:
        compiled = self._compiled.get(dialect.name)
        if compiled is None:
            expression = self._expression
            if isinstance(expression, Mapping):
                expression = expression[dialect.name]
            compiled = self._compiled[dialect.name] = _Compiled(expression, dialect, tuple(values))
        return compiled


class Asked:
    """Rows that are on their way; the first look at them sends what waits."""

    __slots__ = ("_compiled", "_rows", "_session")

    def __init__(self, session: Session, compiled: _Compiled) -> None:
        self._session = session
        self._compiled = compiled
        self._rows: list[Any] | None = None

    def take(self, rows: Rows) -> None:
        """Keep what came."""
        self._rows = (self._rows or []) + self._compiled.read(rows)

    def all(self) -> list[Any]:
        """Return the rows, named tuples."""
        if self._rows is None:
            send_waiting(self._session)
        return self._rows or []

    def first(self) -> Any | None:
        """Return the first row, or None."""
        return next(iter(self.all()), None)


class _Compiled:
    """A statement as one database's driver wants it, its values in order of their marks."""

    def __init__(self, expression: Expression, dialect: Dialect, keys: Sequence[str]) -> None:
        style = "qmark" if dialect.name == "sqlite" else "format"
        self._dialect = dialect = type(dialect)(paramstyle=style)  # type: ignore[call-arg]  # each has it
        compiled: Any = expression.compile(dialect=dialect, column_keys=list(keys))
        defaults = {column.key: _constant(column) for column in compiled.insert_prefetch}
        is_sqlite = dialect.name == "sqlite"
        self._text = str(compiled)
        self._spell: Callable[[str], str] = str if is_sqlite else _number_marks
        self._most_rows = ROWS_IN_A_ROUND if is_sqlite else MANY_ROWS_IN_A_ROUND
        self.sql = self._spell(self._text)
        self._one_row = _ONE_ROW.search(self._text)
        self._marks = [_mark(compiled.binds[name], dialect, defaults) for name in compiled.positiontup]
        columns = expression.exported_columns.items()
        self._row: Any = namedtuple("_row", [name for name, _ in columns], rename=True)  # type: ignore[misc]
        self._types = [column.type.dialect_impl(dialect) for _, column in columns]
        self._readers: list[tuple[int, Callable[[Any], Any]]] | None = None

    def of_rows(self, rows: Sequence[Values]) -> Iterator[Statement]:
        """Yield the INSERTs of these rows, as many at once as the database likes best."""
        assert self._one_row is not None, "an INSERT with VALUES"
        start, end = self._one_row.span(1)
        for first in range(0, len(rows), self._most_rows):
            some = rows[first : first + self._most_rows]
            sql = self._text[:start] + ", ".join([self._text[start:end]] * len(some)) + self._text[end:]
            values = [value for row in some for value in self.bind(row)]
            yield Statement(self._spell(sql), values, is_kept=len(some) <= _MOST_ROWS_KEPT)

    def bind(self, values: Values) -> list[Any]:
        """Return the values in order, as the driver takes them."""
        return [
            constant if key is None else values[key] if convert is None else convert(values[key])
            for key, constant, convert in self._marks
        ]

    def read(self, rows: Rows) -> list[Any]:
        """Return a driver's rows as named tuples of our own types."""
        if self._readers is None:
            # Only a result tells which of its types a driver has chosen.
            each = enumerate(zip(self._types, rows.types, strict=True))
            made = [(n, type_.result_processor(self._dialect, about)) for n, (type_, about) in each]
            self._readers = [(number, reader) for number, reader in made if reader is not None]
        found = []
        for row in rows.rows:
            fields = list(row)
            for number, reader in self._readers:
                fields[number] = reader(fields[number])
            found.append(self._row._make(fields))
        return found


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


@lru_cache(maxsize=1024)
def _number_marks(sql: str) -> str:
    """Write the marks as PostgreSQL knows them."""
    parts = sql.split("%s")
    return (parts[0] + "".join(f"${number}{part}" for number, part in enumerate(parts[1:], 1))).replace(
        "%%", "%"
    )
