"""`db upgrade`: Flask-Migrate's command, with the option that all commands have, and what old data needs."""

from __future__ import annotations

import sys
from typing import Any

import click
from alembic.runtime.migration import MigrationContext
from flask_migrate.cli import upgrade  # type: ignore[import-not-found]  # the stubs lack it

from app import db
from app.cli_terminal import show
from app.xapi.weaving import count_waiting, weave

_upgrade = upgrade.callback


def extend_upgrade() -> None:
    """Give the command the option, once: it belongs to the package, whatever app is made."""
    if upgrade.callback is _upgrade:
        upgrade.callback = _upgrade_and_show
        upgrade.params.append(click.Option(["--json", "as_json"], is_flag=True, help="Print JSON on stdout."))


def _upgrade_and_show(as_json: bool, **options: Any) -> None:
    _upgrade(**options)
    if options.get("revision", "head") in ("head", "heads"):
        _weave_old_statements()
    if as_json:
        with db.db.engine.connect() as connection:
            revision = MigrationContext.configure(connection).get_current_revision()
        show({"revision": revision}, as_json=True, lines=())


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
