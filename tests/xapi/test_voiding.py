"""Voiding and references between statements, in every order of arrival (xAPI 1.0.3 Part 2 §2.3.2)."""

from __future__ import annotations

import json
import threading
import uuid
from itertools import permutations

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models.learning import Observation, ProgressRow
from app.models.records import Statement
from app.models.store import StatementLink
from app.progress.rebuild import list_learners_with_progress, rebuild
from app.xapi.links import Kind, digest, links_of
from tests.xapi.conftest import PATH, Sender
from tests.xapi.statements import Json, plain, with_change

VOIDED = "http://adlnet.gov/expapi/verbs/voided"


def identified(number: int, statement: Json | None = None) -> Json:
    return {**(statement or plain()), "id": str(uuid.UUID(int=number))}


def about(number: int, target: int, verb: str = "https://example.org/verbs/said") -> Json:
    reference = {"objectType": "StatementRef", "id": str(uuid.UUID(int=target)).upper()}
    return identified(number, {**plain(), "verb": {"id": verb}, "object": reference})


def keys_by_number(session: Session) -> dict[int, int]:
    session.rollback()
    rows = session.execute(select(Statement.statement_id, Statement.key))
    return {uuid.UUID(statement_id).int: key for statement_id, key in rows}


def found(session: Session, kind: Kind, text: str) -> set[int]:
    numbers = {key: number for number, key in keys_by_number(session).items()}
    query = select(StatementLink.key).where(
        StatementLink.kind == int(kind), StatementLink.value == digest(text)
    )
    return {numbers[key] for key in session.scalars(query)}


def is_voided(session: Session, number: int) -> bool:
    session.rollback()
    query = select(Statement.is_voided).where(Statement.statement_id == str(uuid.UUID(int=number)))
    return bool(session.scalar(query))


@pytest.mark.parametrize("order", list(permutations((1, 2, 3))))
def test_a_reference_is_found_by_what_its_target_is_found_by(
    store: Sender, session: Session, order: tuple[int, ...]
) -> None:
    statements = {1: identified(1), 2: about(2, 1), 3: about(3, 2, "https://example.org/verbs/heard")}
    for number in order:
        assert store.send(statements[number]).status_code == 200
    assert found(session, Kind.VERB, plain()["verb"]["id"]) == {1, 2, 3}
    assert found(session, Kind.VERB, "https://example.org/verbs/said") == {2, 3}
    assert found(session, Kind.VERB, "https://example.org/verbs/heard") == {3}
    assert found(session, Kind.ACTIVITY, plain()["object"]["id"]) == {1, 2, 3}


@pytest.mark.parametrize("order", list(permutations((1, 2, 3))))
def test_references_within_one_batch(store: Sender, session: Session, order: tuple[int, ...]) -> None:
    statements = {1: identified(1), 2: about(2, 1), 3: about(3, 2)}
    assert store.send([statements[number] for number in order]).status_code == 200
    assert found(session, Kind.VERB, plain()["verb"]["id"]) == {1, 2, 3}


def test_a_circle_of_references_ends(store: Sender, session: Session) -> None:
    for number, target in ((1, 2), (2, 3), (3, 1), (4, 4)):
        assert store.send(about(number, target, f"https://example.org/verbs/{number}")).status_code == 200
    for number in (1, 2, 3):
        assert found(session, Kind.VERB, f"https://example.org/verbs/{number}") == {1, 2, 3}
    assert found(session, Kind.VERB, "https://example.org/verbs/4") == {4}


@pytest.mark.parametrize("is_batch", [True, False])
@pytest.mark.parametrize("is_voiding_first", [True, False])
def test_a_statement_is_voided_in_both_orders(
    store: Sender, session: Session, is_batch: bool, is_voiding_first: bool
) -> None:
    statements = [identified(1), about(2, 1, VOIDED)]
    if is_voiding_first:
        statements.reverse()
    for body in [statements] if is_batch else statements:
        assert store.send(body).status_code == 200
    assert is_voided(session, 1)
    assert not is_voided(session, 2)
    assert session.scalars(select(ProgressRow)).all() == []


