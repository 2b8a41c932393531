"""Rustici's SCORM Driver in its AICC mode, its form fallback, and Storyline, which grew from it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import quote_plus

from tests.hacp_clients.client import Client, Post, Wire, clock_text, keyword
from tests.hacp_clients.encodings import rustici_escape, unescape
from tests.hacp_clients.scripts import Answer, Seen, State

COLUMNS = (
    "course_id", "student_id", "lesson_id", "date", "time", "interaction_id", "objective_id",
    "type_interaction", "correct_response", "student_response", "result", "weighting", "latency",
)  # fmt: skip
LETTERS = {"not attempted": "N", "incomplete": "I", "passed": "P", "completed": "C", "failed": "F"}
TYPES = {"choice": "C", "fill-in": "F"}
RESULTS = {"correct": "C", "wrong": "W"}
_ERROR_LINE = re.compile(r"^\s*error\s*=\s*0\s*$", re.IGNORECASE | re.MULTILINE)


class Rustici(Client):
    """Synchronous posts; `version` is 3.5 at first and then what the server said, as a number."""

    version = "3.5"
    has_range = False

    def begin(self) -> Seen:
        reply = unescape(self._send("GETPARAM", ""))
        assert _ERROR_LINE.search(reply), reply
        number = float(keyword(reply, "version"))
        self.version = f"{number:g}"
        self.has_range = number >= 3
        status, _, entry = keyword(reply, "lesson_status").partition(",")
        assert not entry.startswith(" "), "the entry flag is lost: error -9"
        assert "mastery_score" not in reply or keyword(reply, "mastery_score"), "error -6"
        return Seen(
            name=keyword(reply, "student_name"),
            location=keyword(reply, "lesson_location"),
            status=status,
            entry=entry,
            score=keyword(reply, "score").split(",")[0],
            time=keyword(reply, "time"),
            suspend=_free_text(reply, "core_lesson"),
        )

    def put(self, state: State) -> None:
        self._send("PUTPARAM", self._data(state))

    def answer(self, answers: Sequence[Answer]) -> None:
        """Send one PutInteractions; an answer that is not error=0 makes this client send it once more."""
        rows = "".join(_row(answer) for answer in answers)
        self._send("PUTINTERACTIONS", _quoted(COLUMNS) + rows)

    def leave(self, state: State) -> None:
        self.put(state)
        self._send("EXITAU", "")

    def _send(self, command: str, data: str) -> str:
        fields = {
            "session_id": self.session_id,
            "version": self.version,
            "command": command,
            "aicc_data": data,
        }
        body = "&".join(f"{name}={self._encode(value)}" for name, value in fields.items())
        return self.wire(Post(body.encode()))

    def _encode(self, value: str) -> str:
        return rustici_escape(value)

    def _data(self, state: State) -> str:
        return (
            f"[Core]\r\nLesson_Location={state.location}\r\nLesson_Status={LETTERS[state.status]}\r\n"
            f"Score={self._score(state)}\r\nTime={clock_text(state.seconds, 4)}\r\n"
            "[Comments]\r\n\r\n[Objectives_Status]\r\n\r\n"
            "[Student_Preferences]\r\nAudio=0\r\nLanguage=\r\nSpeed=0\r\nText=0\r\n"
            f"[Core_Lesson]\r\n{state.suspend}"
        )

    def _score(self, state: State) -> str:
        """Without a version of at least 3 from the server the score is an integer, its range unsaid."""
        if not state.score:
            return ""
        return f"{state.score},100,0" if self.has_range else str(int(float(state.score)))


class RusticiForm(Rustici):
    """The fallback into a hidden frame: each field is encoded by JavaScript and again by the browser.

    A frame of another origin cannot be read, so this client sends on without knowing any reply.
    """

    def begin(self) -> Seen:
        self._send("GETPARAM", "")
        return Seen("", "", "", "", "", "", "")

    def _encode(self, value: str) -> str:
        return quote_plus(rustici_escape(value), safe="*-._")


class Storyline(Rustici):
    """Version 3.5 for ever, no range, and everything of the exit at once, in any order.

    `order` is that in which the last messages arrive: `p` the last PutParam, `s` a stale one, `x` ExitAU.
    """

    def __init__(self, session_id: str, wire: Wire, order: str = "px", stale: State | None = None) -> None:
        super().__init__(session_id, wire)
        self.order = order
        self.stale = stale
        self._last_body = b""

    def begin(self) -> Seen:
        seen = super().begin()
        self.version, self.has_range = "3.5", False
        return seen

    def put(self, state: State) -> None:
        """Send a PutParam, unless it is the one sent before."""
        data = self._data(state)
        if data.encode() != self._last_body:
            self._last_body = data.encode()
            self._send("PUTPARAM", data)

    def leave(self, state: State) -> None:
        for message in self.order:
            if message == "x":
                self._send("EXITAU", "")
            else:
                wanted = state if message == "p" else self.stale
                assert wanted is not None
                self._send("PUTPARAM", self._data(wanted))


def _quoted(values: Sequence[str]) -> str:
    return ",".join('"' + value.replace('"', "") + '"' for value in values) + "\r\n"


def _row(answer: Answer) -> str:
    return _quoted(
        (
            "", "0000", "1", "2026/11/22", "03:22:43", answer.name, "", TYPES[answer.type], answer.right,
            answer.given, RESULTS[answer.result], "1", clock_text(answer.seconds, 4),
        )
    )  # fmt: skip


def _free_text(reply: str, group: str) -> str:
    """Return a group's lines up to the next line that begins with a bracketed word; `;` lines are dropped."""
    found = re.search(rf"^\[{group}\]\r\n(.*?)(?=^\[\w+\]|\Z)", reply, re.I | re.M | re.S)
    lines = found.group(1).removesuffix("\r\n").split("\r\n") if found else []
    return "\r\n".join(line for line in lines if not line.startswith(";"))
