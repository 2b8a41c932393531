"""The one place that commits: durability settings, waiting, retrying, and giving up in words."""

from __future__ import annotations

import shutil
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.orm import Session

from app import db as database
from app.access.organisation import get_setting, put_setting
from app.db import DatabaseUnavailable, db, find_trouble, reading, transact, transaction
from app.settings import Settings


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


def test_a_line_cut_inside_a_savepoint_is_trouble(database_kind: str) -> None:
    if database_kind == "sqlite":
        return
    calls = []

    def work(session: Session) -> None:
        calls.append(1)
        put_setting(session, "a", "1")
        with session.begin_nested():
            if len(calls) == 1:
                own = session.execute(text("SELECT pg_backend_pid()")).scalar_one()
                with db.engine.connect() as other:
                    other.execute(text("SELECT pg_terminate_backend(:own)"), {"own": own})
                raise ZeroDivisionError
            put_setting(session, "b", "1")

    transact(work)
    assert (value("a"), value("b"), len(calls)) == ("1", "1", 2)


def test_a_full_disk_inside_a_savepoint_is_trouble(database_kind: str) -> None:
    if database_kind == "postgresql":
        return
    with db.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        # The pool hands this very connection to the work.
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages + 20}")

    def work(session: Session) -> None:
        put_setting(session, "a", "1")
        with pytest.raises(OperationalError) as caught, session.begin_nested():
            put_setting(session, "b", "1" * 4_000_000)
        troubles.append(find_trouble(caught.value))
        raise caught.value

    troubles: list[Exception | None] = []
    with pytest.raises(DatabaseUnavailable, match="full"):
        transact(work)
    assert troubles[0] is not None
    assert value("a") is None


def test_a_log_that_fills_the_disk_is_folded_into_the_file(database_kind: str, tmp_path: Path) -> None:
    if database_kind == "postgresql":
        return
    transact(lambda session: put_setting(session, "a", "1"))

    def work(session: Session) -> None:
        error = sqlite3.OperationalError("database or disk is full")
        error.sqlite_errorcode = sqlite3.SQLITE_FULL
        raise OperationalError("COMMIT", None, error)

    with pytest.raises(DatabaseUnavailable):
        transact(work)
    # The file alone, without its log.
    shutil.copyfile(str(db.engine.url.database), tmp_path / "alone.db")
    with closing(sqlite3.connect(tmp_path / "alone.db")) as alone:
        assert alone.execute("SELECT value FROM setting WHERE name = 'a'").fetchall() == [("1",)]


def test_a_mistake_inside_a_savepoint_is_no_trouble() -> None:
    wrong = (OperationalError, ProgrammingError)
    with transaction() as session, pytest.raises(wrong) as caught, session.begin_nested():
        session.execute(text("SELECT * FROM no_such_table"))
    assert find_trouble(caught.value) is None


def test_the_wait_in_our_own_queue_counts_as_patience(
    database_kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if database_kind == "postgresql":
        return
    monkeypatch.setattr(database, "PATIENCE_SECONDS", 1.0)
    app, held = database_app(), threading.Event()

    def hold_our_queue() -> None:
        with app.app_context(), transaction():
            held.set()
            time.sleep(0.7)

    holder = threading.Thread(target=hold_our_queue)
    holder.start()
    assert held.wait(5)
    # The queue is ours at 0.7 s; by then another program has the database's own lock.
    lock_file, releases = database._lock_file, []

    def lose_to_another_program(descriptor: int, deadline: float) -> None:
        lock_file(descriptor, deadline)
        releases.append(hold_lock(database_kind))

    monkeypatch.setattr(database, "_lock_file", lose_to_another_program)
    started = time.monotonic()
    with pytest.raises(DatabaseUnavailable):
        transact(lambda session: put_setting(session, "a", "1"))
    waited = time.monotonic() - started
    holder.join()
    releases[0]()
    assert waited < 1.6


def test_nobody_else_can_read_a_new_database_file(tmp_path: Path, make_app: Callable[..., Flask]) -> None:
    settings = Settings(
        data_dir=tmp_path, database_url=f"sqlite:///{tmp_path / 'new.db'}", secret_key="x" * 40
    )
    with make_app(settings).app_context(), reading() as session:
        session.execute(text("SELECT 1"))
    assert (tmp_path / "new.db").stat().st_mode & 0o777 == 0o600


def test_a_server_that_does_not_wait_for_its_disk_waits_for_us(database_kind: str) -> None:
    if database_kind == "sqlite":
        return
    with db.engine.connect() as connection:
        name = connection.execute(text("SELECT current_database()")).scalar_one()
        connection.execute(text(f'ALTER DATABASE "{name}" SET synchronous_commit = off'))
        connection.commit()
    try:
        db.engine.dispose()
        with reading() as session:
            assert session.execute(text("SHOW synchronous_commit")).scalar_one() == "on"
    finally:
        with db.engine.connect() as connection:
            connection.execute(text(f'ALTER DATABASE "{name}" RESET synchronous_commit'))
            connection.commit()


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
