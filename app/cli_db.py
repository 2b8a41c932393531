"""`db upgrade`: Flask-Migrate's command, with the option that all commands have, and what old data needs.

`db copy` is put beside it.
"""

from __future__ import annotations

import sys
from typing import Any

import click
import flask_migrate
from alembic.runtime.migration import MigrationContext
from flask_migrate.cli import db as group, upgrade  # type: ignore[import-not-found]  # the stubs lack it

from app import cli_keeping, db
from app.cli_terminal import show
from app.learners.keys import fill_keys
from app.xapi.weaving import count_waiting, weave

_upgrade = upgrade.callback


def extend_group() -> None:
    """Add `copy`, and give `upgrade` its option, once: the group is the package's, whatever app is made."""
    group.add_command(cli_keeping.copy)
    if upgrade.callback is _upgrade:
        upgrade.callback = _upgrade_and_show
        upgrade.params.append(click.Option(["--json", "as_json"], is_flag=True, help="Print JSON on stdout."))


def _upgrade_and_show(as_json: bool, **options: Any) -> None:
    _upgrade(**options)
    if options.get("revision", "head") in ("head", "heads"):
        _weave_old_statements()
        while db.transact(fill_keys):
            pass
    if as_json:
        with db.db.engine.connect() as connection:
            revision = MigrationContext.configure(connection).get_current_revision()
        show({"revision": revision}, as_json=True, lines=())


def upgrade_whole() -> None:
    """Bring the database of the app to the newest migration, old data too."""
    flask_migrate.upgrade()
    _weave_old_statements()


def _weave_old_statements() -> None:
    """Make statements of older versions findable; stopped half-way, the next run goes on."""
    with db.reading() as session:
        waiting = count_waiting(session)
    if not waiting:
        return
    label = "Indexing stored statements"
    with click.progressbar(length=waiting, label=label, file=sys.stderr, width=0) as bar:
        while done := db.transact(weave):
            bar.update(done)
