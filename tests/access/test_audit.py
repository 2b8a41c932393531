"""The chain of the audit log: whatever is changed, taken out or put in is found."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable

import pytest
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.orm import Session

from app.access.audit import COMMAND_LINE, Actor, write_audit
from app.access.audit_chain import START, forget_salts, link, verify
from app.db import db, transact
from app.models.access import AuditEntry, AuditHead
from app.settings import Settings
from tests.command_line import CommandLine


@pytest.fixture
def log(session: Session) -> Session:
    """Write five entries."""
    ben = Actor(id="ben", name="Bén", address="192.0.2.1", request_id="r1", role="owner")
    for number in range(5):
        write_audit(
            session,
            actor=ben if number % 2 else COMMAND_LINE,
            action="course.changed",
            target=f"Course {number}",
            detail={"title": "é → ü"} if number else None,
        )
    session.commit()
    return session


def test_a_log_that_nobody_touched_is_whole(log: Session) -> None:
    found = verify(log)
    assert (found.is_ok, found.entries, found.first_bad) == (True, 5, None)


def test_an_empty_log_is_whole(session: Session) -> None:
    assert verify(session).is_ok


@pytest.mark.parametrize("what", ["target", "actor_name", "actor_role", "address", "action", "at", "detail"])
def test_a_changed_entry_is_found(log: Session, what: str) -> None:
    moment = log.scalars(select(AuditEntry.at).where(AuditEntry.id == 3)).one()
    value = {"at": moment.replace(year=2000), "detail": {"title": "other"}}.get(what, "other")
    log.execute(update(AuditEntry).where(AuditEntry.id == 3).values(**{what: value}))
    assert verify(log).first_bad == 3


@pytest.mark.parametrize(("taken", "found_at"), [(1, 2), (3, 4), (5, 5)])
def test_an_entry_that_is_gone_is_found_the_newest_too(log: Session, taken: int, found_at: int) -> None:
    log.execute(delete(AuditEntry).where(AuditEntry.id == taken))
    found = verify(log)
    assert (found.is_ok, found.entries, found.first_bad) == (False, 4, found_at)


def test_a_log_that_was_emptied_is_found(log: Session) -> None:
    log.execute(delete(AuditEntry))
    assert not verify(log).is_ok


def test_an_entry_put_in_is_found_even_with_a_right_hash(log: Session) -> None:
    newest = log.scalars(select(AuditEntry).where(AuditEntry.id == 5)).one()
    names = ("at", "actor_id", "actor_name", "actor_role", "address", "request_id", "action", "detail")
    values = {"id": 6, "target": "Course 6", **{name: getattr(newest, name) for name in (*names, "salt")}}
    log.execute(insert(AuditEntry).values(**values, hash=link(newest.hash, values)))
    assert verify(log).first_bad == 6


def test_an_entry_put_in_by_hand_does_not_stop_the_log(log: Session) -> None:
    row = log.scalars(select(AuditEntry).where(AuditEntry.id == 5)).one()
    values = {name: getattr(row, name) for name in ("at", "actor_name", "action", "target", "hash")}
    log.execute(insert(AuditEntry).values(id=6, **values))
    write_audit(log, actor=COMMAND_LINE, action="course.added", target="z")
    assert verify(log).first_bad == 6


def test_an_erasure_takes_words_out_and_only_of_the_entries_that_it_names(log: Session) -> None:
    log.execute(update(AuditEntry).where(AuditEntry.id == 3).values(target="[erased]"))
    forget_salts(log, [3])
    assert verify(log).first_bad == 3
    detail = {"entries": "3"}
    write_audit(log, actor=COMMAND_LINE, action="learner.erased", target="a learner", detail=detail)
    assert verify(log).is_ok
    forget_salts(log, [4])
    assert verify(log).first_bad == 4


def test_writers_at_the_same_time_make_one_chain(app: Flask, session: Session) -> None:
    def write(name: str) -> None:
        with app.app_context():
            for _ in range(5):
                transact(lambda s: write_audit(s, actor=COMMAND_LINE, action="course.added", target=name))

    threads = [threading.Thread(target=write, args=(str(number),)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    found = verify(session)
    assert (found.is_ok, found.entries) == (True, 20)


def test_entries_of_before_the_chain_are_chained_by_the_migration(
    settings: Settings, empty_database_url: str, make_app: Callable[[Settings], Flask]
) -> None:
    app = make_app(dataclasses.replace(settings, database_url=empty_database_url))
    with app.app_context():
        upgrade()
        downgrade(revision="0009")
        with db.engine.begin() as connection:
            connection.execute(
                text(
                    "INSERT INTO audit_entry (id, at, actor_name, action, target, detail) VALUES"
                    """ (4, 1, 'Bén', 'course.added', 'x', '{"b": "é", "a": "1"}'),"""
                    " (9, 2, 'Bén', 'course.added', 'y', '{}')"
                )
            )
        upgrade()
        with Session(db.engine) as session:
            write_audit(session, actor=COMMAND_LINE, action="course.added", target="z")
            session.flush()
            found = verify(session)
            assert (found.is_ok, found.entries) == (True, 3)
            assert session.scalars(select(AuditHead.entry_id)).all() == [10]
            assert found.head != START


def test_audit_verify_tells_and_fails(cli: CommandLine, log: Session) -> None:
    data = cli.json("audit", "verify")
    assert (data["ok"], data["entries"], data["first_bad"]) == (True, 5, None)
    log.execute(update(AuditEntry).where(AuditEntry.id == 2).values(target="other"))
    log.commit()
    result = cli.run("audit", "verify", "--json")
    assert result.exit_code == 1
    assert '"first_bad": 2' in result.stdout
