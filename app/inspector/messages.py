"""A kept HACP exchange taken apart again for people: its command, its groups, what was answered.

Nothing but the bodies is kept, so they are read again by the very parser that read them first. Sans-I/O.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from app.hacp.aicc_data import AiccData, parse_groups
from app.hacp.errors import HacpError
from app.hacp.wire import parse_request

# Groups that hold text, and commands whose data is no groups but a table, are shown as they came.
_GROUPED = frozenset({"putparam", "exitparam"})
# The name of what belongs to no group that AICC defines; no group of AICC's is called so.
UNREAD = "unread"
_MULTIPART = "multipart/form-data"
_UNREADABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Group:
    """One group of a message: keyword lines, or text; `name` is empty for data outside any group."""

    name: str
    lines: tuple[tuple[str, str], ...] = ()
    text: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request said; `trouble` tells why it could not be read again."""

    command: str = ""
    version: str = ""
    groups: tuple[Group, ...] = ()
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Answered:
    """What a reply said; `error` is None for a reply that is no HACP."""

    error: int | None = None
    error_text: str = ""
    groups: tuple[Group, ...] = ()


def read_request(body: bytes, query: str = "") -> Asked:
    """Take a kept request apart; any bytes are accepted, also those of a body that was cut."""
    content_type = _MULTIPART if body.lstrip(b"\r\n")[:2] == b"--" else ""
    try:
        request = parse_request(body, content_type, query.encode("latin-1", "replace"))
    except HacpError as error:
        return Asked(trouble=readable(error.reason))
    return Asked(
        command=readable(request.command)[:40],
        version=readable(request.version)[:40],
        groups=_groups_of(request.aicc_data, is_grouped=request.command in _GROUPED),
    )


def read_reply(body: bytes) -> Answered:
    """Take a kept reply apart."""
    text = body.decode("utf-8", "replace")
    header, _, data = text.partition("aicc_data=")
    values = dict(line.split("=", 1) for line in header.splitlines() if "=" in line)
    code = values.get("error", "")
    return Answered(
        error=int(code) if code.isascii() and code.isdigit() else None,
        error_text=readable(values.get("error_text", "")),
        groups=_groups_of(data, is_grouped=True),
    )


def readable(text: str) -> str:
    """Make any text fit for a page or for JSON: no lone surrogate, no control character but line ends."""
    return _UNREADABLE.sub("\N{REPLACEMENT CHARACTER}", text)


def _groups_of(data: str, *, is_grouped: bool) -> tuple[Group, ...]:
    if not data.strip():
        return ()
    found = parse_groups(data) if is_grouped else AiccData()
    groups = [
        Group(readable(name), lines=tuple((readable(key), readable(value)) for key, value in lines.items()))
        for name, lines in found.keywords.items()
    ]
    groups += [Group(readable(name), text=readable(text)) for name, text in found.texts.items()]
    if groups and found.unread.strip():
        groups.append(Group(UNREAD, text=readable(found.unread)))
    return tuple(groups) or (Group("", text=readable(data)),)
