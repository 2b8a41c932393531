"""Works that share a commit: each with its own fate, and none answered before it is kept."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app import db as database, write_lane
from app.access.organisation import put_setting
from app.db import DatabaseUnavailable, db, reading, transaction
from app.group_commit import transact_together
from app.models.access import Setting

Work = Callable[[Session], Any]
whose: ContextVar[str] = ContextVar("whose", default="nobody's")


@pytest.fixture(params=["sqlite"])
def database_kind(request: pytest.FixtureRequest) -> str:
    """PostgreSQL's commits share the disk by themselves: there each work goes its own way."""
    return str(request.param)


@pytest.fixture(autouse=True)
def context(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


@dataclass
class Sender(threading.Thread):
    """A request: does one work with others, and remembers what came of it."""

    app: Flask
    work: Work
    result: Any = None
    error: BaseException | None = None
    name_of_owner: str = ""
    calls: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def __hash__(self) -> int:
        return id(self)

    def run(self) -> None:
        whose.set(self.name_of_owner)
        with self.app.app_context():
            try:
                self.result = transact_together(self.work)
            except BaseException as error:  # noqa: BLE001 - whatever it is, the test looks at it
                self.error = error


def settings() -> dict[str, str]:
    with reading() as session:
        return {row.name: row.value for row in session.execute(select(Setting.name, Setting.value))}


def put(name: str) -> Work:
    return lambda session: put_setting(session, name, "1") or name


def fail_after_writing(error: BaseException) -> Work:
    def work(session: Session) -> None:
        put_setting(session, "failed", "1")
        raise error

    return work


def do_together(app: Flask, works: list[Work], *, leader: Work | None = None) -> list[Sender]:
    """Let all works meet in one group: its leader's own work ends once the others wait."""
    waiting = threading.Event()

    def lead(session: Session) -> Any:
        assert waiting.wait(10)
        return (leader or put("leader"))(session)

    senders = [Sender(app, lead)]
    senders[0].start()
    for number, work in enumerate(works, start=1):
        sender = Sender(app, work, name_of_owner=f"number {number}")
        senders.append(sender)
        until_somebody_waits(number - 1)
        sender.start()
        until_somebody_waits(number)
    waiting.set()
    for sender in senders:
        sender.join(20)
        assert not sender.is_alive()
    return senders


def until_somebody_waits(number: int) -> None:
    from app.group_commit import _lane_of

    lane, end = _lane_of(db.engine), time.monotonic() + 10
    while len(lane._waiting) != number or not lane._has_leader:
        assert time.monotonic() < end
        time.sleep(0.001)


@pytest.fixture
def commits(context: None) -> Iterator[list[int]]:
    """Count the commits."""
    seen: list[int] = []

    def count(_connection: object) -> None:
        seen.append(1)

    event.listen(db.engine, "commit", count)
    yield seen
    event.remove(db.engine, "commit", count)


def test_works_that_meet_share_a_commit(app: Flask, commits: list[int]) -> None:
    senders = do_together(app, [put(f"n{n}") for n in range(5)])
    assert [sender.result for sender in senders] == ["leader", "n0", "n1", "n2", "n3", "n4"]
    assert set(settings()) == {"leader", "n0", "n1", "n2", "n3", "n4"}
    assert len(commits) == 1


def test_a_work_alone_is_done_at_once(commits: list[int]) -> None:
    assert transact_together(put("a")) == "a"
    assert settings() == {"a": "1"}
    assert len(commits) == 1


def test_a_work_that_fails_takes_nothing_of_its_neighbours_with_it(app: Flask, commits: list[int]) -> None:
    senders = do_together(app, [put("a"), fail_after_writing(ZeroDivisionError("mine")), put("b")])
    assert [sender.result for sender in senders] == ["leader", "a", None, "b"]
    assert isinstance(senders[2].error, ZeroDivisionError)
    assert set(settings()) == {"leader", "a", "b"}
    assert len(commits) == 1


def test_a_leader_that_fails_takes_nobody_with_it(app: Flask) -> None:
    senders = do_together(app, [put("a")], leader=fail_after_writing(ZeroDivisionError("the leader's")))
    assert isinstance(senders[0].error, ZeroDivisionError)
    assert settings() == {"a": "1"}


def test_a_leader_that_is_torn_away_leaves_the_others_to_do_their_works_again(app: Flask) -> None:
    senders = do_together(app, [put("a"), put("b")], leader=fail_after_writing(SystemExit(1)))
    assert isinstance(senders[0].error, SystemExit)
    assert [sender.result for sender in senders[1:]] == ["a", "b"]
    assert settings() == {"a": "1", "b": "1"}
    assert transact_together(put("later")) == "later"


def test_works_behind_one_that_is_torn_away_are_done(app: Flask) -> None:
    senders = do_together(app, [put("a"), fail_after_writing(SystemExit(1)), put("b")])
    kept = settings()
    assert {"a", "b"} <= set(kept)
    assert "failed" not in kept
    assert [sender.result for sender in (senders[1], senders[3])] == ["a", "b"]


def test_a_clash_is_done_again_alone(app: Flask, commits: list[int]) -> None:
    calls = []

    def clash(session: Session) -> str:
        calls.append(1)
        if len(calls) == 1:
            session.add_all([Setting(name="twice", value="1"), Setting(name="twice", value="2")])
            session.flush()
        put_setting(session, "at last", "1")
        return "done"

    senders = do_together(app, [put("a"), clash, put("b")])
    assert [sender.result for sender in senders] == ["leader", "a", "done", "b"]
    assert set(settings()) == {"leader", "a", "at last", "b"}
    assert len(calls) == 2


def test_rows_that_were_only_added_are_kept(app: Flask) -> None:
    do_together(app, [lambda session: session.add(Setting(name="added", value="1"))])
    assert settings()["added"] == "1"


def test_a_full_disk_refuses_one_and_keeps_the_others(app: Flask) -> None:
    with db.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        # The pool hands this very connection to the group; the lonely works' own have room.
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages + 20}")
    big = lambda session: put_setting(session, "big", "1" * 4_000_000)  # noqa: E731
    senders = do_together(app, [put("a"), big, put("b")])
    assert [sender.result for sender in (senders[0], senders[1], senders[3])] == ["leader", "a", "b"]
    assert {"leader", "a", "b"} <= set(settings())
    if senders[2].error is not None:
        assert isinstance(senders[2].error, DatabaseUnavailable)
        assert "big" not in settings()


