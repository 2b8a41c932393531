"""`db copy`, `backup` and `restore`: the whole database into another one, into a file, and back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext

from app import clock, db
from app.cli_terminal import OneLineErrors, json_option, note, show
from app.keeping.backup import CannotRestore, Restored, make_backup, restore_backup
from app.keeping.backup_file import BadBackup
from app.keeping.copying import CannotCopy, Copied, copy_database
from app.keeping.engines import describe, is_in_use, opened
from app.keeping.rows import DoesNotFit
from app.settings import settings_of

force_option = click.option(
    "--force", is_flag=True, help="Go on although a server or a worker has the database open."
)


@click.command("copy", cls=OneLineErrors)
@click.option("--to", "target_url", required=True, metavar="URL", help="sqlite:///FILE or postgresql://…")
@force_option
@json_option
@with_appcontext
def copy(target_url: str, force: bool, as_json: bool) -> None:
    """Copy everything into another database, SQLite or PostgreSQL; one that was stopped half-way goes on.

    The target is migrated first and must be empty. At the end all rows of both are compared.
    """
    source_url = settings_of(current_app).database_url
    if describe(source_url) == describe(target_url):
        raise click.UsageError("the target is the database itself")
    db.db.engine.dispose()
    if is_in_use(source_url) and not force:
        raise click.ClickException(
            "a server or worker has the database open: stop it, for what it writes meanwhile is not copied"
        )
    _migrate(target_url)
    with opened(source_url) as source, opened(target_url) as target:
        try:
            copied = copy_database(source, target, origin=describe(source_url), watch=_tell)
        except (CannotCopy, DoesNotFit) as error:
            raise click.ClickException(str(error)) from None
    show(_as_json(copied), as_json=as_json, lines=_lines(copied, target_url))


@click.command(cls=OneLineErrors)
@click.option("--output", default=None, metavar="FILE", type=click.Path(path_type=Path, dir_okay=False))
@json_option
@with_appcontext
def backup(output: Path | None, as_json: bool) -> None:
    """Write everything into one file, while the server works on; by default in the data directory."""
    settings, now = settings_of(current_app), clock.now()
    if output is None:
        output = settings.data_dir / "backups" / f"waymark-{now:%Y%m%d-%H%M%S}.zip"
        output.parent.mkdir(mode=0o700, exist_ok=True)
    try:
        made = make_backup(settings, output, now=now, migrate=_migrate, watch=_tell)
    except (BadBackup, CannotCopy) as error:
        raise click.ClickException(str(error)) from None
    data = {
        "file": str(output),
        "rows": made.rows,
        "revision": made.revision,
        "key": made.key,
        "file_bytes": output.stat().st_size,
    }
    lines = [
        f"{output}: {made.rows} rows, checked. It holds personal data: keep it as safe as the database,"
        " and the secret key in another place."
    ]
    show(data, as_json=as_json, lines=lines)


@click.command(cls=OneLineErrors)
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--force", is_flag=True, help="Move the data that is there aside.")
@json_option
@with_appcontext
def restore(file: Path, force: bool, as_json: bool) -> None:
    """Put a backup back, of SQLite or PostgreSQL alike; the server must be stopped."""
    db.db.engine.dispose()
    try:
        done = restore_backup(
            settings_of(current_app), file, now=clock.now(), is_forced=force, migrate=_migrate, watch=_tell
        )
    except (BadBackup, CannotCopy, CannotRestore, DoesNotFit) as error:
        raise click.ClickException(str(error)) from None
    data = {
        "rows": done.manifest.rows,
        "made_at": done.manifest.made_at,
        "moved_to": done.moved_to,
        "same_key": not done.has_other_key,
        "erased": done.erased,
    }
    show(data, as_json=as_json, lines=_lines_of(done))


def _lines_of(done: Restored) -> list[str]:
    lines = [f"{done.manifest.rows} rows of {done.manifest.made_at} are back."]
    if done.erased:
        lines.append(f"{done.erased} learners were erased after it was made, and have been erased from it.")
    if done.moved_to:
        lines.append(f"What was there is in {done.moved_to}; delete it when you do not need it.")
    if done.has_other_key:
        lines.append(
            "The backup was made with another WAYMARK_SECRET_KEY. Set that one again, or: enter the secrets"
            " of destinations anew, hand out new launch links, and open courses anew in the LMS."
        )
    return lines


def _migrate(url: str) -> None:
    """Bring another database to the newest migration."""
    from app import create_app
    from app.cli_db import upgrade_whole

    other = create_app(replace(settings_of(current_app), database_url=url))
    with other.app_context():
        try:
            upgrade_whole()
        except SystemExit as error:
            raise click.ClickException(str(error)) from None
        finally:
            db.db.engine.dispose()


def _tell(table: str, done: int, total: int) -> None:
    note(f"{table}: {done} of {total}")


def _as_json(copied: Copied) -> dict[str, object]:
    return {
        "rows": copied.rows,
        "resumed": copied.is_resumed,
        "replaced": copied.replaced_count,
        "replaced_at": list(copied.replaced),
        "tables": {name: {"rows": each.rows, "hash": each.hash} for name, each in copied.tables.items()},
    }


def _lines(copied: Copied, target_url: str) -> list[str]:
    lines = [f"{copied.rows} rows in {len(copied.tables)} tables are equal in both databases."]
    if copied.replaced_count:
        lines.append(
            f"{copied.replaced_count} texts held a NUL, which PostgreSQL cannot keep; U+FFFD stands for it:"
        )
        lines += [f"  {place}" for place in copied.replaced]
    return [
        *lines,
        f"Next: set WAYMARK_DATABASE_URL to {describe(target_url)} with its password, with the same"
        " WAYMARK_SECRET_KEY, and start the server. Keep the old database until you have looked around.",
    ]
