"""The one place that commits: durability settings, waiting, retrying, and giving up in words."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.orm import Session

from app import db as database
from app.access.organisation import get_setting, put_setting
from app.db import DatabaseUnavailable, db, reading, transact, transaction


@pytest.fixture(autouse=True)
def context(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def value(name: str) -> str | None:
    with reading() as session:
        return get_setting(session, name)


def test_the_settings_that_durability_rests_on(database_kind: str) -> None:
    with reading() as session:
        if database_kind == "sqlite":
            found = {
                name: session.execute(text(f"PRAGMA {name}")).scalar_one()
                for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete", "busy_timeout")
            }
            assert found == {
                "journal_mode": "wal",
                "synchronous": 2,
                "foreign_keys": 1,
                "secure_delete": 1,
                "busy_timeout": 8000,
            }
        else:
            assert session.execute(text("SHOW synchronous_commit")).scalar_one() == "on"
            assert session.execute(text("SHOW statement_timeout")).scalar_one() == "10s"


def test_work_is_kept_and_its_result_returned() -> None:
    def work(session: Session) -> int:
        put_setting(session, "a", "1")
        return 7

    assert transact(work) == 7
    assert value("a") == "1"


def test_an_error_undoes_everything() -> None:
    def work(session: Session) -> None:
        put_setting(session, "a", "1")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        transact(work)
    assert value("a") is None


def test_a_transaction_inside_a_transaction_is_our_mistake() -> None:
    with transaction(), pytest.raises(RuntimeError, match="inside"), transaction():
        pass


def test_reading_keeps_nothing() -> None:
    with reading() as session:
        put_setting(session, "a", "1")
    assert value("a") is None


def test_wrong_sql_is_not_mistaken_for_trouble() -> None:
    calls = []

    def work(session: Session) -> None:
        calls.append(1)
        session.execute(text("SELECT * FROM no_such_table"))

    with pytest.raises((OperationalError, ProgrammingError)):
        transact(work)
    assert len(calls) == 1


def test_a_locked_row_or_database_is_waited_for(database_kind: str) -> None:
    transact(lambda session: put_setting(session, "a", "0"))
    release = hold_lock(database_kind)
    started = time.monotonic()
    threading.Timer(0.6, release).start()
    transact(lambda session: put_setting(session, "a", "1"))
    assert time.monotonic() - started > 0.5
    assert value("a") == "1"


def test_a_lock_held_too_long_is_given_up_on(database_kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    transact(lambda session: put_setting(session, "a", "0"))
    monkeypatch.setattr(database, "PATIENCE_SECONDS", 0.3)
    release = hold_lock(database_kind)

    def work(session: Session) -> None:
        if database_kind == "sqlite":
            raise AssertionError("the lock was had")
        session.execute(text("SET LOCAL lock_timeout = '100ms'"))
        put_setting(session, "a", "1")

    try:
        if database_kind == "sqlite":
            # The driver's own patience was fixed when the connection was made.
            with db.engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA busy_timeout=100")
        with pytest.raises(DatabaseUnavailable):
            transact(work)
    finally:
        release()
    assert value("a") == "0"


def hold_lock(database_kind: str):  # type: ignore[no-untyped-def]
    """Lock what `put_setting` writes from another connection; returns what lets go of it."""
    if database_kind == "sqlite":
        other = sqlite3.connect(str(db.engine.url.database), isolation_level=None, check_same_thread=False)
        other.execute("BEGIN IMMEDIATE")

        def release() -> None:
            other.execute("ROLLBACK")
            other.close()

        return release
    holder = db.engine.connect()
    holder.execute(text("UPDATE setting SET value = value WHERE name = 'a'"))

    def release_row() -> None:
        holder.rollback()
        holder.close()

    return release_row


def test_a_connection_that_was_cut_is_made_again(database_kind: str) -> None:
    transact(lambda session: put_setting(session, "a", "1"))
    if database_kind == "postgresql":
        cut_all_connections()
    assert value("a") == "1"
    if database_kind == "postgresql":
        cut_all_connections()
    transact(lambda session: put_setting(session, "a", "2"))
    assert value("a") == "2"


def cut_all_connections() -> None:
    with db.engine.connect() as connection:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE application_name = 'waymark' AND pid <> pg_backend_pid()"
            )
        )
        connection.rollback()


def test_deadlocked_work_is_done_again(database_kind: str) -> None:
    transact(lambda session: [put_setting(session, name, "0") for name in "ab"])
    barrier = threading.Barrier(2)
    app = database_app()

    def cross(first: str, second: str) -> None:
        waited = False

        def work(session: Session) -> None:
            nonlocal waited
            put_setting(session, first, first)
            if not waited and database_kind == "postgresql":
                waited = True
                barrier.wait(5)
            put_setting(session, second, first)

        with app.app_context():
            transact(work)

    threads = [threading.Thread(target=cross, args=names) for names in (("a", "b"), ("b", "a"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert value("a") == value("b")


def database_app() -> Flask:
    from flask import current_app

    app = current_app._get_current_object()  # type: ignore[attr-defined]
    assert isinstance(app, Flask)
    return app
