"""The form of a backup: a zip with a manifest and one SQLite file, whichever database it came from."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from app.keeping.tables import Counted

FORMAT = 1
_MANIFEST, _DATABASE = "manifest.json", "waymark.db"
_CHUNK_BYTES = 1024 * 1024


class BadBackup(Exception):
    """The file is no backup, or damaged; the message says which."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself; `key` tells secret keys apart, and does not tell them."""

    version: str
    revision: str
    made_at: str
    database: str
    key: str
    sha256: str
    size_bytes: int
    tables: Mapping[str, Counted]
    format: int = FORMAT

    @property
    def rows(self) -> int:
        """How many rows there are in all."""
        return sum(each.rows for each in self.tables.values())


def write_backup(manifest: Manifest, database: Path, output: Path) -> None:
    """Write the file."""
    with written_durably(output) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(_MANIFEST, json.dumps(asdict(manifest), indent=2))
        archive.write(database, _DATABASE)


@contextmanager
def written_durably(output: Path) -> Iterator[IO[bytes]]:
    """Give a file readable by its owner alone; under its name there is never half of it."""
    temporary = output.with_name(f".{output.name}.{os.getpid()}")
    try:
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            yield file
        replace_durably(temporary, output)
    finally:
        with suppress(FileNotFoundError):
            temporary.unlink()


def read_backup(path: Path, directory: Path) -> tuple[Manifest, Path]:
    """Unpack the database of a backup into a directory, checked; raises BadBackup."""
    try:
        with zipfile.ZipFile(path) as archive:
            manifest = _read_manifest(archive.read(_MANIFEST))
            database = directory / _DATABASE
            with (
                archive.open(_DATABASE) as source,
                os.fdopen(os.open(database, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as target,
            ):
                shutil.copyfileobj(source, target, _CHUNK_BYTES)
    except (zipfile.BadZipFile, KeyError, EOFError) as error:
        raise BadBackup(f"{path} is no backup of Waymark, or is damaged") from error
    if digest_file(database) != manifest.sha256:
        raise BadBackup(f"{path} is damaged: the database in it is not the one that was put in")
    check_integrity(database)
    return manifest, database


def _read_manifest(text: bytes) -> Manifest:
    try:
        values = json.loads(text)
        if values["format"] != FORMAT:
            raise BadBackup(f"the backup has format {values['format']}, which this version does not know")
        tables = {name: Counted(**each) for name, each in values.pop("tables").items()}
        return Manifest(**values, tables=tables)
    except (ValueError, TypeError, KeyError) as error:
        raise BadBackup("the backup's manifest cannot be read") from error


def check_integrity(database: Path) -> None:
    """Let SQLite look through its file; raises BadBackup."""
    with closing(sqlite3.connect(database)) as connection:
        try:
            found = [row[0] for row in connection.execute("PRAGMA integrity_check(1)")]
        except sqlite3.DatabaseError as error:
            raise BadBackup(f"the database cannot be read: {error}") from error
    if found != ["ok"]:
        raise BadBackup(f"the database is damaged: {found[0]}")


def digest_file(path: Path) -> str:
    """Return the SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def replace_durably(source: Path, target: Path) -> None:
    """Give a finished file its name, and have both on stable storage."""
    _sync(source)
    source.replace(target)
    _sync(target.parent)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
