"""The database: engines, the read session, and `transaction()`, the only place that commits."""

from __future__ import annotations

import fcntl
import math
import os
import random
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar, Token
from typing import Any, TypeVar

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Engine, MetaData, event, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError, TimeoutError as PoolTimeout
from sqlalchemy.orm import DeclarativeBase, Session

from app.rounds import (
    QuickWayFailed,
    WaitingSession,
    let_statements_wait,
    may_fail_quickly,
    remember_connection,
    run_raw,
    send_with_commit,
)

T = TypeVar("T")

# A request waits this long for the database in all, then answers 503: long enough for a checkpoint or a
# restart, short enough that LinkedIn's own timeout (not documented) is unlikely to strike first.
PATIENCE_SECONDS = 8.0
RETRY_AFTER_SECONDS = 5
# SQLite is told of what is left in steps of this, so that it is seldom told at all.
_PATIENCE_STEP_SECONDS = 0.25


class Base(DeclarativeBase):
    """The declarative base of every table; constraint names are fixed so that migrations can drop them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


db = SQLAlchemy(metadata=Base.metadata)


class DatabaseUnavailable(Exception):
    """The database could not keep the data in time; nothing was stored. Answer 503 with Retry-After."""

    retry_after_seconds = RETRY_AFTER_SECONDS


def normalise_url(url: str) -> str:
    """Name the psycopg 3 driver in a PostgreSQL URL as people write it."""
    for prefix in ("postgresql://", "postgres://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    return url


def engine_options(url: str, threads: int) -> dict[str, Any]:
    """Return the engine options for Flask-SQLAlchemy: a connection for each thread, short waits."""
    pool = {"pool_size": threads, "max_overflow": 4, "pool_timeout": 3}
    if make_url(url).get_backend_name() == "sqlite":
        return {**pool, "connect_args": {"timeout": PATIENCE_SECONDS}}
    options = {
        "statement_timeout": "10000",
        "lock_timeout": "5000",
        "idle_in_transaction_session_timeout": "60000",
        "timezone": "UTC",
    }
    return {
        **pool,
        "connect_args": {
            "connect_timeout": 5,
            # Whatever the database itself is kept in: statements are written as UTF-8.
            "client_encoding": "UTF8",
            "application_name": "waymark",
            "options": " ".join(f"-c {name}={value}" for name, value in options.items()),
        },
    }


def prepare_engine(engine: Engine) -> None:
    """Attach the settings that durability rests on to every new connection of this engine."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "do_connect", _make_sqlite_private)
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        event.listen(engine, "connect", _set_up_postgresql)


def _make_sqlite_private(_dialect: object, _record: object, arguments: list[Any], _options: object) -> None:
    # SQLite would make the file readable by everybody; the log and the index beside it follow its mode.
    with suppress(OSError):
        if arguments[0] != ":memory:":
            os.close(os.open(arguments[0], os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))


def _set_up_postgresql(connection: Any, _record: object) -> None:
    # After a ROLLBACK the driver drops what it has prepared by DEALLOCATE ALL, and with it what
    # `postgres_line` keeps ready on the same connection.
    connection.prepare_threshold = None
    # A server tuned for speed must not make us acknowledge what a power cut can still take away.
    connection.execute(
        "SELECT set_config('synchronous_commit', 'on', false)"
        " WHERE current_setting('synchronous_commit') = 'off'"
    )
    connection.commit()


def _set_up_sqlite(connection: sqlite3.Connection, record: Any) -> None:
    # The driver's own BEGIN is deferred: it fails with BUSY_SNAPSHOT at once when a reader turns writer.
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",  # NORMAL may lose acknowledged commits on power loss
        "foreign_keys=ON",
        f"busy_timeout={_full_patience_milliseconds()}",
        "secure_delete=ON",  # an erased learner must not stay readable in free pages
        "wal_autocheckpoint=4000",
        "journal_size_limit=67108864",
        "cache_size=-65536",
        "temp_store=MEMORY",
    ):
        connection.execute(f"PRAGMA {pragma}")
    record.info["waymark_busy_timeout"] = _full_patience_milliseconds()


def _full_patience_milliseconds() -> int:
    return int(PATIENCE_SECONDS * 1000)


