"""HACP requests from raw bytes, and replies to raw bytes (AICC CMI001 v4.0 §6.4.1 and §6.4.3).

We read the body ourselves because no form parser understands what courses send: JavaScript's escape()
(`%E9`, `%u20AC`), bodies encoded twice or not at all, beacons as text/plain or multipart/form-data. Every
repair is named on the request, so that an administrator can see what was understood and why.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.hacp import wire_encoding
from app.hacp.errors import InvalidCommand
from app.hacp.wire_fields import RawField, split_body, split_query

VERSION = "4.0"
"""Constant, and never absent: Rustici's client drops score decimals when the reply names no version >= 3."""

MAX_BODY_BYTES = 1024 * 1024

_TWICE_ENCODED = re.compile(r"%5B(?:%20|\+|[ \t])*core|%0D%0A", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class HacpRequest:
    """One request as it was understood; `command` is lower case, absent fields are empty."""

    command: str
    version: str = ""
    session_id: str = ""
    au_password: str | None = None
    aicc_data: str = ""
    repairs: tuple[str, ...] = ()


def parse_request(body: bytes, content_type: str = "", query: bytes = b"") -> HacpRequest:
    """Return what `body` and the query string ask for.

    Names are case-insensitive and come in any order; a field of the body wins over the query string. Raise
    InvalidCommand when the body names two different commands or session ids. Any bytes are accepted: what
    cannot be understood is an empty field. Linear in the length of the request.
    """
    repairs: list[str] = []
    in_body = _decode_fields(split_body(body, content_type, repairs), repairs)
    in_query = _decode_fields(split_query(query), repairs)
    _refuse_contradiction("command", {value.strip().lower() for name, value in in_body if name == "command"})
    _refuse_contradiction("session_id", {value.strip() for name, value in in_body if name == "session_id"})
    if any(name == "au_password" for name, _ in in_query):
        # Addresses end up in logs of proxies: a password there is no longer one.
        repairs.append("AU_password in the address left aside")
        in_query = [(name, value) for name, value in in_query if name != "au_password"]
    values = _first_values([*in_body, *in_query])
    if {name for name, _ in in_query} & _NAMES - {name for name, _ in in_body}:
        repairs.append("parameters taken from the query string")
    return HacpRequest(
        command=values.get("command", "").strip().lower(),
        version=values.get("version", "").strip(),
        session_id=_session_id(values.get("session_id", ""), repairs),
        au_password=values.get("au_password"),
        aicc_data=decode_twice_encoded(values.get("aicc_data", ""), repairs),
        repairs=tuple(dict.fromkeys(repairs)),
    )


def format_reply(code: int, text: str, aicc_data: str | None = None) -> bytes:
    """Return the reply in its canonical form, CRLF line ends, one final CRLF.

    `aicc_data` begins with `[core]`, which stays on the line of its keyword: e-LfH's older parser loses the
    whole group otherwise. A lone surrogate leaves as `%uXXXX`, which is how it came in.
    """
    lines = f"error={code}\r\nerror_text={text}\r\nversion={VERSION}\r\n"
    if aicc_data is not None:
        lines += f"aicc_data={aicc_data}"
        if not aicc_data.endswith("\r\n"):
            lines += "\r\n"
    return wire_encoding.encode_text(lines)


def decode_twice_encoded(value: str, repairs: list[str]) -> str:
    """Decode once more what Rustici's form fallback encoded twice (in JavaScript, then by the browser).

    Data that already shows a line break or a bracket was encoded once, whatever it contains.
    """
    has_structure = any(mark in value for mark in "[\r\n")
    if not has_structure and _TWICE_ENCODED.search(value):
        repairs.append("aicc_data was encoded twice")
        return wire_encoding.decode_again(value)
    return value


def redact(body: bytes, content_type: str, replacement: bytes) -> bytes:
    """Return `body` with the values of session ids and AU_password replaced, however they were encoded."""
    return _replace_values(body, split_body(body, content_type, []), replacement)


def redact_query(query: bytes, replacement: bytes) -> bytes:
    """Return the query string with the values of session ids and AU_password replaced."""
    return _replace_values(query, split_query(query), replacement)


def hide_session_ids(raw: bytes, replacement: bytes) -> bytes:
    """Replace what stands for a session id in an address that content has kept or passed on."""
    return _SID_IN_ADDRESS.sub(lambda found: found.group(1) + replacement, raw)


def hide_all_ids(raw: bytes, replacement: bytes) -> bytes:
    """Replace everything that is as long as a session id and made of the same characters."""
    return _LIKE_A_SID.sub(lambda _: replacement, raw)


_SID_IN_ADDRESS = re.compile(rb"(AICC_SID(?:=|%3D|%253D))[A-Za-z0-9]{32}(?![A-Za-z0-9])", re.IGNORECASE)
# After a percent-encoded character too.
_LIKE_A_SID = re.compile(rb"(?:(?<![A-Za-z0-9])|(?<=%[0-9A-Fa-f]{2}))[A-Za-z0-9]{32}(?![A-Za-z0-9])")
_NAMES = frozenset({"command", "version", "session_id", "au_password", "aicc_data"})
_SECRET_NAMES = frozenset(
    {"session_id", "sessionid", "aicc_sid", "sid", "au_password", "aupassword", "password"}
)


def _decode_fields(fields: Iterable[RawField], repairs: list[str]) -> list[tuple[str, str]]:
    return [
        (_field_name(field), wire_encoding.decode_value(field.value, field.is_literal, repairs))
        for field in fields
    ]


def _field_name(field: RawField) -> str:
    """Names are short and ASCII; a leading blank or BOM before the first one is not part of it."""
    text = wire_encoding.decode_value(field.name, field.is_literal, [])
    return text.strip(" \t\r\n\ufeff").lower()


def _refuse_contradiction(name: str, values: set[str]) -> None:
    """Two answers to "what" or "whose" mean that somebody added one: guessing would be their choice."""
    if len(values) > 1:
        raise InvalidCommand(f"two different values of {name} in one request")


def _first_values(fields: Sequence[tuple[str, str]]) -> dict[str, str]:
    values: dict[str, str] = {}
    for name, value in fields:
        values.setdefault(name, value)
    return values


def _session_id(value: str, repairs: list[str]) -> str:
    """Ours are letters and digits, so a percent sign can only come from encoding twice."""
    if "%" in value:
        repairs.append("session_id was encoded twice")
        value = wire_encoding.decode_again(value)
    return value.strip()


def _replace_values(raw: bytes, fields: Iterable[RawField], replacement: bytes) -> bytes:
    pieces: list[bytes] = []
    position = 0
    for field in sorted(fields, key=lambda field: field.start):
        if _field_name(field) in _SECRET_NAMES and field.start >= position and field.value:
            pieces += [raw[position : field.start], replacement]
            position = field.end
    return b"".join([*pieces, raw[position:]])
