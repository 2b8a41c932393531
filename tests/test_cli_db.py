"""`db upgrade`, which comes with Flask-Migrate and takes --json like every command."""

from __future__ import annotations

import json
from pathlib import Path

from app import create_app
from app.settings import Settings
from tests.command_line import CommandLine
from tests.databases import SECRET_KEY


def test_db_upgrade_takes_json_and_names_the_revision(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'new.db'}"
    cli = CommandLine(create_app(Settings(data_dir=tmp_path, database_url=url, secret_key=SECRET_KEY)))
    first = json.loads(cli.ok("db", "upgrade", "--json"))
    assert first["revision"]
    assert json.loads(cli.ok("db", "upgrade", "--json")) == first
    assert cli.ok("db", "upgrade") == ""
