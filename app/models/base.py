"""Column types and identifiers shared by all tables."""

from __future__ import annotations

import hashlib
import secrets
import threading
from datetime import datetime, timedelta

from sqlalchemy import BigInteger, Dialect, Integer, Table
from sqlalchemy.types import TypeDecorator

from app import clock
from app.db import Base

__all__ = ["Base", "Instant", "Sequence", "Span", "fit_key", "new_id", "next_statement_key", "table_of"]

_ALPHABET = "0123456789abcdefghijklmnopqrstuv"
_MICROSECOND = timedelta(microseconds=1)

# SQLite gives row numbers only to a column declared INTEGER.
Sequence = BigInteger().with_variant(Integer, "sqlite")


class Instant(TypeDecorator[datetime]):
    """An aware UTC datetime, kept as microseconds since 1970 so that both databases compare alike."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        return None if value is None else clock.to_microseconds(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        return None if value is None else clock.from_microseconds(value)


class Span(TypeDecorator[timedelta]):
    """A timedelta, kept as microseconds."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: timedelta | None, dialect: Dialect) -> int | None:
        return None if value is None else value // _MICROSECOND

    def process_result_value(self, value: int | None, dialect: Dialect) -> timedelta | None:
        return None if value is None else timedelta(microseconds=value)


def table_of(model: type[Base]) -> Table:
    """Return a model's plain table, for statements that are made once and run often."""
    table = model.__table__
    assert isinstance(table, Table)
    return table


def new_id() -> str:
    """Make a row id: 9 characters of milliseconds, 2 of microseconds, 7 random; sorts by time of making."""
    milliseconds, microseconds = divmod(clock.to_microseconds(clock.now()), 1000)
    return _encode(milliseconds, 9) + _encode(microseconds, 2) + _encode(secrets.randbits(35), 7)


def _encode(number: int, length: int) -> str:
    characters = []
    for _ in range(length):
        characters.append(_ALPHABET[number & 31])
        number >>= 5
    return "".join(reversed(characters))


def fit_key(text: str, max_bytes: int) -> str:
    """Fit text into a unique index (PostgreSQL's holds 2,700 bytes a row): long ones end in their digest."""
    raw = text.encode("utf-8", "replace")
    if len(raw) <= max_bytes:
        return raw.decode("utf-8")
    return raw[: max_bytes - 65].decode("utf-8", "ignore") + "~" + hashlib.sha256(raw).hexdigest()


_key_lock = threading.Lock()
_last_key = 0
_process_number = secrets.randbits(10)


def next_statement_key(microseconds: int | None = None) -> int:
    """Return the next statement key of this process: microseconds since 1970 and a 10-bit process number.

    `microseconds` for a clock that all processes share; else our own is read. Keys of one process only
    grow, also when the clock steps back, so order, paging and since/until are ranges of the key.
    """
    global _last_key
    if microseconds is None:
        microseconds = clock.to_microseconds(clock.now())
    with _key_lock:
        key = (microseconds << 10) | _process_number
        _last_key = key if key > _last_key else _last_key + 1024
        return _last_key
