"""AICC packages as an LMS reads them: the lessons of a zip, with the addresses that launch them."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from pathlib import PurePosixPath

from app.simulator.lms import LmsUnit


class BadPackage(ValueError):
    """The zip holds no course; the message says what is missing."""


def read_units(data: bytes) -> list[LmsUnit]:
    """Return the lessons of every course in a zip; raises BadPackage.

    Ids are `package/System_ID`, so that the lessons of several courses do not meet.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            files = {name: archive.read(name) for name in archive.namelist()}
    except zipfile.BadZipFile as error:
        raise BadPackage("this is no zip file") from error
    units = [unit for name in files if name.lower().endswith(".au") for unit in _read(name, files)]
    if not units:
        raise BadPackage("the zip holds no .au file with a lesson in it")
    return units


def _read(au_name: str, files: dict[str, bytes]) -> Iterator[LmsUnit]:
    path = PurePosixPath(au_name)
    others = {PurePosixPath(name).suffix.lower(): raw for name, raw in files.items() if _is_of(name, path)}
    if missing := {".crs", ".des", ".cst"} - others.keys():
        raise BadPackage(f"{path.stem} has no {', '.join(sorted(missing))} file")
    titles = {row["system_id"]: row.get("title", "") for row in _rows(others[".des"])}
    for row in _rows(files[au_name]):
        if not row.get("file_name"):
            raise BadPackage(f"{path.name}: {row.get('system_id')} has no File_Name")
        yield LmsUnit(
            id=f"{path.stem}/{row['system_id']}",
            title=titles.get(row["system_id"], row["system_id"]),
            launch_url=row["file_name"],
            web_launch=row.get("web_launch", ""),
            core_vendor=row.get("core_vendor", ""),
            mastery_score=row.get("mastery_score", ""),
        )


def _is_of(name: str, path: PurePosixPath) -> bool:
    other = PurePosixPath(name)
    return other.parent == path.parent and other.stem.lower() == path.stem.lower()


def _rows(raw: bytes) -> Iterator[dict[str, str]]:
    reader = csv.reader(io.StringIO(raw.decode("utf-8"), newline=""))
    head = [name.strip().lower() for name in next(reader, [])]
    for row in reader:
        if row:
            yield dict(zip(head, row, strict=False))
