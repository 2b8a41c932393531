"""An uploaded file that lies in the database in pieces, to be read and sought in like any file."""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import lru_cache
from typing import IO, cast

# Written in one transaction each: on SQLite nobody else writes meanwhile.
CHUNK_BYTES = 512 * 1024
_BUFFER_BYTES = 16 * 1024


def open_chunks(load: Callable[[int], bytes], size_bytes: int) -> IO[bytes]:
    """Return a file of this size whose piece number N `load` gives; few pieces are in memory at once."""
    # It has all that readers of bytes ask for; the types of the two do not know each other.
    return cast(
        IO[bytes], io.BufferedReader(_ChunkFile(lru_cache(maxsize=8)(load), size_bytes), _BUFFER_BYTES)
    )


class _ChunkFile(io.RawIOBase):
    def __init__(self, load: Callable[[int], bytes], size_bytes: int) -> None:
        self._load = load
        self._size_bytes = size_bytes
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size_bytes}[whence]
        self._position = max(0, base + offset)
        return self._position

    def tell(self) -> int:
        return self._position

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # no other buffer comes here
        left = min(len(buffer), self._size_bytes - self._position)
        if left <= 0:
            return 0
        number, start = divmod(self._position, CHUNK_BYTES)
        piece = self._load(number)[start : start + left]
        if not piece:
            raise OSError("a piece of the uploaded file is missing")
        buffer[: len(piece)] = piece
        self._position += len(piece)
        return len(piece)