def test_a_commit_that_fails_answers_nobody_and_all_are_done_again(app: Flask) -> None:
    failures = [1]

    def fail_once(_connection: object) -> None:
        if failures:
            failures.pop()
            error = sqlite3.OperationalError("database is locked")
            error.sqlite_errorcode = sqlite3.SQLITE_BUSY
            raise OperationalError("COMMIT", None, error)

    event.listen(db.engine, "commit", fail_once)
    try:
        senders = do_together(app, [put("a"), fail_after_writing(ZeroDivisionError("again")), put("b")])
    finally:
        event.remove(db.engine, "commit", fail_once)
    assert not failures
    assert [sender.result for sender in senders] == ["leader", "a", None, "b"]
    assert isinstance(senders[2].error, ZeroDivisionError)
    assert set(settings()) == {"leader", "a", "b"}


def test_no_result_is_out_before_the_commit(app: Flask) -> None:
    seen: list[bool] = []
    senders: list[Sender] = []

    def look(_connection: object) -> None:
        seen.append(any(not sender.is_alive() for sender in senders))

    def last(session: Session) -> None:
        senders.extend(each for each in threading.enumerate() if isinstance(each, Sender))
        put_setting(session, "last", "1")

    event.listen(db.engine, "commit", look)
    try:
        do_together(app, [put("a"), fail_after_writing(ZeroDivisionError()), last])
    finally:
        event.remove(db.engine, "commit", look)
    assert len(senders) == 4
    assert seen == [False]


def test_a_lock_held_too_long_is_given_up_on_by_all(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "PATIENCE_SECONDS", 0.4)
    is_held, release = threading.Event(), threading.Event()

    def hold() -> None:
        with app.app_context(), transaction():
            is_held.set()
            assert release.wait(20)

    holder = threading.Thread(target=hold)
    holder.start()
    assert is_held.wait(10)
    senders = [Sender(app, put(f"n{n}")) for n in range(4)]
    started = time.monotonic()
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join(20)
    waited = time.monotonic() - started
    release.set()
    holder.join(20)
    assert all(isinstance(sender.error, DatabaseUnavailable) for sender in senders)
    assert waited < 5
    assert settings() == {}
    monkeypatch.undo()
    assert transact_together(put("later")) == "later"


def test_a_full_lane_is_answered_at_once(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(write_lane, "MOST_WAITING", 2)

    def too_many(session: Session) -> None:
        sender = Sender(app, put("one too many"))
        sender.start()
        sender.join(10)
        refused.append(sender.error)

    refused: list[BaseException | None] = []
    waiting = threading.Event()

    def lead(session: Session) -> None:
        assert waiting.wait(10)
        too_many(session)

    first = Sender(app, lead)
    first.start()
    until_somebody_waits(0)
    others = [Sender(app, put(name)) for name in "ab"]
    for number, sender in enumerate(others, start=1):
        sender.start()
        until_somebody_waits(number)
    waiting.set()
    for sender in (first, *others):
        sender.join(20)
    assert isinstance(refused[0], DatabaseUnavailable)
    assert settings() == {"a": "1", "b": "1"}


def test_a_work_sees_its_own_callers_context(app: Flask) -> None:
    senders = do_together(app, [lambda _session: whose.get(), lambda _session: whose.get()])
    assert [sender.result for sender in senders[1:]] == ["number 1", "number 2"]


def test_a_transaction_inside_is_our_mistake() -> None:
    def inside(_session: Session) -> None:
        transact_together(put("b"))

    with pytest.raises(RuntimeError, match="inside"):
        transact_together(inside)
    assert transact_together(put("a")) == "a"


def test_a_storm_of_writers_loses_nothing(app: Flask) -> None:
    def many(start: int) -> None:
        with app.app_context():
            for number in range(start, 200, 8):
                if number % 10 == 3:
                    with pytest.raises(ZeroDivisionError):
                        transact_together(fail_after_writing(ZeroDivisionError()))
                else:
                    assert transact_together(put(f"{number:03}")) == f"{number:03}"

    threads = [threading.Thread(target=many, args=(start,)) for start in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert set(settings()) == {f"{number:03}" for number in range(200) if number % 10 != 3}
