"""The directory of a zip file, walked in little memory and held against itself (PKWARE APPNOTE 6.3, §4.3).

Python's own `zipfile` builds everything that a directory claims before anybody can ask how much that is; an
upload is a stranger's file, so it is walked here, and refused at the first thing that does not add up.
"""

from __future__ import annotations

import stat
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

_END = b"PK\x05\x06"
_END64_LOCATOR = b"PK\x06\x07"
_END64 = b"PK\x06\x06"
_RECORD = struct.Struct("<4s4xHH4xIIIHHH4xII")
_LOCAL_HEADER_BYTES = 30
_LONGEST_COMMENT = 0xFFFF
_IS_ENCRYPTED, _IS_UTF8 = 0x0001, 0x0800
_SEE_ZIP64 = 0xFFFFFFFF


class HostileZip(Exception):
    """The file is no zip file that may be read; the message is fit for the person who sent it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One file inside: where its local header is, and what the directory says of its size."""

    name: str
    offset: int
    packed_bytes: int
    real_bytes: int
    method: int
    crc: int


def walk_directory(file: IO[bytes], *, size_bytes: int, most_entries: int) -> Iterator[Entry]:
    """Yield the entries of a zip file; raises HostileZip, at the end too when entries overlap.

    Refuses links, encryption, several disks, names that lead out of the folder, and a directory whose size or
    number of entries is not what its end says.
    """
    count, length, start = _find_directory(file, size_bytes)
    if count > most_entries:
        raise HostileZip(f"it holds {count} files, and {most_entries} are the most")
    places: list[int] = []
    position = start
    for _ in range(count):
        file.seek(position)
        entry, taken = _read_record(file)
        position += taken
        if position > start + length:
            break
        if entry.offset + entry.packed_bytes > start:
            raise HostileZip("an entry lies outside of the file")
        places.append((entry.offset << 32) | entry.packed_bytes)
        yield entry
    if position != start + length:
        raise HostileZip("its directory is not as long as it says")
    _refuse_overlap(file, places, start)


def find_data(file: IO[bytes], entry: Entry) -> int:
    """Return where the data of an entry begins; raises HostileZip."""
    return entry.offset + _local_header_bytes(file, entry.offset)


def _find_directory(file: IO[bytes], size_bytes: int) -> tuple[int, int, int]:
    """Return the number of entries, the directory's length and its place."""
    tail_start = max(0, size_bytes - _LONGEST_COMMENT - 22)
    file.seek(tail_start)
    tail = file.read(size_bytes - tail_start)
    found = tail.rfind(_END)
    if found < 0 or len(tail) < found + 22:
        raise HostileZip("it is not a zip file, or its end is missing")
    disks, disks_too, here, count, length, start = struct.unpack_from("<HHHHII", tail, found + 4)
    end = tail_start + found
    if _SEE_ZIP64 in (length, start) or 0xFFFF in (here, count):
        end, count, length, start = _find_large_directory(file, end) or (end, count, length, start)
    if disks or disks_too:
        raise HostileZip("it is one part of several")
    if start + length != end:
        raise HostileZip("its directory is not where it says")
    return count, length, start


def _find_large_directory(file: IO[bytes], end: int) -> tuple[int, int, int, int] | None:
    """Return place, number of entries, length and start out of the zip64 records; None without them."""
    file.seek(max(0, end - 20))
    locator = file.read(20)
    if len(locator) < 20 or not locator.startswith(_END64_LOCATOR):
        return None
    place = struct.unpack_from("<Q", locator, 8)[0]
    if place >= end:
        raise HostileZip("its directory is not where it says")
    file.seek(place)
    record = file.read(56)
    if len(record) < 56 or not record.startswith(_END64):
        raise HostileZip("its directory is not where it says")
    count, length, start = struct.unpack_from("<QQQ", record, 32)
    return place, count, length, start


def _read_record(file: IO[bytes]) -> tuple[Entry, int]:
    header = file.read(_RECORD.size)
    if len(header) < _RECORD.size or not header.startswith(b"PK\x01\x02"):
        raise HostileZip("its directory is damaged")
    (_, flags, method, crc, packed, real, name_bytes, extra_bytes, comment_bytes, attributes, offset) = (
        _RECORD.unpack(header)
    )
    raw_name, extra = file.read(name_bytes), file.read(extra_bytes)
    name = raw_name.decode("utf-8" if flags & _IS_UTF8 else "cp437", "replace")
    if flags & _IS_ENCRYPTED:
        raise HostileZip(f"{name[:100]} is encrypted")
    if stat.S_ISLNK(attributes >> 16):
        raise HostileZip(f"{name[:100]} is a link")
    _refuse_stray_name(name)
    if _SEE_ZIP64 in (packed, real, offset):
        packed, real, offset = _read_large_sizes(extra, packed, real, offset)
    entry = Entry(name, offset, packed, real, method, crc)
    return entry, _RECORD.size + name_bytes + extra_bytes + comment_bytes


def _refuse_stray_name(name: str) -> None:
    """Nothing is ever written under these names; who sends such a file means harm all the same."""
    path = name.replace("\\", "/")
    if path.startswith("/") or path[1:2] == ":" or ".." in path.split("/") or "\0" in path:
        raise HostileZip(f"the name {name[:100]!r} leads out of the folder")


def _read_large_sizes(extra: bytes, *sizes: int) -> tuple[int, int, int]:
    """Return packed size, real size and offset, those that did not fit out of the zip64 extra field."""
    position = 0
    while position + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, position)
        if kind == 1:
            body = extra[position + 4 : position + 4 + length]
            numbers = iter(struct.unpack(f"<{len(body) // 8}Q", body[: len(body) // 8 * 8]))
            packed, real, offset = sizes
            # The field keeps them in another order than the record.
            real = next(numbers, real) if real == _SEE_ZIP64 else real
            packed = next(numbers, packed) if packed == _SEE_ZIP64 else packed
            return packed, real, next(numbers, offset) if offset == _SEE_ZIP64 else offset
        position += 4 + length
    raise HostileZip("an entry says no size")


def _refuse_overlap(file: IO[bytes], places: list[int], end: int) -> None:
    """Refuse entries that share bytes: with them a small file unpacks to any size."""
    places.sort()
    reached = 0
    for place in places:
        offset, packed_bytes = place >> 32, place & 0xFFFFFFFF
        if offset < reached:
            raise HostileZip("entries overlap")
        reached = offset + _local_header_bytes(file, offset) + packed_bytes
    if reached > end:
        raise HostileZip("entries overlap")


def _local_header_bytes(file: IO[bytes], offset: int) -> int:
    file.seek(offset)
    header = file.read(_LOCAL_HEADER_BYTES)
    if len(header) < _LOCAL_HEADER_BYTES or not header.startswith(b"PK\x03\x04"):
        raise HostileZip("an entry is not where the directory says")
    name_bytes, extra_bytes = struct.unpack_from("<HH", header, 26)
    return _LOCAL_HEADER_BYTES + int(name_bytes) + int(extra_bytes)
