"""Copy a whole database into another one, SQLite or PostgreSQL, so that a copy that was killed goes on.

How far it is stands in the target itself, written in the transaction of the rows it speaks of.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field

from sqlalchemy import (
    BigInteger,
    Column,
    Engine,
    MetaData,
    Table,
    Text,
    bindparam,
    func,
    inspect,
    select,
    text,
)
from sqlalchemy.engine import Connection

from app.keeping.engines import snapshot, writing
from app.keeping.rows import DoesNotFit, Limits, TableDigest, find_misfit, read_key, without_nul, write_key
from app.keeping.tables import (
    COPY_STATE,
    Counted,
    Row,
    count_rows,
    digest_table,
    find_inner_references,
    find_limits,
    find_revision,
    list_filled,
    read_rows,
    read_tables,
)

_ROWS_AT_ONCE = 1_000
_BYTES_AT_ONCE = 8_000_000
_MOST_TOLD = 20

Watch = Callable[[str, int, int], None]
"""Hears of each batch: the table, its rows done, its rows in all."""

_STATE = Table(
    COPY_STATE,
    MetaData(),
    Column("table_name", Text, primary_key=True),
    Column("last_key", Text, nullable=False),
    Column("rows", BigInteger, nullable=False),
)
# The state's row that names the source.
_ORIGIN = ""


class CannotCopy(Exception):
    """The copy cannot begin, or is not equal; the message says why."""


@dataclass(frozen=True, slots=True)
class Copied:
    """What was copied: each table's rows and digest, equal on both sides.

    `replaced` names the first texts with NULs, which PostgreSQL cannot keep, and `replaced_count` counts all.
    """

    tables: Mapping[str, Counted]
    is_resumed: bool
    replaced: Sequence[str]
    replaced_count: int

    @property
    def rows(self) -> int:
        """How many rows there are in all."""
        return sum(each.rows for each in self.tables.values())


@dataclass(slots=True)
class _Pair:
    """A table of the source and the same one of the target, with what the target can hold."""

    source: Table
    target: Table
    limits: Mapping[str, Limits]
    has_nul: bool
    replaced: list[str] = field(default_factory=list)
    replaced_count: int = 0

    @property
    def name(self) -> str:
        return self.source.name

    def key_of(self, row: Row) -> list[object]:
        return [row[column.name] for column in self.source.primary_key.columns]

    def fit(self, row: Row) -> Row:
        """Return the row as the target holds it; raises DoesNotFit."""
        if self.has_nul:
            return row
        for name, limits in self.limits.items():
            if why := find_misfit(row[name], limits):
                raise DoesNotFit(f"{self._place(row, name)} does not fit into PostgreSQL: {why}")
        return {name: without_nul(value) for name, value in row.items()}

    def fit_and_tell(self, row: Row) -> Row:
        """Return the row as the target holds it, and note what that is not the same in."""
        fitted = self.fit(row)
        for name in [] if self.has_nul else [name for name in row if fitted[name] != row[name]]:
            self.replaced_count += 1
            if len(self.replaced) < _MOST_TOLD:
                self.replaced.append(self._place(row, name))
        return fitted

    def _place(self, row: Row, column: str) -> str:
        key = ", ".join(v.hex() if isinstance(v, bytes) else str(v) for v in self.key_of(row))
        return f"{self.name}.{column} of {key}"


def copy_database(source: Engine, target: Engine, *, origin: str, watch: Watch) -> Copied:
    """Copy everything, compare both, and raise CannotCopy when they are not equal.

    The target is at the same migration and empty, or holds the beginning of a copy of the same `origin`.
    """
    with snapshot(source) as connection:
        pairs = _pair_tables(connection, target)
        is_resumed = _begin(target, [pair.target for pair in pairs], origin)
        for pair in pairs:
            _copy_table(connection, target, pair, watch)
        tables = {pair.name: _compare(connection, target, pair) for pair in pairs}
    with writing(target) as connection:
        _STATE.drop(connection)
    return Copied(
        tables=tables,
        is_resumed=is_resumed,
        replaced=[each for pair in pairs for each in pair.replaced][:_MOST_TOLD],
        replaced_count=sum(pair.replaced_count for pair in pairs),
    )


def _pair_tables(source: Connection, target: Engine) -> list[_Pair]:
    """Return every table with its like in the target; raises CannotCopy when they differ."""
    with target.connect() as connection:
        revision, other = find_revision(source), find_revision(connection)
        if revision is None or revision != other:
            raise CannotCopy(f"the source is at migration {revision}, the target at {other}: upgrade both")
        like = {table.name: table for table in read_tables(connection)}
    is_sqlite = target.dialect.name == "sqlite"
    pairs = []
    for table in read_tables(source):
        if table.name not in like or set(table.c.keys()) != set(like[table.name].c.keys()):
            raise CannotCopy(f"the table {table.name} is not the same in both databases")
        limits = {} if is_sqlite else find_limits(like[table.name])
        pairs.append(_Pair(table, like[table.name], limits, has_nul=is_sqlite))
    return pairs


def _begin(target: Engine, tables: Sequence[Table], origin: str) -> bool:
    """Make the target's note of the copy; True when there is one already, and this copy goes on."""
    with writing(target) as connection:
        if inspect(connection).has_table(COPY_STATE):
            query = select(_STATE.c.last_key).where(_STATE.c.table_name == _ORIGIN)
            known = connection.execute(query).scalar_one()
            if known != origin:
                raise CannotCopy(f"the target holds the beginning of a copy of {known}")
            return True
        if filled := list_filled(connection, tables):
            raise CannotCopy(
                f"the target has data already, in {', '.join(sorted(filled))}: give an empty one"
            )
        _STATE.create(connection)
        connection.execute(_STATE.insert().values(table_name=_ORIGIN, last_key=origin, rows=0))
    return False


