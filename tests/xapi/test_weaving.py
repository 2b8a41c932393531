"""Statements that an older version stored are found, followed and voided after `db upgrade`."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.access.integrations import Kind
from app.db import db, reading, transact
from app.settings import Settings
from app.xapi import weaving
from tests.command_line import CommandLine
from tests.xapi.conftest import make_sender
from tests.xapi.statements import full, plain, with_change
from tests.xapi.test_voiding import VOIDED, about, identified

DERIVED = {
    "statement_link": "integration_id, kind, value, key",
    "xapi_activity": "integration_id, digest, activity_id, definition",
    "xapi_agent": "integration_id, digest, name",
    "statement": "key, target_id, is_voiding, is_voided",
    "observation": "id, is_withdrawn",
}
ABOUT = "https://example.org/verbs/commented"


@pytest.fixture
def old_app(settings: Settings, empty_database_url: str, make_app: Callable[[Settings], Flask]) -> Flask:
    app = make_app(dataclasses.replace(settings, database_url=empty_database_url))
    CommandLine(app).ok("db", "upgrade")
    return app


def store_some(app: Flask, settings: Settings) -> None:
    """Store statements in two integrations, referring to each other forwards and backwards."""
    with app.app_context(), Session(db.engine) as session:
        senders = [make_sender(app.test_client(), session, settings, kind=Kind.XAPI) for _ in range(2)]
    for sender in senders:
        german = with_change(plain(), "object/definition", {"name": {"de": "Kurs"}})
        for statement in (
            about(4, 3, ABOUT),
            about(3, 1, ABOUT),
            identified(1, full()),
            identified(2, german),
            about(5, 2, VOIDED),
            about(6, 9, VOIDED),
            identified(9),
        ):
            assert sender.send(statement).status_code == 200


def derived(app: Flask) -> dict[str, list[Any]]:
    with app.app_context(), db.engine.connect() as connection:
        return {
            table: sorted(map(repr, connection.execute(text(f"SELECT {columns} FROM {table}"))))
            for table, columns in DERIVED.items()
        }


def age(app: Flask) -> None:
    """Bring the database back to before the record store was whole."""
    with app.app_context():
        db.engine.dispose()
        downgrade(revision="0002")
        db.engine.dispose()


def test_an_upgrade_gives_old_statements_what_new_ones_have(old_app: Flask, settings: Settings) -> None:
    store_some(old_app, settings)
    before = derived(old_app)
    assert len(before["statement_link"]) > 50
    age(old_app)
    CommandLine(old_app).ok("db", "upgrade")
    assert derived(old_app) == before
    with old_app.app_context(), reading() as session:
        assert weaving.count_waiting(session) == 0


def test_weaving_that_was_stopped_goes_on_and_ends(
    old_app: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    store_some(old_app, settings)
    before = derived(old_app)
    age(old_app)
    with old_app.app_context():
        upgrade()
        monkeypatch.setattr(weaving, "_AT_ONCE", 1)
        assert [transact(weaving.weave) for _ in range(5)] == [1] * 5
        with pytest.raises(Stopped):
            transact(weave_and_stop)
    CommandLine(old_app).ok("db", "upgrade")
    assert derived(old_app) == before


class Stopped(Exception):
    """The power fails before the commit."""


def weave_and_stop(session: Session) -> None:
    assert weaving.weave(session) == 1
    raise Stopped
