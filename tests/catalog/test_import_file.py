"""A file in pieces reads like any other."""

from __future__ import annotations

import io

import pytest

from app.catalog.import_file import CHUNK_BYTES, open_chunks
from app.catalog.zip_guard import PackageZip
from tests.catalog.packages import course_files, make_zip


def test_a_file_in_pieces_is_read_and_sought_in() -> None:
    data = bytes(range(256)) * (CHUNK_BYTES // 200)
    loads: list[int] = []

    def load(number: int) -> bytes:
        loads.append(number)
        return data[number * CHUNK_BYTES : (number + 1) * CHUNK_BYTES]

    file = open_chunks(load, len(data))
    assert file.read() == data
    assert file.seek(-3, io.SEEK_END) == len(data) - 3
    assert file.read(10) == data[-3:]
    file.seek(CHUNK_BYTES - 5)
    assert file.read(10) == data[CHUNK_BYTES - 5 : CHUNK_BYTES + 5]
    assert loads == [0, 1]


def test_packages_are_read_out_of_pieces() -> None:
    data = make_zip(course_files())
    assert [raw.name for raw in PackageZip(open_chunks(lambda _: data, len(data))).read()] == ["4242"]


def test_a_missing_piece_is_an_error() -> None:
    with pytest.raises(OSError, match="missing"):
        open_chunks(lambda _: b"", 10).read()
