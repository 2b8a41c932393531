"""Zip files of strangers: whole packages come out, and hostile ones are refused before they cost anything."""

from __future__ import annotations

import io
import struct
import tracemalloc
import zipfile
from collections.abc import Callable

import pytest
from hypothesis import strategies as st

from app.catalog.zip_directory import HostileZip
from app.catalog.zip_guard import Limits, PackageZip
from tests.catalog.packages import course_files, make_zip
from tests.fuzzing import fuzz

MEGABYTE = 1024 * 1024


def read_names(data: bytes, *, limits: Limits | None = None, skip: int = 0) -> list[str]:
    archive = PackageZip(io.BytesIO(data), limits=limits or Limits())
    return [raw.name for raw in archive.read(skip=skip)]


def test_only_course_files_are_read() -> None:
    files = course_files("a") | course_files("sub/B") | {"readme.txt": b"x", "__MACOSX/._a.crs": b"x"}
    [one, two] = PackageZip(io.BytesIO(make_zip(files))).read()
    assert (one.name, two.name) == ("a", "sub/B")
    assert dict(one.files.values()) == course_files("a")


def test_zips_in_the_zip_are_read_one_level_down() -> None:
    inner = make_zip(course_files("in") | {"deeper.zip": make_zip(course_files("deep"))})
    data = make_zip({**course_files("out"), "one.zip": inner, "two.ZIP": make_zip(course_files("last"))})
    assert read_names(data) == ["out", "one.zip/in", "two.ZIP/last"]
    assert PackageZip(io.BytesIO(data)).count() == 3
    assert read_names(data, skip=2) == ["two.ZIP/last"]


def test_a_directory_of_more_than_sixty_five_thousand_entries_is_read() -> None:
    names = {f"{number}.txt": b"" for number in range(66_000)}
    assert read_names(make_zip(names | course_files("last"))) == ["last"]


def test_entries_written_to_a_stream_are_read() -> None:
    class Stream(io.RawIOBase):
        def __init__(self) -> None:
            self.data = bytearray()

        def writable(self) -> bool:
            return True

        def write(self, data: object) -> int:
            self.data += bytes(data)  # type: ignore[call-overload]
            return len(bytes(data))  # type: ignore[call-overload]

    stream = Stream()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:  # type: ignore[arg-type]
        for path, content in course_files("s").items():
            with archive.open(path, "w", force_zip64=True) as entry:
                entry.write(content)
    assert read_names(bytes(stream.data)) == ["s"]


def test_a_damaged_file_damages_its_own_package_only() -> None:
    data = make_zip(course_files("a") | course_files("b"))
    place = data.index(b"a.au") + len(b"a.au") + 8
    broken = data[:place] + bytes(byte ^ 0xFF for byte in data[place : place + 4]) + data[place + 4 :]
    [one, two] = PackageZip(io.BytesIO(broken)).read()
    assert one.damage == "a.au is damaged"
    assert two.damage is None


def _zip_with(path: str, data: bytes, change: Callable[[zipfile.ZipInfo], None] = lambda info: None) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        info = zipfile.ZipInfo(path)
        info.compress_type = zipfile.ZIP_DEFLATED
        change(info)
        archive.writestr(info, data)
    return buffer.getvalue()


def _link(info: zipfile.ZipInfo) -> None:
    info.create_system, info.external_attr = 3, 0o120777 << 16


def _patched(data: bytes, signature: bytes, offset: int, value: bytes) -> bytes:
    place = data.rindex(signature) + offset
    return data[:place] + value + data[place + len(value) :]


def _overlapping() -> bytes:
    """Two directory entries for the same bytes: the trick by which a small file unpacks to any size."""
    data = make_zip({"a.crs": b"x" * 100, "b.crs": b"y" * 100})
    record = data.rindex(b"PK\x01\x02")
    return data[: record + 42] + struct.pack("<I", 0) + data[record + 46 :]


def _too_small_a_size() -> bytes:
    data = _zip_with("a.crs", b"x y z " * 20_000)
    return _patched(data, b"PK\x01\x02", 24, struct.pack("<I", 500))


