"""Read AICC packages out of an uploaded zip file without trusting it: nothing is ever unpacked to a disk.

Only files with AICC's extensions are read, and zip files one level down. Limits hold for what the directory
says before anything is read, and again for the bytes that really come.
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO

from app.catalog.package import group_names, split_name
from app.catalog.zip_directory import Entry, HostileZip, find_data, walk_directory

_STORED, _DEFLATED = 0, 8
_PIECE_BYTES = 65_536
# Deflate reaches 1,026 to 1 with nothing but zeros; text with a meaning stays under 20.
MAX_RATIO = 200
_MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """How much an upload may be and become."""

    packed_bytes: int = 512 * _MEGABYTE
    entries: int = 300_000
    file_bytes: int = 2 * _MEGABYTE
    inner_zip_bytes: int = 32 * _MEGABYTE
    total_bytes: int = 1024 * _MEGABYTE


LIMITS = Limits()


class DamagedFile(Exception):
    """One file inside cannot be unpacked; the others may be whole."""


@dataclass(frozen=True, slots=True)
class RawPackage:
    """The files of one package by extension, path and bytes; `damage` says why they could not be read."""

    name: str
    files: dict[str, tuple[str, bytes]]
    damage: str | None = None


class PackageZip:
    """An uploaded zip file; opening it checks everything that its directory says. Raises HostileZip."""

    def __init__(self, file: IO[bytes], *, limits: Limits = LIMITS) -> None:
        self._limits = limits
        size_bytes = file.seek(0, io.SEEK_END)
        if size_bytes > limits.packed_bytes:
            raise HostileZip(f"it is larger than {_megabytes(limits.packed_bytes)}")
        self._outer = _Archive(file, size_bytes, limits, most_entries=limits.entries)

    def count(self) -> int:
        """Return how many packages there are; opens every inner zip file."""
        return sum(len(archive.groups) for archive in self._archives(_Budget(self._limits)))

    def read(self, *, skip: int = 0) -> Iterator[RawPackage]:
        """Yield the packages, in the same order each time, without the first `skip`.

        Raises HostileZip when more comes out than the directory said or the limits allow.
        """
        budget = _Budget(self._limits)
        for archive in self._archives(budget):
            for paths in archive.groups.values():
                if skip:
                    skip -= 1
                else:
                    yield archive.read_group(paths, budget)

    def _archives(self, budget: _Budget) -> Iterator[_Archive]:
        budget.take_entries(self._outer.entry_count)
        yield self._outer
        for entry in self._outer.zips:
            yield self._open_inner(entry, budget)

    def _open_inner(self, entry: Entry, budget: _Budget) -> _Archive:
        try:
            data = self._outer.unpack(entry, budget)
            inner = _Archive(
                io.BytesIO(data), len(data), self._limits, most_entries=budget.entries, outer=entry.name
            )
        except (HostileZip, DamagedFile) as error:
            raise HostileZip(f"{entry.name[:100]}: {error}") from error
        budget.take_entries(inner.entry_count)
        return inner


@dataclass(slots=True)
class _Budget:
    """What may still be read in one pass."""

    limits: Limits
    entries: int = 0
    total_bytes: int = 0

    def __post_init__(self) -> None:
        self.entries, self.total_bytes = self.limits.entries, self.limits.total_bytes

    def take_entries(self, count: int) -> None:
        self.entries -= count
        if self.entries < 0:
            raise HostileZip(f"it holds more than {self.limits.entries} files")

    def take_bytes(self, count: int) -> None:
        self.total_bytes -= count
        if self.total_bytes < 0:
            raise HostileZip(f"unpacked it is larger than {_megabytes(self.limits.total_bytes)}")


class _Archive:
    """One zip file: the outer one, or one that lies in it."""

    def __init__(
        self, file: IO[bytes], size_bytes: int, limits: Limits, *, most_entries: int, outer: str = ""
    ) -> None:
        self._file = file
        self._entries: dict[str, Entry] = {}
        self.zips: list[Entry] = []
        self.entry_count = 0
        declared_bytes = 0
        for entry in walk_directory(file, size_bytes=size_bytes, most_entries=most_entries):
            self.entry_count += 1
            if entry.name.lower().endswith(".zip") and not outer:
                _check(entry, limits.inner_zip_bytes)
                self.zips.append(entry)
            elif split_name(entry.name) is not None:
                _check(entry, limits.file_bytes)
                self._entries.setdefault(f"{outer}/{entry.name}" if outer else entry.name, entry)
                declared_bytes += entry.real_bytes
        if declared_bytes > limits.total_bytes:
            raise HostileZip(f"unpacked it is larger than {_megabytes(limits.total_bytes)}")
        self.groups = group_names(self._entries)

    def read_group(self, paths: dict[str, str], budget: _Budget) -> RawPackage:
        name = str(PurePosixPath(next(iter(paths.values()))).with_suffix(""))
        try:
            files = {
                extension: (path, self.unpack(self._entries[path], budget))
                for extension, path in paths.items()
            }
        except DamagedFile as error:
            return RawPackage(name, {}, str(error))
        return RawPackage(name, files)

    def unpack(self, entry: Entry, budget: _Budget) -> bytes:
        """Return the bytes of an entry, no more than the directory says; raises HostileZip, DamagedFile."""
        budget.take_bytes(entry.real_bytes)
        self._file.seek(find_data(self._file, entry))
        if entry.method == _STORED:
            data = self._file.read(entry.packed_bytes)
        else:
            data = self._inflate(entry)
        if len(data) > entry.real_bytes:
            raise HostileZip(f"{entry.name[:100]} is larger than the directory says")
        if len(data) != entry.real_bytes or zlib.crc32(data) != entry.crc:
            raise DamagedFile(f"{entry.name[:100]} is damaged")
        return data

    def _inflate(self, entry: Entry) -> bytes:
        stream = zlib.decompressobj(-zlib.MAX_WBITS)
        pieces: list[bytes] = []
        left, room = entry.packed_bytes, entry.real_bytes + 1
        try:
            while left > 0 and room > 0 and not stream.eof:
                packed = self._file.read(min(left, _PIECE_BYTES))
                if not packed:
                    break
                left -= len(packed)
                while packed and room > 0:
                    piece = stream.decompress(packed, room)
                    pieces.append(piece)
                    room -= len(piece)
                    packed = stream.unconsumed_tail
        except zlib.error:
            raise DamagedFile(f"{entry.name[:100]} is damaged") from None
        return b"".join(pieces)


def _check(entry: Entry, most_bytes: int) -> None:
    """Refuse what is not worth unpacking to find out."""
    name = entry.name[:100]
    if entry.method not in (_STORED, _DEFLATED):
        raise HostileZip(f"{name} is packed in a way that is not read here; use plain zip")
    if entry.real_bytes > most_bytes or (entry.method == _STORED and entry.packed_bytes > most_bytes):
        raise HostileZip(f"{name} is larger than {_megabytes(most_bytes)}")
    if entry.real_bytes > MAX_RATIO * max(entry.packed_bytes, 1):
        raise HostileZip(f"{name} unpacks to more than {MAX_RATIO} times its size")


def _megabytes(size_bytes: int) -> str:
    return f"{size_bytes // _MEGABYTE} MB"