def _begin_sqlite(connection: Connection) -> None:
    options = connection.get_execution_options()
    if "waymark_patience" in options:
        # What is left of the patience: the wait for our own queue is over, another program may hold the lock.
        steps = max(1, math.ceil(options["waymark_patience"] / _PATIENCE_STEP_SECONDS))
        milliseconds = int(steps * _PATIENCE_STEP_SECONDS * 1000)
        if connection.info.get("waymark_busy_timeout") != milliseconds:
            run_raw(connection, f"PRAGMA busy_timeout={milliseconds}")
            connection.info["waymark_busy_timeout"] = milliseconds
    run_raw(connection, "BEGIN IMMEDIATE" if options.get("waymark_write", False) else "BEGIN")


_is_inside: ContextVar[bool] = ContextVar("waymark_inside_transaction", default=False)


@contextmanager
def transaction(*, deadline: float | None = None, is_quick: bool = False) -> Iterator[Session]:
    """Open the one write transaction of this piece of work; commits at the end, rolls back on any error.

    `is_quick` lets statements wait for each other and does without savepoints: whoever asks for it must
    repeat the work without when QuickWayFailed is raised. Raises DatabaseUnavailable when the write lock
    cannot be had by `deadline`, of the monotonic clock.
    """
    engine = db.engine
    deadline = new_deadline() if deadline is None else deadline
    token = enter_transaction()
    try:
        with write_lock(engine, deadline), WaitingSession(engine, expire_on_commit=False) as session:
            patience = deadline - time.monotonic()
            session.connection(execution_options={"waymark_write": True, "waymark_patience": patience})
            remember_connection(session)
            if is_quick:
                let_statements_wait(session)
            yield session
            send_with_commit(session)
            session.commit()
    finally:
        _is_inside.reset(token)


def new_deadline() -> float:
    """Return when the patience of a piece of work that begins now will be over, on the monotonic clock."""
    return time.monotonic() + PATIENCE_SECONDS


def enter_transaction() -> Token[bool]:
    """Note in this context that a transaction is open, so that a second one is our mistake."""
    if _is_inside.get():
        raise RuntimeError("transaction() inside transaction(): pass the session down instead")
    return _is_inside.set(True)


def transact(work: Callable[[Session], T], *, deadline: float | None = None) -> T:
    """Run `work` in a transaction and return its result once it is on stable storage.

    Repeats the whole of `work` when the database was busy, deadlocked, restarted or cut off in the middle
    of the commit, so `work` must be safe to repeat. Raises DatabaseUnavailable after PATIENCE_SECONDS, or at
    a `deadline` of the monotonic clock.
    """
    deadline = new_deadline() if deadline is None else deadline
    pause = 0.01
    integrity_tries = 3
    is_quick = True
    while True:
        try:
            with transaction(deadline=deadline, is_quick=is_quick) as session:
                return work(session)
        except (QuickWayFailed, SQLAlchemyError) as error:
            trouble = find_trouble(error.__cause__ if isinstance(error, QuickWayFailed) else error)
            if trouble is None and isinstance(error, QuickWayFailed):
                is_quick = False
                continue
            if trouble is None and isinstance(error, IntegrityError) and integrity_tries:
                # Two writers made the same new row at once: the second look finds it.
                integrity_tries -= 1
            elif trouble is None:
                raise
            elif _is_hopeless(trouble) or time.monotonic() + pause > deadline:
                _fold_log(db.engine)
                raise DatabaseUnavailable(_summary(trouble)) from error
        time.sleep(pause * random.uniform(0.5, 1.0))
        pause = min(pause * 2, 0.5)


@contextmanager
def savepoint(session: Session) -> Iterator[None]:
    """Undo alone what fails inside. Who catches the error must let pass what `find_trouble` finds.

    The first time `transact` does without the savepoint, which is dear and hardly ever needed; when something
    fails it repeats the whole of the work, and then this is a real one.
    """
    if not may_fail_quickly(session):
        with session.begin_nested():
            yield
        return
    try:
        yield
    except Exception as error:  # whatever it is, the work is done again
        if find_trouble(error) is not None:
            raise
        raise QuickWayFailed("work without its savepoint") from error


def _fold_log(engine: Engine) -> None:
    """Fold SQLite's write-ahead log into the file, which SQLite itself does after a commit only.

    A log that has filled the disk would let no commit through, and so keep it full for ever.
    """
    if engine.dialect.name == "sqlite":
        with suppress(SQLAlchemyError, sqlite3.Error), engine.connect() as connection:
            connection.connection.cursor().execute("PRAGMA wal_checkpoint(PASSIVE)")


