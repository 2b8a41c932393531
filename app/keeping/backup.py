"""Make a backup while the server runs, and put one back while it does not."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Engine, inspect, text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DatabaseError

from app.access.instance import instance_id
from app.keeping.backup_file import (
    BadBackup,
    Manifest,
    check_integrity,
    digest_file,
    read_backup,
    replace_durably,
    write_backup,
)
from app.keeping.copying import Watch, copy_database
from app.keeping.engines import find_file, is_in_use, opened, snapshot, writing
from app.keeping.erased_list import erase_listed, gather_list
from app.keeping.tables import (
    COPY_STATE,
    REVISIONS,
    Counted,
    digest_table,
    find_revision,
    list_filled,
    read_tables,
)
from app.settings import Settings
from app.version import VERSION

Migrate = Callable[[str], None]
"""Brings the database of a URL to the newest migration."""


class CannotRestore(Exception):
    """Nothing was changed; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What came back: from which backup, where the old data is, whether the secret key is another.

    `erased` counts the people who were erased since the backup, and now in it.
    """

    manifest: Manifest
    moved_to: str | None
    has_other_key: bool
    erased: int


def make_backup(
    settings: Settings, output: Path, *, now: datetime, migrate: Migrate, watch: Watch
) -> Manifest:
    """Write everything as it is at this moment into one file; the server may go on working."""
    with TemporaryDirectory(prefix=".waymark-", dir=output.parent) as directory:
        database = Path(directory) / "waymark.db"
        _take_copy(settings.database_url, database, migrate, watch)
        check_integrity(database)
        with opened(_url_of(database)) as engine, engine.connect() as connection:
            tables = _digest_all(connection)
            revision = find_revision(connection)
        manifest = Manifest(
            version=VERSION,
            revision=revision or "",
            made_at=now.isoformat(timespec="seconds"),
            database="postgresql" if find_file(settings.database_url) is None else "sqlite",
            key=instance_id(settings),
            sha256=digest_file(database),
            size_bytes=database.stat().st_size,
            tables=tables,
        )
        write_backup(manifest, database, output)
    return manifest


def restore_backup(
    settings: Settings, backup: Path, *, now: datetime, is_forced: bool, migrate: Migrate, watch: Watch
) -> Restored:
    """Put a backup back, brought to this version; raises BadBackup, CannotRestore.

    Until the very end all happens in a copy. `is_forced` moves data that is there aside.
    """
    url = settings.database_url
    if is_in_use(url):
        raise CannotRestore("a server or worker has the database open: stop it first")
    has_data = _has_data(url)
    if has_data and not is_forced:
        raise CannotRestore("the database has data: --force moves it aside and restores")
    place = (find_file(url) or settings.data_dir / "any").parent
    with TemporaryDirectory(prefix=".waymark-", dir=place) as directory:
        manifest, database = read_backup(backup, Path(directory))
        _check_rows(manifest, database)
        migrate(_url_of(database))
        erased = erase_listed(_url_of(database), settings, gather_list(settings))
        moved_to = _put_in_place(
            url,
            database,
            stamp=f"{now:%Y%m%d_%H%M%S}",
            origin=manifest.sha256,
            migrate=migrate,
            watch=watch,
        )
    return Restored(manifest, moved_to if has_data else None, manifest.key != instance_id(settings), erased)


def _take_copy(url: str, database: Path, migrate: Migrate, watch: Watch) -> None:
    source = find_file(url)
    if source is None:
        migrate(_url_of(database))
        with opened(url) as engine, opened(_url_of(database)) as target:
            copy_database(engine, target, origin="backup", watch=watch)
        return
    if not source.exists():
        raise BadBackup(f"there is no database at {source}")
    with closing(sqlite3.connect(source)) as here, closing(sqlite3.connect(database)) as there:
        here.backup(there)


def _url_of(database: Path) -> str:
    return f"sqlite:///{database}"


def _digest_all(connection: Connection) -> dict[str, Counted]:
    return {table.name: digest_table(connection, table) for table in read_tables(connection)}


def _check_rows(manifest: Manifest, database: Path) -> None:
    with opened(_url_of(database)) as engine, engine.connect() as connection:
        found = _digest_all(connection)
    for name in sorted(manifest.tables.keys() | found.keys()):
        if manifest.tables.get(name) != found.get(name):
            raise BadBackup(f"the backup is damaged: the rows of {name} are not those of its manifest")


def _has_data(url: str) -> bool:
    path = find_file(url)
    if path is not None and not path.exists():
        return False
    try:
        with opened(url) as engine, snapshot(engine) as connection:
            return bool(list_filled(connection, read_tables(connection)))
    except DatabaseError:
        # A broken file is what backups are for; it is moved aside too.
        if path is None:
            raise
        return True


def _put_in_place(
    url: str, database: Path, *, stamp: str, origin: str, migrate: Migrate, watch: Watch
) -> str | None:
    """Put the copy where the database is; returns where the old one is now."""
    path = find_file(url)
    if path is not None:
        aside = _keep_file_aside(path, stamp)
        replace_durably(database, path)
        return aside
    with opened(url) as engine:
        aside = _move_tables_aside(engine, f"before_{stamp}")
    migrate(url)
    with opened(_url_of(database)) as source, opened(url) as target:
        copy_database(source, target, origin=origin, watch=watch)
    return aside


def _keep_file_aside(path: Path, stamp: str) -> str | None:
    """Give the old file a second name, under which it stays when a new one takes the first."""
    if not path.exists():
        return None
    with closing(sqlite3.connect(path)) as connection, suppress(sqlite3.DatabaseError):
        # Folds the log into the file and deletes it: it must not be taken for the new one's.
        connection.execute("PRAGMA journal_mode=DELETE")
    aside = path.with_name(f"{path.name}.before_{stamp}")
    aside.hardlink_to(path)
    for suffix in ("-wal", "-shm"):
        with suppress(FileNotFoundError):
            path.with_name(path.name + suffix).rename(aside.with_name(aside.name + suffix))
    return str(aside)


def _move_tables_aside(engine: Engine, schema: str) -> str | None:
    with writing(engine) as connection:
        names = [table.name for table in read_tables(connection)]
        names += [name for name in (REVISIONS, COPY_STATE) if inspect(connection).has_table(name)]
        if not names:
            return None
        connection.execute(text(f"CREATE SCHEMA {schema}"))
        for name in names:
            quoted = connection.dialect.identifier_preparer.quote(name)
            connection.execute(text(f"ALTER TABLE {quoted} SET SCHEMA {schema}"))
    return f"schema {schema}"
