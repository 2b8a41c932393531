"""X-Experience-API-Consistent-Through promises what it says (xAPI 1.0.3 Part 3 §2.1.3)."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app import clock
from app.db import db
from app.xapi.consistency import announce_write, find_horizon
from tests.xapi.conftest import PATH, Sender
from tests.xapi.statements import plain, with_change

CONSISTENT = "X-Experience-API-Consistent-Through"


@pytest.fixture
def other(app: Flask) -> Any:
    with app.app_context():
        engine = db.engine
    with Session(engine) as session:
        yield session
        session.rollback()


def test_a_write_in_flight_holds_the_horizon_back(session: Session, other: Session) -> None:
    if session.get_bind().dialect.name == "sqlite":
        # One writer at a time: whatever is not committed has no key yet.
        assert announce_write(session, "i", is_alone=True).microseconds is None
        return
    before = find_horizon(session)
    turn = announce_write(other, "i", is_alone=False)
    assert turn.microseconds is not None
    assert turn.horizon is not None
    assert before <= find_horizon(session) <= turn.microseconds
    assert turn.horizon <= turn.microseconds
    held = find_horizon(session)
    assert find_horizon(session) == held
    other.rollback()
    assert find_horizon(session) > held


def test_what_is_not_promised_is_not_listed_yet(store: Sender, session: Session, other: Session) -> None:
    store.send({**plain(), "id": str(uuid.UUID(int=1))})
    announce_write(other, store.integration.id, is_alone=False)
    store.send({**plain(), "id": str(uuid.UUID(int=2))})
    response = store.client.get(PATH, headers=store.headers)
    found = [uuid.UUID(statement["id"]).int for statement in response.get_json()["statements"]]
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    assert found == ([1] if is_postgresql else [2, 1])
    other.rollback()
    response = store.client.get(PATH, headers=store.headers)
    assert [uuid.UUID(statement["id"]).int for statement in response.get_json()["statements"]] == [2, 1]


@pytest.mark.parametrize("method", ["POST", "GET", "refusal"])
def test_every_answer_carries_it(store: Sender, method: str) -> None:
    if method == "GET":
        response = store.client.get(PATH, headers=store.headers)
    else:
        response = store.send(plain() if method == "POST" else with_change(plain(), "verb", ...))
    assert response.status_code == (400 if method == "refusal" else 200)
    assert response.headers[CONSISTENT].endswith("Z")
    assert response.headers[CONSISTENT] <= clock.format_rfc3339(clock.now())
