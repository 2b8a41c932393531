"""Backups: whole under load, checked before they come back, one form for both databases."""

from __future__ import annotations

import stat
import threading
import zipfile
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, text

from app.db import Base, db, transaction
from app.keeping.engines import opened
from app.learners.service import add_learner
from app.settings import Settings
from tests.command_line import CommandLine
from tests.databases import PostgresServer, SqliteFiles
from tests.keeping.filling import fill


@pytest.fixture
def filled(settings: Settings, app: Flask) -> Settings:
    """Give a database with rows in every table."""
    with opened(settings.database_url) as engine:
        fill(engine)
    return settings


def _contents(url: str) -> dict[str, list[object]]:
    with opened(url) as engine, engine.connect() as connection:
        return {
            table.name: [*connection.execute(select(table).order_by(*table.primary_key.columns))]
            for table in Base.metadata.sorted_tables
        }


def test_a_backup_is_restored_as_it_was_once_the_server_is_stopped(
    filled: Settings, cli: CommandLine, tmp_path: Path
) -> None:
    before = _contents(filled.database_url)
    file = tmp_path / "kept.zip"
    made = cli.json("backup", "--output", str(file))
    assert made["rows"] == sum(len(rows) for rows in before.values())
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with opened(filled.database_url) as server, server.begin() as connection:
        connection.execute(text("UPDATE learner SET name = 'Later, Cora'"))
        assert "stop it first" in cli.refused("restore", str(file), "--force")
    assert "--force moves it aside" in cli.refused("restore", str(file))
    done = cli.json("restore", str(file), "--force")
    assert done["same_key"]
    assert done["moved_to"]
    assert _contents(filled.database_url) == before
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_a_backup_of_one_kind_of_database_comes_back_in_the_other(
    filled: Settings, cli: CommandLine, tmp_path: Path, database_kind: str, sqlite_files: SqliteFiles,
    postgres_server: PostgresServer, make_app,
) -> None:  # fmt: skip
    before = _contents(filled.database_url)
    file = tmp_path / "kept.zip"
    cli.ok("backup", "--output", str(file))
    (tmp_path / "other").mkdir()
    other = (
        postgres_server.new_database() if database_kind == "sqlite" else f"sqlite:///{tmp_path}/other/new.db"
    )
    app = make_app(Settings(data_dir=tmp_path, database_url=other, secret_key="k" * 40))
    text_shown = CommandLine(app).ok("restore", str(file))
    assert "The backup was made with another WAYMARK_SECRET_KEY." in text_shown
    assert _contents(other) == before


# What is damaged is the same SQLite file whichever database it came from.
@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_damaged_backup_changes_nothing(filled: Settings, cli: CommandLine, tmp_path: Path) -> None:
    file, bad = tmp_path / "kept.zip", tmp_path / "bad.zip"
    cli.ok("backup", "--output", str(file))
    with zipfile.ZipFile(file) as archive, zipfile.ZipFile(bad, "w") as other:
        other.writestr("manifest.json", archive.read("manifest.json"))
        other.writestr("waymark.db", archive.read("waymark.db")[:-1] + b"x")
    before = _contents(filled.database_url)
    assert "is damaged" in cli.refused("restore", str(bad), "--force")
    bad.write_bytes(file.read_bytes()[:5000])
    assert "is no backup of Waymark, or is damaged" in cli.refused("restore", str(bad), "--force")
    assert _contents(filled.database_url) == before


def test_a_backup_taken_under_load_holds_whole_transactions(
    app: Flask, cli: CommandLine, tmp_path: Path
) -> None:
    stop = threading.Event()
    numbers: list[int] = []

    def write() -> None:
        with app.app_context():
            while not stop.is_set() and len(numbers) < 2_000:
                with transaction() as session:
                    number = len(numbers)
                    for half in ("a", "b"):
                        add_learner(session, name=f"L{number}{half}", email=f"l{number}{half}@example.com")
                numbers.append(number)

    writer = threading.Thread(target=write)
    writer.start()
    file = tmp_path / "kept.zip"
    while len(numbers) < 5 and writer.is_alive():
        writer.join(0.01)
    acknowledged = len(numbers)
    try:
        cli.ok("backup", "--output", str(file))
    finally:
        stop.set()
        writer.join()
    with app.app_context():
        db.engine.dispose()
    cli.ok("restore", str(file), "--force")
    names = [each["name"] for each in cli.json("learner", "list")]
    assert acknowledged >= 5
    assert len(names) >= 2 * acknowledged
    assert {name[:-1] + "a" for name in names} | {name[:-1] + "b" for name in names} == set(names)
