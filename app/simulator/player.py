"""LinkedIn Learning's AICC player: opens a launch link and reports by HACP (AICC CMI001 v4.0 §6.4).

The requests are written like those of the widespread Rustici driver: fields in its order, `escape()`
encoding with `+` for a blank, version 3.5 until the reply names one, hours of four digits.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit

from app.simulator.transport import Reply, Transport

_NOT_ESCAPED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789@*_+-./")


class LaunchFailed(Exception):
    """The launch link led to no content with AICC parameters; `reply` is what came instead."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(f"status {reply.status}")
        self.reply = reply


@dataclass(frozen=True, slots=True)
class HacpReply:
    """A parsed reply: `error` is None when the answer was not HACP at all."""

    status: int
    error: int | None
    error_text: str
    core: dict[str, str]

    @property
    def is_accepted(self) -> bool:
        return self.status == 200 and self.error == 0


@dataclass(frozen=True, slots=True)
class CoreReport:
    """The [core] group of one PutParam and the suspend data behind it."""

    location: str
    status: str
    score: str
    time: timedelta
    suspend_data: str


class Player:
    """One sitting: a session id and the address it reports to."""

    def __init__(self, transport: Transport, session_id: str, address: str) -> None:
        self._transport = transport
        self._session_id = session_id
        self._address = address
        self._version = "3.5"

    def get_param(self) -> HacpReply:
        return self._call("GETPARAM", "")

    def put_param(self, report: CoreReport) -> HacpReply:
        return self._call("PUTPARAM", format_report(report))

    def exit_au(self) -> HacpReply:
        return self._call("EXITAU", "")

    def _call(self, command: str, aicc_data: str) -> HacpReply:
        fields = (
            ("session_id", self._session_id),
            ("version", self._version),
            ("command", command),
            ("aicc_data", aicc_data),
        )
        body = "&".join(f"{name}={escape(value)}" for name, value in fields)
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        reply = self._transport.send("POST", self._address, headers, body.encode("ascii"))
        # The driver keeps the version as a number: "4.0" goes back as "4".
        found = re.search(r"^version=(\d+(?:\.\d+)?)", reply.text, re.MULTILINE | re.IGNORECASE)
        if found:
            self._version = f"{float(found[1]):g}"
        return parse_reply(reply)


def open_launch(transport: Transport, launch_url: str) -> Player:
    """Open a launch link as a browser would and stop at the door of the content.

    Reads AICC_SID and AICC_URL, in any case, from the redirect; the content itself is never visited.
    Raises LaunchFailed.
    """
    reply = transport.send("GET", launch_url, {"Accept": "text/html"})
    location = reply.headers.get("location", "")
    if not 300 <= reply.status < 400 or not location:
        raise LaunchFailed(reply)
    pairs = parse_qsl(urlsplit(location).query, keep_blank_values=True)
    parameters = {name.lower(): value for name, value in pairs}
    session_id, address = parameters.get("aicc_sid"), parameters.get("aicc_url")
    if not session_id or not address:
        raise LaunchFailed(reply)
    return Player(transport, session_id, address if "://" in address else f"http://{address}")


def format_report(report: CoreReport) -> str:
    """Write the groups in the driver's order: suspend data last, without a final line break."""
    lines = (
        "[Core]",
        f"Lesson_Location={report.location}",
        f"Lesson_Status={report.status}",
        f"Score={report.score}",
        f"Time={format_timespan(report.time)}",
        "[Comments]",
        "",
        "[Objectives_Status]",
        "",
        "[Student_Preferences]",
        "Audio=0",
        "Language=",
        "Speed=0",
        "Text=0",
        "[Core_Lesson]",
        report.suspend_data,
    )
    return "\r\n".join(lines)


def format_timespan(length: timedelta) -> str:
    """Write a CMITimespan with hours of four digits: 0000:12:34."""
    minutes, seconds = divmod(int(length.total_seconds()), 60)
    return f"{minutes // 60:04d}:{minutes % 60:02d}:{seconds:02d}"


def escape(text: str) -> str:
    """Encode as JavaScript's escape() does, then blanks as `+`: é is %E9, € is %u20AC."""
    units = text.encode("utf-16-be", "surrogatepass")
    parts = []
    for index in range(0, len(units), 2):
        code = units[index] << 8 | units[index + 1]
        if chr(code) in _NOT_ESCAPED:
            parts.append(chr(code))
        elif code == 0x20:
            parts.append("+")
        else:
            parts.append(f"%{code:02X}" if code < 0x100 else f"%u{code:04X}")
    return "".join(parts)


def parse_reply(reply: Reply) -> HacpReply:
    """Read the header lines and the [core] group; the first occurrence of a keyword wins."""
    error: int | None = None
    error_text = ""
    core: dict[str, str] = {}
    group = ""
    for line in reply.text.splitlines():
        name, has_value, value = line.partition("=")
        name, value = name.strip().lower(), value.strip()
        if name == "aicc_data" and has_value:
            line = value
        if line.strip().startswith("["):
            group = line.strip().strip("[]").lower()
        elif group == "core" and has_value:
            core.setdefault(name, value)
        elif not group and name == "error" and re.fullmatch(r"-?\d+", value):
            error = int(value) if error is None else error
        elif not group and name == "error_text":
            error_text = error_text or value
    return HacpReply(reply.status, error, error_text, core)
