"""A HACP body cut into raw fields, each with its place in the bytes (urlencoded, plain or multipart).

The multipart reader is our own because a beacon's body is small, and because it must be linear, keep the raw
bytes and accept what Adapt's sendBeacon(FormData) sends (RFC 7578).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from app.hacp import wire_encoding

MAX_FIELDS = 64
"""A HACP request has five; the rest of a longer one is not read."""

_KNOWN_NAME = re.compile(rb"\s*(?:command|version|session_id|au_password|aicc_data)\s*\Z", re.IGNORECASE)
_BOUNDARY = re.compile(r"boundary\s*=\s*(?:\"([^\"]{1,70})\"|([^\s;,\"]{1,70}))", re.IGNORECASE)
_PART_NAME = re.compile(rb"[;\s]name\s*=\s*(?:\"([^\"\r\n]*)\"|([^\s;\"]+))", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class RawField:
    """A name and a value as bytes; the value is `body[start:end]`, or several such pieces joined."""

    name: bytes
    value: bytes
    start: int
    end: int
    is_literal: bool = False


def split_body(body: bytes, content_type: str, repairs: list[str]) -> list[RawField]:
    """Return the fields of a body; the content type matters only for multipart, nothing else is trusted."""
    if content_type.strip().lower().startswith("multipart/form-data"):
        boundary = _find_boundary(body, content_type)
        if boundary is not None:
            repairs.append("multipart/form-data body")
            return list(_multipart_fields(body, boundary))
    if content_type.strip().lower().startswith("text/plain"):
        repairs.append("text/plain body")
    return _join_unencoded(list(_pairs(body)), body, repairs)


def split_query(query: bytes) -> list[RawField]:
    """Return the fields of a query string."""
    return list(_pairs(query))


def _pairs(raw: bytes) -> Iterator[RawField]:
    start = 0
    for _ in range(MAX_FIELDS):
        end = raw.find(b"&", start)
        end = len(raw) if end < 0 else end
        equals = raw.find(b"=", start, end)
        if equals >= 0:
            yield RawField(raw[start:equals], raw[equals + 1 : end], equals + 1, end)
        start = end + 1
        if start > len(raw):
            return


def _join_unencoded(fields: list[RawField], body: bytes, repairs: list[str]) -> list[RawField]:
    """Give an unencoded aicc_data back what its own ampersands cut off, and mark it literal.

    A value whose first line break is a real one was never percent-encoded, so an `&` in it is data unless the
    name of a HACP field follows. A line break at the very end of a body is curl's or an editor's, not data.
    """
    joined: list[RawField] = []
    for index, field in enumerate(fields):
        if field.name.strip().lower() != b"aicc_data":
            joined.append(_without_final_break(field, body))
            continue
        end = next(
            (f.start - len(f.name) - 2 for f in fields[index + 1 :] if _KNOWN_NAME.match(f.name)), len(body)
        )
        value = body[field.start : end]
        if wire_encoding.is_unencoded(value.strip(b"\r\n")):
            repairs.append("aicc_data was not encoded")
            joined.append(RawField(field.name, value, field.start, end, is_literal=True))
            joined += [f for f in fields[index + 1 :] if f.start > end]
            return joined
        joined.append(_without_final_break(field, body))
    return joined


def _without_final_break(field: RawField, body: bytes) -> RawField:
    if field.end < len(body) or not field.value.endswith((b"\r", b"\n")):
        return field
    value = field.value.rstrip(b"\r\n")
    return RawField(field.name, value, field.start, field.start + len(value))


def _find_boundary(body: bytes, content_type: str) -> bytes | None:
    """Take the boundary from the header, or from the body's first line when the header lost it."""
    found = _BOUNDARY.search(content_type)
    if found:
        return b"--" + (found.group(1) or found.group(2)).encode("latin-1", "replace")
    first_line = body.lstrip(b"\r\n")[:100].split(b"\n", 1)[0].rstrip()
    return first_line if first_line.startswith(b"--") and len(first_line) > 2 else None


def _multipart_fields(body: bytes, boundary: bytes) -> Iterator[RawField]:
    position = body.find(boundary)
    for _ in range(MAX_FIELDS):
        if position < 0:
            return
        start = body.find(b"\n", position + len(boundary))
        if start < 0 or body.startswith(b"--", position + len(boundary)):
            return
        position = body.find(b"\n" + boundary, start)
        end = len(body) if position < 0 else position
        field = _part(body, start + 1, end)
        if field is not None:
            yield field
        position = position + 1 if position >= 0 else -1


def _part(body: bytes, start: int, end: int) -> RawField | None:
    """Read one part; its headers end at the first empty line and its value before the last line break."""
    headers_end, gap = _headers_end(body, start, end)
    named = _PART_NAME.search(b";" + body[start:headers_end])
    if named is None:
        return None
    value_start = min(headers_end + gap, end)
    value_end = end - 1 if end > value_start and body[end - 1 : end] == b"\r" else end
    name = named.group(1) if named.group(1) is not None else named.group(2)
    return RawField(name, body[value_start:value_end], value_start, value_end, is_literal=True)


def _headers_end(body: bytes, start: int, end: int) -> tuple[int, int]:
    ends = [(found, len(gap)) for gap in (b"\r\n\r\n", b"\n\n") if (found := body.find(gap, start, end)) >= 0]
    return min(ends) if ends else (end, 0)