@contextmanager
def reading() -> Iterator[Session]:
    """Open a session for looking things up; it never commits.

    Raises DatabaseUnavailable when the database cannot be reached or is busy for too long.
    """
    try:
        with _live_session() as session:
            yield session
    except SQLAlchemyError as error:
        if (trouble := find_trouble(error)) is not None:
            raise DatabaseUnavailable(_summary(trouble)) from error
        raise


@contextmanager
def _live_session() -> Iterator[Session]:
    engine = db.engine
    if engine.dialect.name != "sqlite":
        try:
            with engine.connect() as connection:
                connection.execute(text("SELECT 1"))
        except DBAPIError as error:
            # The pool drops all of its connections on the first broken one; the next is made afresh.
            if not error.connection_invalidated:
                raise
    with Session(engine, expire_on_commit=False) as session:
        yield session


def on_conflict_insert(session: Session, table: type[Base]) -> postgresql.Insert | sqlite.Insert:
    """Return an INSERT that knows ON CONFLICT, which both databases spell alike."""
    if session.get_bind().dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)


# SQLSTATE classes and codes that say "not now" rather than "never".
_TROUBLE_STATES = ("08", "53", "57P", "58", "40001", "40P01", "55P03", "57014", "25P03", "25006")
_SQLITE_BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
_SQLITE_SICK = (
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_NOTADB,
    sqlite3.SQLITE_NOMEM,
)


def find_trouble(error: BaseException | None) -> Exception | None:
    """Return the database's trouble behind an error, None when there is none: then the work is to blame.

    QuickWayFailed counts as trouble: `transact` alone may catch it.

    Looks through the errors that led to this one: undoing a savepoint fails too once SQLite, its disk full,
    has ended the whole transaction, or PostgreSQL has cut the line.
    """
    while error is not None:
        if isinstance(error, Exception) and _is_trouble(error):
            return error
        error = error.__cause__ or error.__context__
    return None


def _is_trouble(error: Exception) -> bool:
    if isinstance(error, PoolTimeout | QuickWayFailed):
        return True
    if not isinstance(error, DBAPIError):
        return False
    if isinstance(error.orig, sqlite3.Error):
        return _sqlite_code(error) in _SQLITE_BUSY + _SQLITE_SICK
    state = getattr(error.orig, "sqlstate", None)
    if state is None:
        # psycopg gives no state when the server could not be reached or cut the line.
        return error.connection_invalidated or type(error.orig).__name__ == "OperationalError"
    return str(state).startswith(_TROUBLE_STATES)


def _is_hopeless(error: Exception) -> bool:
    """True when waiting a few seconds will not help: a full or failing disk."""
    if isinstance(error, DBAPIError) and isinstance(error.orig, sqlite3.Error):
        return _sqlite_code(error) in _SQLITE_SICK
    return getattr(getattr(error, "orig", None), "sqlstate", None) == "53100"


def _sqlite_code(error: DBAPIError) -> int:
    return int(getattr(error.orig, "sqlite_errorcode", 0)) & 0xFF


def _summary(error: Exception) -> str:
    """Name the trouble without the statement or its values, which may hold personal data."""
    cause = getattr(error, "orig", None) or error
    first_line = (str(cause).splitlines() or [""])[0]
    return f"{type(cause).__name__}: {first_line[:200]}"


_thread_lock = threading.Lock()


@contextmanager
def write_lock(engine: Engine, deadline: float) -> Iterator[None]:
    """Queue SQLite's writers fairly: SQLite's own busy handler sleeps up to 100 ms between tries.

    One thread of each process waits for the file lock, the others for that thread. PostgreSQL needs none.
    """
    if engine.dialect.name != "sqlite":
        yield
        return
    if not _thread_lock.acquire(timeout=max(0.0, deadline - time.monotonic())):
        raise DatabaseUnavailable("another write of this process takes too long")
    try:
        descriptor = os.open(f"{engine.url.database}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            _lock_file(descriptor, deadline)
            yield
        finally:
            os.close(descriptor)  # closing gives the lock back
    finally:
        _thread_lock.release()


def _lock_file(descriptor: int, deadline: float) -> None:
    pause = 0.0002
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise DatabaseUnavailable("another process keeps the database locked") from None
        time.sleep(pause)
        pause = min(pause * 2, 0.005)
