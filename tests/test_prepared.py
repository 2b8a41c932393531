"""Statements that run straight on the driver, and writes that wait for each other."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import bindparam, insert, select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError, ProgrammingError, SQLAlchemyError
from sqlalchemy.orm import Session

from app.db import find_trouble, reading, savepoint, transact, transaction
from app.models.access import Setting
from app.models.base import new_id, table_of
from app.models.learning import Learner
from app.models.records import Exchange
from app.prepared import Prepared
from app.rounds import QuickWayFailed

SETTING, LEARNER = table_of(Setting), table_of(Learner)
PUT = Prepared(insert(SETTING))
CHANGE = Prepared(update(SETTING).where(SETTING.c.name == bindparam("setting")))
GET = Prepared(select(SETTING).where(SETTING.c.name == bindparam("name")))
LIST = Prepared(select(SETTING.c.name, SETTING.c.value).order_by(SETTING.c.name))
ADD_LEARNER = Prepared(insert(LEARNER))
READ_LEARNER = Prepared(select(LEARNER))
PUT_NEW = Prepared(
    {
        name: make(SETTING).on_conflict_do_nothing(index_elements=["name"]).returning(SETTING.c.name)
        for name, make in (("postgresql", postgresql.insert), ("sqlite", sqlite.insert))
    }
)
NOW = datetime(2026, 11, 22, 20, 0, 0, 123456, tzinfo=UTC)


@pytest.fixture(autouse=True)
def context(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def settings() -> dict[str, str]:
    with reading() as session:
        return {row.name: row.value for row in LIST.all(session)}


def ana(**changed: object) -> dict[str, object]:
    values = {"id": new_id(), "name": "Diaz, Ana", "sort_name": "diaz, ana", "is_provisional": False}
    return {**values, "is_demo": False, "attributes": "", "created_at": NOW, **changed}


def test_a_row_comes_back_in_our_own_types() -> None:
    with transaction() as session:
        PUT.run(session, {"name": "a", "value": "1"})
        found = GET.first(session, {"name": "a"})
        assert found == ("a", "1")
        assert found is not None
        assert found.value == "1"
        assert GET.first(session, {"name": "b"}) is None


def test_times_and_truths_are_written_and_read_as_elsewhere() -> None:
    with transaction() as session:
        ADD_LEARNER.run(session, ana())
        row = READ_LEARNER.first(session)
        assert row is not None
        assert (row.created_at, row.is_provisional) == (NOW, False)
        session.flush()
        kept = session.scalars(select(Learner)).one()
        assert (kept.name, kept.created_at) == ("Diaz, Ana", NOW)


def test_a_time_zone_that_is_not_utc_is_the_same_moment() -> None:
    with transaction() as session:
        ADD_LEARNER.run(session, ana(created_at=NOW.astimezone(tz=None)))
        row = READ_LEARNER.first(session)
        assert row is not None
        assert row.created_at - NOW == timedelta(0)


@pytest.mark.parametrize("number", [1, 49, 50, 51, 120])
def test_many_rows_go_in_rounds_and_only_the_new_ones_come_back(number: int) -> None:
    rows = [{"name": f"{n:03}", "value": "new"} for n in range(number)]
    with transaction() as session:
        PUT.run(session, {"name": "000", "value": "old"})
        kept = {row.name for row in PUT_NEW.ask_of(session, rows).all()}
    assert kept == {row["name"] for row in rows} - {"000"}
    assert settings()["000"] == "old"
    assert len(settings()) == number


def test_the_drivers_errors_are_sqlalchemys() -> None:
    def put_twice() -> None:
        with transaction() as session:
            PUT.run(session, {"name": "a", "value": "1"})
            PUT.run(session, {"name": "a", "value": "2"})

    with pytest.raises(IntegrityError):
        put_twice()
    assert settings() == {}


def test_a_mistake_of_ours_is_no_trouble() -> None:
    wrong = Prepared(select(SETTING.c.name).where(text("no_such_column = 1")))
    with pytest.raises(SQLAlchemyError) as caught, transaction() as session:
        wrong.first(session)
    assert find_trouble(caught.value) is None


def test_a_column_that_is_left_out_gets_its_default() -> None:
    values = ana()
    del values["is_demo"], values["attributes"]
    with transaction() as session:
        Prepared(insert(LEARNER)).run(session, values)
        row = READ_LEARNER.first(session)
        assert row is not None
        assert (row.is_demo, row.attributes) == (False, "")


def test_a_column_whose_default_is_made_for_each_row_must_be_given() -> None:
    values = ana()
    del values["id"]
    with transaction() as session, pytest.raises(TypeError, match="id"):
        Prepared(insert(LEARNER)).run(session, values)


def test_writes_that_wait_are_seen_by_what_is_asked_next() -> None:
    def work(session: Session) -> object:
        PUT.run(session, {"name": "a", "value": "1"})
        PUT.run(session, {"name": "b", "value": "100 %"})
        return LIST.all(session)

    assert transact(work) == [("a", "1"), ("b", "100 %")]


def test_writes_that_wait_are_kept_with_the_commit() -> None:
    def work(session: Session) -> None:
        PUT.run(session, {"name": "a", "value": "1"})
        PUT_NEW.run(session, {"name": "a2", "value": "1"})
        CHANGE.run(session, {"setting": "z", "value": "nobody"})

    transact(work)
    assert settings() == {"a": "1", "a2": "1"}


def test_outside_transact_nothing_waits() -> None:
    with transaction() as session:
        PUT.run(session, {"name": "a", "value": "1"})
        assert session.execute(select(Setting.value)).scalar_one() == "1"


def test_a_write_that_waited_and_failed_is_done_again_in_its_place(database_kind: str) -> None:
    """Where it stands there is somebody to catch its error."""
    calls, caught = [], []

    def work(session: Session) -> None:
        calls.append(1)
        PUT.run(session, {"name": "a", "value": "1"})
        try:
            with savepoint(session):
                PUT.run(session, {"name": "a", "value": "2"})
        except IntegrityError as error:
            caught.append(error)

    transact(work)
    assert (len(calls), len(caught)) == (2, 1)
    assert settings() == {"a": "1"}


def test_what_fails_where_a_savepoint_would_be_is_undone_alone() -> None:
    calls = []

    def work(session: Session) -> str:
        calls.append(1)
        PUT.run(session, {"name": "before", "value": "1"})
        try:
            with savepoint(session):
                PUT.run(session, {"name": "inside", "value": "1"})
                raise ZeroDivisionError
        except Exception as error:  # as the services do
            if find_trouble(error) is not None:
                raise
            PUT.run(session, {"name": "after", "value": type(error).__name__})
        return "done"

    assert transact(work) == "done"
    assert settings() == {"before": "1", "after": "ZeroDivisionError"}
    assert len(calls) == 2


def test_the_quick_way_counts_as_trouble_so_that_nobody_else_catches_it() -> None:
    assert find_trouble(QuickWayFailed("a write that waited")) is not None


def test_a_savepoint_outside_transact_is_a_real_one() -> None:
    def fail(session: Session) -> None:
        with savepoint(session):
            PUT.run(session, {"name": "b", "value": "1"})
            raise ZeroDivisionError

    with transaction() as session:
        PUT.run(session, {"name": "a", "value": "1"})
        with pytest.raises(ZeroDivisionError):
            fail(session)
    assert settings() == {"a": "1"}


def test_wrong_sql_where_a_savepoint_would_be_is_tried_once_more_with_it() -> None:
    def work(session: Session) -> None:
        with savepoint(session):
            session.execute(text("SELECT * FROM no_such_table"))

    with pytest.raises((ProgrammingError, SQLAlchemyError)) as caught:
        transact(work)
    assert not isinstance(caught.value, QuickWayFailed)


def test_bytes_are_bytes() -> None:
    table = table_of(Exchange)
    with transaction() as session:
        read = Prepared(select(bindparam("body", type_=table.c.request_body.type).label("body")))
        row = read.first(session, {"body": b"\x00\xff"})
        assert row is not None
        assert bytes(row.body) == b"\x00\xff"
