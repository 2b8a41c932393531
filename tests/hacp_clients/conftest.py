"""A school behind Flask's test client, and schools behind real servers, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from app.settings import Settings
from tests.databases import SECRET_KEY
from tests.hacp_clients.client import Post, Wire
from tests.hacp_clients.http_wire import http_wire
from tests.hacp_clients.school import School
from tests.running import RunningServer, running_server


@pytest.fixture
def school(app: Flask, settings: Settings) -> School:
    return School(app, settings)


@pytest.fixture
def wire(client: FlaskClient) -> Wire:
    """Carry requests to the test client."""

    def carry(post: Post) -> str:
        reply = client.post("/hacp", data=post.body, content_type=post.content_type)
        assert reply.status_code == 200
        return reply.get_data(as_text=True)

    return carry


@pytest.fixture
def server(database_url: str, tmp_path: Path) -> Iterator[RunningServer]:
    with running_server(database_url, tmp_path) as server:
        yield server


@pytest.fixture
def served_school(server: RunningServer, database_url: str, tmp_path: Path) -> Iterator[School]:
    """Give the school whose data the real server has."""
    settings = Settings(
        data_dir=tmp_path, database_url=database_url, secret_key=SECRET_KEY, public_url=server.url
    )
    school = School(create_app(settings), settings)
    yield school
    school.close()


@pytest.fixture
def to_server(server: RunningServer) -> Wire:
    """Carry requests to the real server, each on a connection of its own."""
    return http_wire(f"{server.url}/hacp")
