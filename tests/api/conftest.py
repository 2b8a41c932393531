"""A program with a token, and what it reads."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.access.api_tokens import SCOPES, add_token
from app.access.integrations import Integration
from app.settings import Settings
from tests.admin.desk import integration


@dataclass(frozen=True)
class Program:
    """Somebody's script at the API."""

    client: FlaskClient
    token: str

    def get(self, path: str, **more: Any) -> TestResponse:
        return self.send("GET", path, **more)

    def send(
        self, method: str, path: str, *, headers: dict[str, str] | None = None, **more: Any
    ) -> TestResponse:
        sent = {"Authorization": f"Bearer {self.token}", **(headers or {})}
        return self.client.open(f"/api/v1{path}", method=method, headers=sent, **more)

    def walk(self, path: str, limit: int = 3) -> Iterator[list[dict[str, Any]]]:
        """Yield the pages of a list, each asked for only when the one before has been looked at."""
        cursor = ""
        while cursor is not None:
            mark = "?" if "?" not in path else "&"
            reply = self.get(f"{path}{mark}limit={limit}" + (f"&cursor={cursor}" if cursor else ""))
            assert reply.status_code == 200, reply.text
            assert set(reply.json) == {"items", "next_cursor"}
            yield reply.json["items"]
            cursor = reply.json["next_cursor"]


@pytest.fixture
def make_program(client: FlaskClient, session: Session) -> Callable[..., Program]:
    """Give a maker of programs whose tokens have these scopes."""

    def make(*scopes: str) -> Program:
        made = add_token(session, name="Power BI", scopes=scopes, created_by="Ben")
        session.commit()
        return Program(client, made.text)

    return make


@pytest.fixture
def program(make_program: Callable[..., Program]) -> Program:
    """Give a program that may do everything."""
    return make_program(*SCOPES)


@pytest.fixture
def linkedin(session: Session, settings: Settings) -> Integration:
    made = integration(session, settings)
    session.commit()
    return made


def assert_problem(reply: TestResponse, status: int) -> dict[str, Any]:
    """Check that a reply is a problem of this status, and return it."""
    assert reply.status_code == status, reply.text
    assert reply.content_type == "application/problem+json"
    body: dict[str, Any] = reply.json
    assert {"type", "title", "status", "detail", "instance"} <= set(body)
    assert (body["status"], body["instance"]) == (status, reply.headers["X-Request-Id"])
    return body
