"""The rows that one message writes, found by comparing the whole database before and after it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import create_engine, select

from app.db import Base, normalise_url

# Of each table its rows by primary key, every value as the driver gives it.
Snapshot = Mapping[str, Mapping[tuple[Any, ...], tuple[Any, ...]]]


@dataclass(frozen=True, slots=True)
class Written:
    """What a message did to one table: whole new rows, and of each changed one the values that changed."""

    table: str
    columns: tuple[str, ...]
    keys: tuple[str, ...]
    inserted: tuple[tuple[Any, ...], ...]
    updated: tuple[Mapping[str, Any], ...]


def take_snapshot(database_url: str) -> Snapshot:
    """Read everything; do it while the database is small."""
    engine = create_engine(normalise_url(database_url))
    with engine.connect() as connection:
        rows = {}
        for table in Base.metadata.sorted_tables:
            names = [column.name for column in table.primary_key]
            found = connection.exec_driver_sql(str(select(table).compile(dialect=engine.dialect)))
            rows[table.name] = {tuple(getattr(row, name) for name in names): tuple(row) for row in found}
    engine.dispose()
    return rows


def compare(before: Snapshot, after: Snapshot) -> list[Written]:
    """Return what was written between two snapshots, in the order that foreign keys ask for."""
    found = []
    for table in Base.metadata.sorted_tables:
        old, new = before[table.name], after[table.name]
        columns = tuple(column.name for column in table.c)
        inserted = tuple(row for key, row in new.items() if key not in old)
        updated = tuple(
            {name: now for name, was, now in zip(columns, old[key], row, strict=True) if was != now}
            for key, row in new.items()
            if key in old and old[key] != row
        )
        if inserted or updated:
            keys = tuple(column.name for column in table.primary_key)
            found.append(Written(table.name, columns, keys, inserted, updated))
    return found
