"""The tables of a database as they are in it, whatever version of the code made them.

They are read from the database and not from the models: an instant is then the number that is stored, and
a table that is new next year is copied without a word here.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import MetaData, Table, exists, func, select, tuple_, type_coerce
from sqlalchemy.engine import Connection
from sqlalchemy.types import Integer, SmallInteger, String, Text

from app.keeping.rows import Limits, TableDigest

REVISIONS = "alembic_version"
# Where a copy notes in its target how far it is.
COPY_STATE = "waymark_copy"
_ROWS_AT_ONCE = 200

Row = dict[str, object]


@dataclass(frozen=True, slots=True)
class Counted:
    """How many rows a table has, and their digest."""

    rows: int
    hash: str


def read_tables(connection: Connection) -> list[Table]:
    """Return all tables with data, those that others refer to first."""
    metadata = MetaData()
    metadata.reflect(connection)
    return [table for table in metadata.sorted_tables if table.name not in (REVISIONS, COPY_STATE)]


def find_revision(connection: Connection) -> str | None:
    """Return the migration that the database is at; None for one without tables."""
    metadata = MetaData()
    metadata.reflect(connection, only=lambda name, _: name == REVISIONS)
    if REVISIONS not in metadata.tables:
        return None
    return connection.execute(select(metadata.tables[REVISIONS].c.version_num)).scalar_one_or_none()


def list_filled(connection: Connection, tables: Iterable[Table]) -> list[str]:
    """Return the names of tables that have a row."""
    return [
        table.name
        for table in tables
        if connection.execute(select(exists(select(1).select_from(table)))).scalar_one()
    ]


def count_rows(connection: Connection, table: Table) -> int:
    """Return how many rows a table has."""
    return connection.execute(select(func.count()).select_from(table)).scalar_one()


def read_rows(
    connection: Connection, table: Table, *, after: Sequence[object] | None = None
) -> Generator[Row, None, None]:
    """Yield the rows in order of their key, in flat memory, after the one of key `after`."""
    key = list(table.primary_key.columns)
    query = select(table).order_by(*key)
    if after is not None:
        bound = [type_coerce(value, column.type) for column, value in zip(key, after, strict=True)]
        query = query.where(tuple_(*key) > tuple_(*bound))
    with connection.execute(query, execution_options={"yield_per": _ROWS_AT_ONCE}) as result:
        for row in result.mappings():
            yield dict(row)


def digest_table(connection: Connection, table: Table) -> Counted:
    """Count and digest a table's rows."""
    digest = TableDigest()
    for row in read_rows(connection, table):
        digest.add(row)
    return Counted(digest.rows, digest.hash)


def find_limits(table: Table) -> dict[str, Limits]:
    """Return what PostgreSQL's columns hold; SQLite's hold anything."""
    limits = {}
    for column in table.columns:
        if isinstance(column.type, String) and not isinstance(column.type, Text):
            limits[column.name] = Limits(characters=column.type.length)
        elif isinstance(column.type, SmallInteger):
            limits[column.name] = Limits(number_bits=16)
        elif type(column.type) is Integer or column.type.__visit_name__ == "INTEGER":
            limits[column.name] = Limits(number_bits=32)
    return limits


def find_inner_references(table: Table) -> list[str]:
    """Return the columns that refer to another row of the same table, to be set when all are there."""
    return [
        key.parent.name
        for key in sorted(table.foreign_keys, key=lambda key: key.parent.name)
        if key.column.table is table and key.parent.nullable
    ]
