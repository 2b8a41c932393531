"""Statements and their attachments' data as lines of JSON (NDJSON), to be moved from one store to another.

A line is a statement as a store gives it, or `{"attachment": {"sha2": …, "contentType": …, "data": …}}` with
the data in Base64; an attachment stands before the first statement that names it, once in a file.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass

import orjson

from app.xapi.attachments import HASHES, Part
from app.xapi.errors import BadJson, BadStatement

_BREAKS = bytes.maketrans(b"\r\n", b"  ")


@dataclass(frozen=True, slots=True)
class StatementLine:
    """The text of one statement, not judged yet."""

    text: bytes


def format_statement(text: bytes) -> bytes:
    """Write a statement's JSON on one line; inside of a string no line can break."""
    return text.translate(_BREAKS) + b"\n"


def format_attachment(part: Part) -> bytes:
    """Write an attachment's data on one line."""
    data = base64.b64encode(part.body).decode("ascii")
    described = {"sha2": part.sha2, "contentType": part.content_type, "data": data}
    return orjson.dumps({"attachment": described}) + b"\n"


def parse_line(line: bytes) -> StatementLine | Part | None:
    """Read one line; None for a blank one. Raises BadJson, BadStatement or BodyTooLarge."""
    text = line.strip(b" \t\r\n")
    if not text:
        return None
    if text[:1] != b"{":
        raise BadJson("a line must hold one statement, or the data of one attachment")
    if not text.startswith(b'{"attachment"'):
        return StatementLine(text)
    value = _load(text)
    described = value.get("attachment") if isinstance(value, dict) and len(value) == 1 else None
    if not isinstance(described, dict):
        return StatementLine(text)
    return _read_attachment(described)


def _load(text: bytes) -> object:
    # Not wire.load_json: data in Base64 may be longer than a request.
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise BadJson(f"the line is not valid JSON: {error}") from None


def _read_attachment(described: dict[str, object]) -> Part:
    sha2, content_type, data = (described.get(name) for name in ("sha2", "contentType", "data"))
    if not (isinstance(sha2, str) and isinstance(content_type, str) and isinstance(data, str)):
        raise BadStatement("an attachment needs sha2, contentType and data, as text")
    name = HASHES.get(len(sha2))
    try:
        body = base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError):
        raise BadStatement("the data of an attachment must be Base64") from None
    if name is None or hashlib.new(name, body).hexdigest() != sha2.lower():
        raise BadStatement(f"the data of the attachment does not have the hash {sha2[:128]}")
    return Part(sha2.lower(), content_type[:255], body)