_ZEROS = bytes(1_900_000)
_HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "no zip": (lambda: b"MZ" + bytes(5000), "not a zip"),
    "cut off": (lambda: make_zip(course_files())[:-30], "not a zip"),
    "bomb": (lambda: _zip_with("a.crs", _ZEROS), "200 times"),
    "large file": (lambda: _zip_with("a.crs", bytes(range(256)) * 9000), "larger than 2 MB"),
    "lying size": (_too_small_a_size, "larger than the directory says"),
    "overlap": (_overlapping, "overlap"),
    "slip": (lambda: _zip_with("../../etc/a.crs", b"x"), "out of the folder"),
    "slip by backslash": (lambda: _zip_with("x\\..\\..\\a.crs", b"x"), "out of the folder"),
    "absolute": (lambda: _zip_with("/etc/a.txt", b"x"), "out of the folder"),
    "drive": (lambda: _zip_with("C:/a.crs", b"x"), "out of the folder"),
    "link": (lambda: _zip_with("a.crs", b"/etc/passwd", _link), "is a link"),
    "encrypted": (lambda: _patched(_zip_with("a.crs", b"x"), b"PK\x01\x02", 8, b"\x01\x00"), "encrypted"),
    "odd method": (lambda: _patched(_zip_with("a.crs", b"x"), b"PK\x01\x02", 10, b"\x0c\x00"), "plain zip"),
    "count": (lambda: _patched(make_zip(course_files()), b"PK\x05\x06", 10, b"\x01\x00"), "as long as"),
    "directory elsewhere": (
        lambda: _patched(make_zip(course_files()), b"PK\x05\x06", 16, b"\x01\x00\x00\x00"),
        "where it says",
    ),
    "parts": (lambda: _patched(make_zip(course_files()), b"PK\x05\x06", 4, b"\x01\x00"), "one part"),
    "bomb in a zip": (
        lambda: make_zip({"in.zip": _zip_with("a.crs", _ZEROS)}),
        "in.zip: a.crs unpacks to more than 200",
    ),
}


@pytest.mark.parametrize("name", list(_HOSTILE))
def test_a_hostile_zip_is_refused_in_words(name: str) -> None:
    make, words = _HOSTILE[name]
    with pytest.raises(HostileZip, match=words):
        read_names(make())


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        (Limits(packed_bytes=100), "larger than 0 MB"),
        (Limits(entries=7), "are the most"),
        (Limits(total_bytes=1500), "unpacked it is larger"),
    ],
)
def test_what_goes_beyond_a_limit_is_refused(limits: Limits, words: str) -> None:
    data = make_zip({"a.zip": make_zip(course_files("a")), "b.zip": make_zip(course_files("b"))})
    with pytest.raises(HostileZip, match=words):
        read_names(data, limits=limits)


def test_refusing_a_crowd_of_entries_needs_little_memory() -> None:
    """A directory of a million entries is walked no further than its count."""
    record = struct.pack("<4s4xHH4xIIIHHH4xII", b"PK\x01\x02", 0, 0, 0, 0, 0, 5, 0, 0, 0, 0) + b"a.crs"
    local = struct.pack("<4s22xHH", b"PK\x03\x04", 5, 0) + b"a.crs"
    directory = record * 400_000
    end = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, 100, 100, len(directory), len(local), 0)
    file = io.BytesIO(local + directory + end)
    tracemalloc.start()
    with pytest.raises(HostileZip):
        PackageZip(file)
    assert tracemalloc.get_traced_memory()[1] < 5 * MEGABYTE
    tracemalloc.stop()


def test_any_bytes_are_read_or_refused() -> None:
    """T31: a zip file with any of its bytes changed."""
    whole = make_zip(course_files("a") | {"in.zip": make_zip(course_files("b"))})

    def check(changes: list[tuple[int, int]]) -> None:
        data = bytearray(whole)
        for place, byte in changes:
            data[place % len(data)] = byte
        try:
            for raw in PackageZip(io.BytesIO(bytes(data))).read():
                assert raw.files or raw.damage
        except HostileZip:
            pass

    fuzz(st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), max_size=6), check, short=200)