def _copy_table(source: Connection, target: Engine, pair: _Pair, watch: Watch) -> None:
    done, after = _find_state(target, pair.name)
    total = count_rows(source, pair.source)
    inner = find_inner_references(pair.target)
    with closing(read_rows(source, pair.source, after=after)) as found:
        for batch in _batches(found):
            done += len(batch)
            rows = [{**pair.fit(row), **dict.fromkeys(inner)} for row in batch]
            with writing(target) as connection:
                connection.execute(pair.target.insert(), rows)
                _write_state(connection, pair.name, pair.key_of(batch[-1]), done)
            watch(pair.name, done, total)
    with writing(target) as connection:
        for column in inner:
            _set_inner_reference(source, connection, pair, column)
        advance_numbers(connection, pair.target)


def _find_state(target: Engine, name: str) -> tuple[int, list[object] | None]:
    with target.connect() as connection:
        row = connection.execute(select(_STATE).where(_STATE.c.table_name == name)).one_or_none()
    return (0, None) if row is None else (row.rows, read_key(row.last_key))


def _write_state(connection: Connection, name: str, key: Sequence[object], rows: int) -> None:
    values = {"last_key": write_key(key), "rows": rows}
    known = connection.execute(_STATE.update().where(_STATE.c.table_name == name).values(values))
    if not known.rowcount:
        connection.execute(_STATE.insert().values(table_name=name, **values))


def _batches(rows: Iterator[Row]) -> Iterator[list[Row]]:
    """Group rows, few at once where they are large."""
    batch: list[Row] = []
    size = 0
    for row in rows:
        batch.append(row)
        size += sum(len(value) for value in row.values() if isinstance(value, str | bytes))
        if len(batch) == _ROWS_AT_ONCE or size > _BYTES_AT_ONCE:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _set_inner_reference(source: Connection, target: Connection, pair: _Pair, column: str) -> None:
    """Say which row of the same table each row refers to, now that all are there."""
    key = list(pair.source.primary_key.columns)
    query = select(*key, pair.source.c[column]).where(pair.source.c[column].is_not(None))
    same = [pair.target.c[part.name] == bindparam(f"key_{part.name}") for part in key]
    change = pair.target.update().where(*same).values({column: bindparam("refers_to")})
    rows = [
        {**{f"key_{part.name}": row[part.name] for part in key}, "refers_to": row[column]}
        for row in source.execute(query).mappings()
    ]
    if rows:
        target.execute(change, rows)


def advance_numbers(connection: Connection, table: Table) -> None:
    """Let PostgreSQL number the next rows after those that were copied; SQLite does so by itself."""
    column = table.autoincrement_column
    if connection.dialect.name != "postgresql" or column is None:
        return
    last = connection.execute(select(func.max(column))).scalar_one()
    if last is not None:
        sequence = text("SELECT setval(pg_get_serial_sequence(:table, :column), :last)")
        connection.execute(sequence, {"table": table.name, "column": column.name, "last": last})


def _compare(source: Connection, target: Engine, pair: _Pair) -> Counted:
    digest = TableDigest()
    for row in read_rows(source, pair.source):
        digest.add(pair.fit_and_tell(row))
    with target.connect() as connection:
        found = digest_table(connection, pair.target)
    if found != Counted(digest.rows, digest.hash):
        raise CannotCopy(
            f"the copy is not equal: {pair.name} has {digest.rows} rows here and {found.rows} there,"
            " or one of them differs. Was something writing? Copy again into an empty database"
        )
    return found
