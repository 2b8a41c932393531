"""How one HACP field value is written in bytes (AICC CMI001 v4.0 §6.4.1.1, and what clients really send)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote_to_bytes

_TOKEN = re.compile(rb"%u([0-9A-Fa-f]{4})|%([0-9A-Fa-f]{2})|([^%]+|%)")
_ESCAPED_UNIT = re.compile(rb"%u[0-9A-Fa-f]{4}")
_NON_ASCII_RUN = re.compile(rb"[\x80-\xff]+")
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_FIRST_BREAK = re.compile(rb"[\r\n]|%0[DdAa]")


def decode_value(raw: bytes, is_literal: bool, repairs: list[str]) -> str:
    """Return the text of a raw value; `is_literal` says that percent and plus signs stand for themselves.

    A run of bytes above 0x7F is UTF-8 when it can be, windows-1252 otherwise. A value with `%uXXXX` was made
    by JavaScript's escape(), which writes U+0080 to U+00FF as one byte: there such a run is Latin-1.
    """
    if is_literal:
        return _decode_runs(raw, repairs)
    if b"+" in raw and b"%20" not in raw:
        raw = raw.replace(b"+", b" ")
    if _ESCAPED_UNIT.search(raw) is None:
        return _decode_runs(unquote_to_bytes(raw), repairs)
    repairs.append("escape() encoding (%uXXXX) decoded")
    return _join_surrogates("".join(_unescape(raw)))


def decode_again(text: str) -> str:
    """Return `text` percent-decoded once more (a field that was encoded twice)."""
    return decode_value(encode_text(text), False, [])


def is_unencoded(raw: bytes) -> bool:
    """Say whether a value was sent as it is: its first line break is a real one, not `%0D` or `%0A`."""
    found = _FIRST_BREAK.search(raw)
    return found is not None and not found.group().startswith(b"%")


def encode_text(text: str) -> bytes:
    """Return UTF-8; a lone surrogate, which UTF-8 cannot carry, as escape() writes it."""
    escaped = _LONE_SURROGATE.sub(lambda found: f"%u{ord(found.group()):04X}", text)
    return escaped.encode("utf-8")


def _unescape(raw: bytes) -> Iterator[str]:
    """Undo JavaScript's escape(): a byte is the code point of its number, `%uXXXX` one UTF-16 unit."""
    for found in _TOKEN.finditer(raw):
        unit, byte, literal = found.groups()
        if literal is not None:
            yield _decode_runs(literal, [])
        else:
            yield chr(int(unit or byte, 16))


def _decode_runs(raw: bytes, repairs: list[str]) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        repairs.append("Latin-1 decoded")
    pieces: list[str] = []
    position = 0
    for found in _NON_ASCII_RUN.finditer(raw):
        pieces += [raw[position : found.start()].decode("ascii"), _decode_run(found.group())]
        position = found.end()
    return "".join([*pieces, raw[position:].decode("ascii")])


def _decode_run(run: bytes) -> str:
    for encoding in ("utf-8", "cp1252"):
        try:
            return run.decode(encoding)
        except UnicodeDecodeError:
            continue
    return run.decode("latin-1")


def _join_surrogates(text: str) -> str:
    """Two units of a pair arrive as two `%uXXXX`; a unit alone stays as it is."""
    if _LONE_SURROGATE.search(text) is None:
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
