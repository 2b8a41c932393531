"""`db copy` as a person or a script runs it."""

from __future__ import annotations

from pathlib import Path

from flask import Flask
from sqlalchemy import text

from app.keeping.engines import opened
from app.settings import Settings
from tests.command_line import CommandLine


def test_db_copy_makes_the_same_database_elsewhere_and_refuses_to_do_it_twice(
    cli: CommandLine, tmp_path: Path
) -> None:
    made = cli.json("learner", "add", "--name", "Diaz, Ana", "--email", "ana@example.com")
    target = f"sqlite:///{tmp_path / 'copy.db'}"
    copied = cli.json("db", "copy", "--to", target)
    assert copied["tables"]["learner"]["rows"] == 1
    assert not copied["resumed"]
    with opened(target) as engine, engine.connect() as connection:
        assert connection.execute(text("SELECT id FROM learner")).scalars().all() == [made["id"]]
    assert "the target has data already, in audit_entry, " in cli.refused("db", "copy", "--to", target)


def test_db_copy_waits_for_the_server_to_be_stopped(
    cli: CommandLine, app: Flask, settings: Settings, tmp_path: Path
) -> None:
    target = f"sqlite:///{tmp_path / 'copy.db'}"
    with opened(settings.database_url) as server, server.connect() as connection:
        connection.execute(text("SELECT 1"))
        assert "has the database open: stop it" in cli.refused("db", "copy", "--to", target)
        assert "Next: set WAYMARK_DATABASE_URL" in cli.ok("db", "copy", "--to", target, "--force")
    assert "the target is the database itself" in cli.misused("db", "copy", "--to", settings.database_url)
