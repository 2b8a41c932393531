"""Fixtures of every test. Whoever asks for `session`, `app` or `client` runs on SQLite and on PostgreSQL.

No application context stays open between requests: Flask would share `g`, and with it the signed-in person,
among all requests of a test. Code that needs one opens it: `with app.app_context(): ...`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app import create_app
from app.db import db
from app.settings import Settings
from tests.command_line import CommandLine
from tests.databases import SECRET_KEY, PostgresServer, SqliteFiles, migrate
from tests.quick_apps import remember_addresses, share_templates

# How long an example takes says more of the machine than of the code; tests of speed compare with themselves.
hypothesis.settings.register_profile(
    "waymark", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("waymark")
remember_addresses()


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave to commands of their own what needs more than Python: Chromium or nginx."""
    for name in ("browser", "nginx"):
        if collection_path == config.rootpath / "tests" / name:
            return not any(name in argument for argument in config.args) or None
    return None


@pytest.fixture(scope="session")
def sqlite_files(tmp_path_factory: pytest.TempPathFactory) -> SqliteFiles:
    return SqliteFiles(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    server = PostgresServer()
    yield server
    server.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_kind(request: pytest.FixtureRequest) -> str:
    """Name the database of this run of the test."""
    return str(request.param)


@pytest.fixture
def database_url(
    database_kind: str, tmp_path: Path, sqlite_files: SqliteFiles, request: pytest.FixtureRequest
) -> str:
    """Give a migrated database without data."""
    if database_kind == "sqlite":
        return sqlite_files.fresh(tmp_path)
    server: PostgresServer = request.getfixturevalue("postgres_server")
    return server.fresh()


@pytest.fixture
def empty_database_url(database_kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    """Give a database without tables, for tests of the migrations themselves."""
    if database_kind == "sqlite":
        return f"sqlite:///{tmp_path / 'empty.db'}"
    server: PostgresServer = request.getfixturevalue("postgres_server")
    return server.new_database()


@pytest.fixture(scope="session")
def separate_database(
    request: pytest.FixtureRequest, sqlite_files: SqliteFiles
) -> Callable[[str, Path], str]:
    """Give a maker of migrated databases, for servers that outlive a test: nobody else empties them."""

    def make(kind: str, directory: Path) -> str:
        if kind == "sqlite":
            return sqlite_files.fresh(directory)
        url = str(request.getfixturevalue("postgres_server").new_database())
        migrate(url, directory)
        return url

    return make


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """Give settings whose public host is the test client's own, `localhost`."""
    return Settings(
        data_dir=tmp_path, database_url=database_url, secret_key=SECRET_KEY, public_url="http://localhost"
    )


@pytest.fixture
def make_app() -> Iterator[Callable[[Settings], Flask]]:
    """Give a maker of apps, for tests with settings of their own; it closes their connections."""
    made: list[Flask] = []

    def make(settings: Settings) -> Flask:
        app = create_app(settings)
        app.testing = True
        share_templates(app)
        made.append(app)
        return app

    yield make
    for app in made:
        with app.app_context():
            db.engine.dispose()


@pytest.fixture
def app(settings: Settings, make_app: Callable[[Settings], Flask]) -> Flask:
    return make_app(settings)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def cli(app: Flask) -> CommandLine:
    return CommandLine(app)


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    """Give a session for calling services; nothing is kept unless the test says `session.commit()`.

    Commit before a client's request needs what you wrote, and again before you look at what it wrote.
    """
    with app.app_context():
        engine = db.engine
    with Session(engine, expire_on_commit=False) as session:
        yield session
        session.rollback()
