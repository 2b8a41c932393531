"""Rows in every table that there is, also in those that are new: made from the columns' types."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Any

from sqlalchemy import JSON, Boolean, Column, Engine, Float, Integer, LargeBinary, String, Table

from app.db import Base
from app.keeping.copying import advance_numbers
from app.models.base import Instant, Span
from tests.databases import ROOT

ROWS = 3
# Where more than the type says what a value may be.
_CLOSED = {"identity.kind": "email"}

# Every table, whatever else a test imports.
for _path in (ROOT / "app" / "models").glob("*.py"):
    import_module(f"app.models.{_path.stem}")


def fill(engine: Engine) -> None:
    """Put three rows into each table; what refers to its own table refers to the next row."""
    with engine.begin() as connection:
        for table in Base.metadata.sorted_tables:
            rows = [{column.name: _value(column, n) for column in table.columns} for n in range(ROWS)]
            inner = [column.name for column in table.columns if _is_inner(column, table)]
            connection.execute(table.insert(), [{**row, **dict.fromkeys(inner)} for row in rows])
            for name in inner:
                for row in rows:
                    (key,) = table.primary_key.columns
                    same = key == row[key.name]
                    connection.execute(table.update().where(same).values({name: row[name]}))
            advance_numbers(connection, table)


def _is_inner(column: Column[Any], table: Table) -> bool:
    return any(key.column.table is table for key in column.foreign_keys)


def _value(column: Column[Any], n: int) -> object:
    for key in column.foreign_keys:
        is_inner = key.column.table is column.table
        return _value(key.column, (n + 1) % ROWS if is_inner else n)
    if (known := _CLOSED.get(str(column))) is not None:
        return known
    match column.type:
        case Instant():
            return datetime(2026, 11, 28, 12, 0, n, 123456, tzinfo=UTC)
        case Span():
            return timedelta(hours=n, microseconds=1)
        case Boolean():
            return n == 1
        case JSON():
            return {"ratio": 0.1 + n, "words": ["ñ", None, True]}
        case LargeBinary():
            return bytes([n, 0, 255]) * 5
        case Float():
            return 0.1 + n
        case Integer():
            return 1 + n
        case String():
            return f"{n}ñ☃ {column.table.name}.{column.name}"[: column.type.length]
    raise TypeError(f"say what a test puts into {column}")
