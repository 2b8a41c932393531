"""`db upgrade --json`: Flask-Migrate's command, with the option that all commands have."""

from __future__ import annotations

from typing import Any

import click
from alembic.runtime.migration import MigrationContext
from flask_migrate.cli import upgrade  # type: ignore[import-not-found]  # the stubs lack it

from app import db
from app.cli_terminal import show

_upgrade = upgrade.callback


def extend_upgrade() -> None:
    """Give the command the option, once: it belongs to the package, whatever app is made."""
    if upgrade.callback is _upgrade:
        upgrade.callback = _upgrade_and_show
        upgrade.params.append(click.Option(["--json", "as_json"], is_flag=True, help="Print JSON on stdout."))


def _upgrade_and_show(as_json: bool, **options: Any) -> None:
    _upgrade(**options)
    if as_json:
        with db.db.engine.connect() as connection:
            revision = MigrationContext.configure(connection).get_current_revision()
        show({"revision": revision}, as_json=True, lines=())
