"""Rows as both databases hold them: whether the other one can, and a digest of them that both agree on.

Sans-I/O.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

# What stands for a NUL, which PostgreSQL keeps in no text; the exchange log writes it alike.
REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
_DIGEST_BYTES = 16
_MODULUS = 1 << (8 * _DIGEST_BYTES)


class DoesNotFit(ValueError):
    """A value that the other database cannot hold; the message names table, row and column."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a column of the target holds: the longest text, and the smallest and greatest number."""

    characters: int | None = None
    number_bits: int | None = None


def find_misfit(value: object, limits: Limits) -> str | None:
    """Say why a column of these limits cannot hold the value; None when it can."""
    if isinstance(value, str) and limits.characters is not None and len(value) > limits.characters:
        return f"its {len(value)} characters are more than {limits.characters}"
    if isinstance(value, int) and limits.number_bits is not None:
        greatest = 1 << (limits.number_bits - 1)
        if not -greatest <= value < greatest:
            return f"{value} is beyond {limits.number_bits} bits"
    return None


def without_nul(value: object) -> object:
    """Write a text's NULs visibly."""
    return value.replace("\0", REPLACEMENT) if isinstance(value, str) else value


class TableDigest:
    """Counts rows and digests them in whatever order they come: the databases sort text differently."""

    __slots__ = ("_sum", "rows")

    def __init__(self) -> None:
        self.rows = 0
        self._sum = 0

    def add(self, row: Mapping[str, object]) -> None:
        """Add one row; which column comes first does not matter."""
        encoded = hashlib.blake2b(digest_size=_DIGEST_BYTES)
        for name in sorted(row):
            encoded.update(_encode(name) + _encode(row[name]))
        self._sum = (self._sum + int.from_bytes(encoded.digest())) % _MODULUS
        self.rows += 1

    @property
    def hash(self) -> str:
        """The digest in hex."""
        return self._sum.to_bytes(_DIGEST_BYTES).hex()


def _encode(value: object) -> bytes:
    """Write a value so that no two that differ look alike."""
    match value:
        case None:
            kind, data = b"n", b""
        case bool():
            kind, data = b"b", b"1" if value else b"0"
        case int():
            kind, data = b"i", str(value).encode()
        case float():
            kind, data = b"f", value.hex().encode()
        case str():
            kind, data = b"s", value.encode("utf-8", "surrogatepass")
        case bytes() | memoryview():
            kind, data = b"y", bytes(value)
        case _:
            kind, data = b"j", json.dumps(value, sort_keys=True).encode()
    return kind + len(data).to_bytes(8) + data


def write_key(values: Sequence[object]) -> str:
    """Write a primary key as JSON, from which `read_key` makes it again."""
    return json.dumps([{"hex": bytes(v).hex()} if isinstance(v, bytes | memoryview) else v for v in values])


def read_key(text: str) -> list[object]:
    """Read what `write_key` wrote."""
    return [bytes.fromhex(v["hex"]) if isinstance(v, dict) else v for v in json.loads(text)]
