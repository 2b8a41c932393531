"""What the databases themselves can do: the rows of one message, written by the bare driver, once more and
once more, one durable transaction for each message.

SQLite has one writer at a time, so one connection writes there however many clients are asked for.
"""

from __future__ import annotations

import multiprocessing
import secrets
import sqlite3
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg

from tests.bench.rows import Written

# What must be new in every message; numbers that tables share move by one step for each message.
_STEP = 1 << 24
_RENEWED: dict[str, Callable[[Any, int], Any]] = {
    "statement.key": lambda value, number: value + number * _STEP,
    "statement.statement_id": lambda _value, _number: str(uuid.uuid4()),
    "statement_link.key": lambda value, number: value + number * _STEP,
    "exchange.id": lambda _value, _number: uuid.uuid4().hex[:18],
    "access_token.token_hash": lambda _value, _number: secrets.token_bytes(32),
    "document.name_digest": lambda _value, _number: secrets.token_bytes(16),
}
# Numbered by the database.
_LEFT_OUT = {"observation.id", "document.id"}

_Execute = Callable[[str, Sequence[Any]], Any]


@dataclass(frozen=True, slots=True)
class _Command:
    """One statement and what makes its values for a message's number."""

    sql: str
    values: Callable[[int], Sequence[Any]]


def messages_per_second(
    database_url: str, written: Sequence[Written], *, clients: int, seconds: float
) -> float:
    """Return how many messages a second the database takes when nothing but the driver stands before it."""
    if database_url.startswith("sqlite"):
        return _write(database_url, written, seconds, (0, 1))
    with multiprocessing.get_context("fork").Pool(clients) as pool:
        works = [(database_url, written, seconds, (number, clients)) for number in range(clients)]
        return sum(pool.starmap(_write, works, chunksize=1))


def _write(url: str, written: Sequence[Written], seconds: float, part: tuple[int, int]) -> float:
    """Write messages; `part` is this worker's number and that of all, each has rows of its own to change."""
    is_sqlite = url.startswith("sqlite")
    # Keys far from what the server has stored, and from all other runs.
    first = secrets.randbits(16) + 1 << 20
    with _sqlite(url) if is_sqlite else _postgresql(url) as (execute, transaction):
        commands = [
            command
            for one in written
            for command in (
                *_inserts(one, "?" if is_sqlite else "%s"),
                *_updates(one, "?" if is_sqlite else "%s", execute, part),
            )
        ]
        count, started = 0, time.perf_counter()
        while time.perf_counter() - started < seconds:
            with transaction():
                for command in commands:
                    execute(command.sql, command.values(first + count))
            count += 1
        return count / (time.perf_counter() - started)


@contextmanager
def _sqlite(url: str) -> Iterator[tuple[_Execute, Any]]:
    connection = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None, timeout=30)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "cache_size=-65536"):
        connection.execute(f"PRAGMA {pragma}")

    @contextmanager
    def transaction() -> Iterator[None]:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("COMMIT")

    try:
        yield connection.execute, transaction
    finally:
        connection.close()


@contextmanager
def _postgresql(url: str) -> Iterator[tuple[_Execute, Any]]:
    with psycopg.connect(url, autocommit=True, prepare_threshold=0) as connection:
        yield connection.execute, connection.transaction  # type: ignore[misc]


def _inserts(written: Written, mark: str) -> Iterator[_Command]:
    """Yield one INSERT of all new rows of a table, or one for each thousand."""
    makers = {name: _RENEWED.get(f"{written.table}.{name}") for name in written.columns}
    kept = [n for n, name in enumerate(written.columns) if f"{written.table}.{name}" not in _LEFT_OUT]
    names = ", ".join(f'"{written.columns[n]}"' for n in kept)
    row_marks = "(" + ", ".join([mark] * len(kept)) + ")"
    for start in range(0, len(written.inserted), 1000):
        rows = written.inserted[start : start + 1000]
        each = [(row[n], makers[written.columns[n]]) for row in rows for n in kept]

        def values(number: int, each: list[tuple[Any, Callable[[Any, int], Any] | None]] = each) -> list[Any]:
            return [value if renew is None else renew(value, number) for value, renew in each]

        marks = ", ".join([row_marks] * len(rows))
        yield _Command(f'INSERT INTO "{written.table}" ({names}) VALUES {marks}', values)


def _updates(written: Written, mark: str, execute: _Execute, part: tuple[int, int]) -> Iterator[_Command]:
    """Yield one UPDATE for each changed row, of another row of the table in each message."""
    if not written.updated:
        return
    keys = ", ".join(f'"{name}"' for name in written.keys)
    found = [
        tuple(row) for row in execute(f'SELECT {keys} FROM "{written.table}" ORDER BY {keys}', ()).fetchall()
    ]
    own = found[part[0] :: part[1]] or found
    where = " AND ".join(f'"{name}" = {mark}' for name in written.keys)
    for position, changed in enumerate(written.updated):
        sets = ", ".join(f'"{name}" = {mark}' for name in changed)

        def values(
            number: int, given: tuple[Any, ...] = tuple(changed.values()), position: int = position
        ) -> tuple[Any, ...]:
            return (*given, *own[(number + position) % len(own)])

        yield _Command(f'UPDATE "{written.table}" SET {sets} WHERE {where}', values)
