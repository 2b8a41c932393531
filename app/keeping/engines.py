"""A database of any URL, for work on all of it: no time limits, a snapshot, and who else is using it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import Engine, NullPool, create_engine, text
from sqlalchemy.engine import Connection, make_url

from app.db import engine_options, normalise_url, prepare_engine

# A table of millions of rows is read in one statement, and a slow disk is no reason to stop half-way.
_NO_LIMITS = " -c statement_timeout=0 -c lock_timeout=0 -c idle_in_transaction_session_timeout=0"


@contextmanager
def opened(url: str) -> Iterator[Engine]:
    """Give an engine of this URL, and close all of its connections at the end."""
    arguments = engine_options(normalise_url(url), 1)["connect_args"]
    if "options" in arguments:
        arguments["options"] += _NO_LIMITS
    engine = create_engine(normalise_url(url), poolclass=NullPool, connect_args=arguments)
    prepare_engine(engine)
    try:
        yield engine
    finally:
        engine.dispose()


@contextmanager
def snapshot(engine: Engine) -> Iterator[Connection]:
    """Give a connection that sees the database as it is now, whatever others write meanwhile."""
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        with connection.begin():
            yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Give a connection whose work is kept at the end, or none of it."""
    with engine.connect().execution_options(waymark_write=True) as connection, connection.begin():
        yield connection


def find_file(url: str) -> Path | None:
    """Return the file of a SQLite URL; None for PostgreSQL."""
    parsed = make_url(normalise_url(url))
    return Path(parsed.database or "") if parsed.get_backend_name() == "sqlite" else None


def describe(url: str) -> str:
    """Write a URL for people: without its password."""
    return make_url(normalise_url(url)).render_as_string(hide_password=True)


def is_in_use(url: str) -> bool:
    """True when a server, a worker or a command has this database open.

    The databases know it for sure: a lease or a process id would lie after a kill or from another machine.
    """
    path = find_file(url)
    if path is None:
        return _has_sessions(url)
    return path.exists() and _is_locked(path)


def _has_sessions(url: str) -> bool:
    query = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        " AND application_name = 'waymark' AND pid <> pg_backend_pid()"
    )
    with opened(url) as engine, engine.connect() as connection:
        return bool(connection.execute(query).scalar_one())


def _is_locked(path: Path) -> bool:
    # In exclusive mode SQLite takes the lock that every open connection shares, from its first look on.
    with closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as connection:
        connection.execute("PRAGMA locking_mode=EXCLUSIVE")
        try:
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.DatabaseError as error:
            # Any other trouble says that the file is broken, not that somebody has it.
            return error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
        connection.execute("ROLLBACK")
    return False
