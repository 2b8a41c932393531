"""A school behind Flask's test client, and one behind a real server, on both databases."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from app.settings import Settings
from tests.databases import SECRET_KEY, PostgresServer, SqliteFiles
from tests.hacp_clients.client import Post, Wire
from tests.hacp_clients.http_wire import http_wire
from tests.hacp_clients.school import School
from tests.running import running_server


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


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def served_school(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, sqlite_files: SqliteFiles
) -> Iterator[School]:
    """Give the school whose data a real server has; the tests of a module share both."""
    folder = tmp_path_factory.mktemp("served")
    if request.param == "sqlite":
        database_url = sqlite_files.fresh(folder)
    else:
        postgres: PostgresServer = request.getfixturevalue("postgres_server")
        database_url = postgres.fresh()
    with running_server(database_url, folder) as server:
        settings = Settings(
            data_dir=folder, database_url=database_url, secret_key=SECRET_KEY, public_url=server.url
        )
        school = School(create_app(settings), settings)
        yield school
        school.close()


@pytest.fixture
def to_server(served_school: School) -> Wire:
    """Carry requests to the real server."""
    return http_wire(f"{served_school.settings.public_url}/hacp")
