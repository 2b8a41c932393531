"""The `more` of a list: where it goes on, sealed so that it opens for its own credential only. Sans-I/O."""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b

import orjson

from app.xapi.errors import BadRequest

PARAMETER = "more"
_SEAL_BYTES = 16


@dataclass(frozen=True, slots=True)
class Cursor:
    """The parameters of the first request, and the range of keys that is left, bounds excluded."""

    parameters: Mapping[str, str]
    after: int
    before: int


def format_cursor(cursor: Cursor, *, secret_key: str, owner: str) -> str:
    """Write a cursor as opaque text; `owner` is the credential it belongs to."""
    payload = orjson.dumps([dict(cursor.parameters), cursor.after, cursor.before])
    return urlsafe_b64encode(_seal(payload, secret_key, owner) + payload).decode().rstrip("=")


def parse_cursor(text: str, *, secret_key: str, owner: str) -> Cursor:
    """Read a cursor of ours; raises BadRequest for one that was changed or given to somebody else."""
    try:
        raw = urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
    except ValueError:
        raise BadRequest("this is no continuation of ours") from None
    seal, payload = raw[:_SEAL_BYTES], raw[_SEAL_BYTES:]
    if not hmac.compare_digest(seal, _seal(payload, secret_key, owner)):
        raise BadRequest("this continuation was not given to this credential")
    parameters, after, before = orjson.loads(payload)
    return Cursor(parameters, after, before)


def _seal(payload: bytes, secret_key: str, owner: str) -> bytes:
    # The key is hashed first: blake2b takes 64 bytes at most, and the settings allow any length.
    key = blake2b(secret_key.encode(), digest_size=32, person=b"xapi more").digest()
    return blake2b(owner.encode() + b"\0" + payload, key=key, digest_size=_SEAL_BYTES).digest()
