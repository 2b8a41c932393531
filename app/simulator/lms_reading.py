"""How the simulated LMS reads what content sends, strictly, and what it finds fault with.

It has a reader of its own: the one of the server under test would forgive the server's own mistakes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import unquote

_ORDER = ("command", "version", "session_id", "au_password", "aicc_data")
_GROUP = re.compile(r"^\[(core|core_lesson|objectives_status)\]\r\n", re.MULTILINE)
_TIME = re.compile(r"[0-9]{2,4}:[0-5][0-9]:[0-5][0-9]")
_STATUSES = ("not attempted", "browsed", "incomplete", "failed", "completed", "passed")
_REQUIRED = ("lesson_location", "lesson_status", "score", "time")


@dataclass(frozen=True, slots=True)
class Message:
    """A request taken apart; `faults` are what a strict LMS would trip over."""

    command: str
    session_id: str
    core: dict[str, str] = field(default_factory=dict)
    suspend_data: str | None = None
    aicc_data: str = ""
    faults: tuple[str, ...] = ()

    @property
    def seconds(self) -> int:
        """The session's time in seconds, 0 for none that can be read."""
        parts = self.core.get("time", "").split(":")
        if len(parts) != 3 or not all(part.isdigit() for part in parts):
            return 0
        hours, minutes, seconds = map(int, parts)
        return hours * 3600 + minutes * 60 + seconds


def read_message(body: bytes, *, has_fractions: bool) -> Message:
    """Read one request; `has_fractions` says that this LMS takes numbers with a point."""
    names, values = _fields(body.decode("ascii", "replace"))
    data = values.get("aicc_data", "")
    command = values.get("command", "").lower()
    groups = _groups(data)
    core = dict(line.split("=", 1) for line in groups.get("core", "").split("\r\n") if "=" in line)
    faults = list(_order_faults(names))
    if command == "putparam":
        faults += _data_faults(data, core, has_fractions=has_fractions)
    return Message(
        command=command,
        session_id=values.get("session_id", ""),
        core=core,
        suspend_data=groups.get("core_lesson"),
        aicc_data=data,
        faults=tuple(faults),
    )


def _fields(text: str) -> tuple[list[str], dict[str, str]]:
    pairs = [piece.partition("=") for piece in text.split("&")]
    return [name.lower() for name, _, _ in pairs], {name.lower(): unquote(value) for name, _, value in pairs}


def _groups(data: str) -> dict[str, str]:
    """Split at the headers; suspend data keeps everything but the line break before the next header."""
    pieces = _GROUP.split(data)
    return {name: text.removesuffix("\r\n") for name, text in zip(pieces[1::2], pieces[2::2], strict=True)}


def _order_faults(names: list[str]) -> Iterator[str]:
    known = [name for name in names if name in _ORDER]
    if known != sorted(known, key=_ORDER.index) or len(set(known)) != len(known):
        yield f"fields in the order {', '.join(names)}"


def _data_faults(data: str, core: dict[str, str], *, has_fractions: bool) -> Iterator[str]:
    if not data.startswith("[core]\r\n"):
        yield "aicc_data does not begin with [core]"
    for name in _REQUIRED:
        if name not in core:
            yield f"{name} is missing"
    if core.get("lesson_status", "").split(",")[0] not in _STATUSES:
        yield f"lesson_status is {core.get('lesson_status')!r}"
    if _TIME.fullmatch(core.get("time", "")) is None:
        yield f"time is {core.get('time')!r}"
    if not has_fractions and not re.fullmatch(r"[0-9]*", core.get("score", "")):
        yield f"score is {core.get('score')!r} for an LMS of whole numbers"