def test_a_voiding_statement_cannot_be_voided(store: Sender, session: Session) -> None:
    for statement in (identified(1), about(2, 1, VOIDED), about(3, 2, VOIDED), about(4, 1, VOIDED)):
        assert store.send(statement).status_code == 200
    assert [is_voided(session, number) for number in (1, 2, 3, 4)] == [True, False, False, False]


def test_another_integrations_statement_cannot_be_voided(
    store: Sender, linkedin: Sender, session: Session
) -> None:
    store.send(identified(1))
    linkedin.send(about(2, 1, VOIDED))
    assert not is_voided(session, 1)


def test_voiding_takes_progress_back(store: Sender, session: Session) -> None:
    started = with_change(plain(), "verb/id", "http://adlnet.gov/expapi/verbs/initialized")
    store.send([identified(1, started), identified(2)])
    session.rollback()
    assert session.scalars(select(ProgressRow.status)).all() == ["completed"]
    store.send(about(3, 2, VOIDED))
    session.rollback()
    assert session.scalars(select(ProgressRow.status)).all() == ["in_progress"]
    assert sorted(session.scalars(select(Observation.is_withdrawn))) == [False, True]


def test_neither_a_rebuild_nor_a_repeat_brings_it_back(store: Sender, session: Session) -> None:
    store.send(identified(1))
    store.send(about(2, 1, VOIDED))
    assert store.send(identified(1)).status_code == 200
    session.rollback()
    assert session.scalars(select(ProgressRow)).all() == []
    rebuild(session, list_learners_with_progress(session))
    assert session.scalars(select(ProgressRow)).all() == []


def test_the_time_of_a_voided_statement_can_be_reported_again(store: Sender, session: Session) -> None:
    experienced = with_change(plain(), "verb/id", "http://adlnet.gov/expapi/verbs/experienced")
    timed = with_change(experienced, "result", {"duration": "PT5M"})
    store.send(identified(1, timed))
    store.send(about(2, 1, VOIDED))
    store.send(identified(3, timed))
    session.rollback()
    [time] = session.scalars(select(ProgressRow.time))
    assert time.total_seconds() == 300


def test_links_are_those_of_the_statement(store: Sender, session: Session) -> None:
    store.send(identified(1))
    [payload] = session.scalars(select(Statement.payload))
    rows = session.execute(select(StatementLink.kind, StatementLink.value))
    assert {(kind, bytes(value)) for kind, value in rows} == links_of(json.loads(payload))


def test_a_target_that_nothing_can_be_called_is_no_target(linkedin: Sender, session: Session) -> None:
    reference = {"objectType": "StatementRef", "id": "x" * 300}
    assert linkedin.send({**plain(), "object": reference}).status_code == 200
    assert session.scalars(select(Statement.target_id)).all() == [None]


def test_a_statement_and_its_voiding_that_come_at_once_find_each_other(
    app: Flask, store: Sender, session: Session
) -> None:
    pairs = 15

    def send(statements: list[Json]) -> None:
        client = app.test_client()
        for statement in statements:
            assert client.post(PATH, json=statement, headers=store.headers).status_code == 200

    targets = [identified(number) for number in range(1, pairs + 1)]
    voiding = [about(100 + number, number, VOIDED) for number in range(1, pairs + 1)]
    threads = [threading.Thread(target=send, args=(statements,)) for statements in (targets, voiding)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(is_voided(session, number) for number in range(1, pairs + 1))
    assert found(session, Kind.ACTIVITY, plain()["object"]["id"]) == {
        number for first in (1, 101) for number in range(first, first + pairs)
    }
    assert session.scalars(select(ProgressRow)).all() == []
