"""How often one message goes to PostgreSQL and back: more than the computing, that is what it costs there."""

from __future__ import annotations

from collections.abc import Callable

import orjson
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, text

from app.db import db
from app.rounds import count_rounds, run_raw
from app.settings import Settings
from tests.arranging import Arrangement, arrange, put_param_body, statement

FORM = "application/x-www-form-urlencoded"
Send = Callable[[FlaskClient, Arrangement, str], int]


def send_token(client: FlaskClient, arranged: Arrangement, _token: str) -> int:
    form = {
        "grant_type": "client_credentials",
        "client_id": arranged.client_id,
        "client_secret": arranged.client_secret,
    }
    return client.post("/oauth/token", data=form).status_code


def send_put_param(client: FlaskClient, arranged: Arrangement, token: str) -> int:
    body = put_param_body(arranged.session_ids[0], "page1", 50)
    return client.post("/hacp", data=body, content_type=FORM).status_code


def send_statements(number: int) -> Send:
    def send(client: FlaskClient, arranged: Arrangement, token: str) -> int:
        # Below 100 %: there without a completion something is found, and that is an INSERT of its own.
        statements = [
            statement(arranged.emails[n % len(arranged.emails)], arranged.activity_ids[0], n % 99 + 1)
            for n in range(number)
        ]
        headers = {"Authorization": f"Bearer {token}", "X-Experience-API-Version": "1.0.3"}
        body = orjson.dumps(statements[0] if number == 1 else statements)
        return client.post("/xapi/statements", data=body, headers=headers).status_code

    return send


@pytest.mark.parametrize("database_kind", ["postgresql"])
@pytest.mark.parametrize(
    ("send", "rounds"),
    [
        pytest.param(send_token, 2, id="token"),
        # The session; what belongs to it; the progress; what changed, with the COMMIT.
        pytest.param(send_put_param, 4, id="PutParam"),
        # The token; the turn and the names; the statement; the progress; everything else, with the COMMIT.
        pytest.param(send_statements(1), 5, id="statement"),
        pytest.param(send_statements(50), 5, id="batch of 50"),
        # Each learner twice: the second report of a pair waits for the first.
        pytest.param(send_statements(100), 6, id="batch of 100"),
    ],
)
def test_a_message_takes_few_rounds(
    app: Flask, settings: Settings, client: FlaskClient, send: Send, rounds: int
) -> None:
    environment = {
        "WAYMARK_DATA_DIR": str(settings.data_dir),
        "WAYMARK_DATABASE_URL": settings.database_url,
        "WAYMARK_PUBLIC_URL": "http://localhost",
    }
    arranged = arrange(environment, learners=50, courses=1, sessions=1)
    form = {"grant_type": "client_credentials", "client_id": arranged.client_id}
    given = client.post("/oauth/token", data=form | {"client_secret": arranged.client_secret}).get_json()
    # The first message of each kind makes what later ones find.
    assert send(client, arranged, given["access_token"]) == 200
    with app.app_context():
        engine = db.engine
    dear: list[str] = []

    def note(_connection: object, cursor: object, sql: str, *_more: object) -> None:
        if cursor is not None:
            dear.append(sql)

    event.listen(engine, "before_cursor_execute", note)
    with engine.connect() as connection:
        before = count_rounds(connection)
    assert send(client, arranged, given["access_token"]) == 200
    with engine.connect() as connection:
        assert count_rounds(connection) - before == rounds
    assert dear == []


@pytest.mark.parametrize("database_kind", ["postgresql"])
def test_what_the_driver_forgets_after_a_rollback_stays_ready(app: Flask) -> None:
    with app.app_context(), db.engine.connect() as connection:
        for _ in range(3):
            run_raw(connection, "SELECT 2")
            for _ in range(10):  # The driver prepares what comes often.
                connection.execute(text("SELECT 1"))
            connection.rollback()
