"""Who may come in: tokens, scopes, hosts; and that every refusal is a problem."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.access.api_tokens import list_tokens, revoke_token
from app.db import DatabaseUnavailable
from tests.admin.conftest import ben as ben, desk as desk
from tests.admin.desk import Desk
from tests.api.conftest import Program, assert_problem


def test_no_token_and_no_cookie_opens_anything(client: FlaskClient, desk: Desk) -> None:
    for who in (client, desk.client):
        reply = who.get("/api/v1/progress")
        assert_problem(reply, 401)
        assert "Bearer" in reply.headers["WWW-Authenticate"]
        assert "Basic" in reply.headers["WWW-Authenticate"]
        assert "Set-Cookie" not in reply.headers
        assert "Access-Control-Allow-Origin" not in reply.headers


def test_a_token_opens_what_its_scope_says_and_nothing_else(make_program: Callable[..., Program]) -> None:
    program = make_program("progress:read")
    reply = program.get("/progress")
    assert reply.status_code == 200
    assert reply.json == {"items": [], "next_cursor": None}
    assert reply.headers["Cache-Control"] == "no-store"
    assert "learners:read" in assert_problem(program.get("/learners"), 403)["detail"]
    basic = base64.b64encode(f"excel:{program.token}".encode()).decode()
    assert program.get("/progress", headers={"Authorization": f"Basic {basic}"}).status_code == 200


def test_a_token_that_ended_is_refused_and_its_use_is_noted_before(
    program: Program, make_program: Callable[..., Program], session: Session
) -> None:
    assert program.get("/courses").status_code == 200
    session.commit()
    (token,) = list_tokens(session)
    assert token.last_used_at is not None
    assert token.last_used_address == "127.0.0.1"
    revoke_token(session, token.id)
    session.commit()
    assert_problem(program.get("/courses"), 401)
    other = make_program("courses:read")
    with time_machine.travel(datetime.now(UTC) + timedelta(days=91)):
        assert_problem(other.get("/courses"), 401)


def test_guessing_is_slowed_down_and_a_good_token_never_is(program: Program) -> None:
    with time_machine.travel(datetime.now(UTC), tick=False):
        for _ in range(20):
            assert_problem(program.get("/courses", headers={"Authorization": "Bearer wm_x"}), 401)
        reply = program.get("/courses", headers={"Authorization": "Bearer wm_x"})
        assert_problem(reply, 429)
        assert int(reply.headers["Retry-After"]) >= 1
        assert program.get("/courses").status_code == 200


def test_the_api_is_at_the_public_host_alone(program: Program) -> None:
    assert_problem(program.get("/courses", base_url="http://elsewhere.example"), 421)
    assert program.client.get("/api/openapi.json", base_url="http://elsewhere.example").status_code == 421


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nothing", 404), ("GET", "/learners/", 404), ("DELETE", "/learners", 405), ("PUT", "/", 404)],
)
def test_what_no_route_answers_is_a_problem(program: Program, method: str, path: str, status: int) -> None:
    assert_problem(program.send(method, path), status)


def test_faults_of_ours_are_problems_too(
    app: Flask, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.testing = False
    for error, status in ((DatabaseUnavailable("gone"), 503), (RuntimeError("secret"), 500)):

        def fail(*_: object, error: Exception = error) -> None:
            raise error

        monkeypatch.setattr("app.api.door.find_token", fail)
        reply = program.get("/courses")
        assert "secret" not in str(assert_problem(reply, status))
    assert program.client.get("/api").content_type == "application/problem+json"
