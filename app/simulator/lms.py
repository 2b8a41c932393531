"""An LMS for trying launches: it knows courses and learners, hands out sessions and keeps what is reported.

The LMS side of HACP (AICC CMI001 v4.0) as simple as real ones have it: the last word counts. It notices what
content must never do: two messages of a session at once, a second ExitAU, anything after it, an ExitAU
without a PutParam. Sans-I/O; one object serves all threads.
"""

from __future__ import annotations

import re
import secrets
import threading
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any
from urllib.parse import quote

from app.simulator.lms_quirks import DOWN, Answer, Quirks
from app.simulator.lms_reading import Message, read_message


@dataclass(frozen=True, slots=True)
class LmsUnit:
    """A lesson that this LMS launches."""

    id: str
    title: str
    launch_url: str
    web_launch: str = ""
    core_vendor: str = ""
    mastery_score: str = ""


@dataclass(slots=True)
class Record:
    """What the LMS keeps of one learner in one lesson."""

    student_id: str
    unit: str
    lesson_status: str = "not attempted"
    exit_flag: str = ""
    lesson_location: str = ""
    score: str = ""
    suspend_data: str = ""
    total_seconds: int = 0
    puts: int = 0
    exits: int = 0


@dataclass(slots=True)
class Sitting:
    """One session: from the launch to ExitAU."""

    record: Record
    number: int
    seconds: int = 0
    answers: int = 0
    puts: int = 0
    is_over: bool = False
    in_flight: int = 0


@dataclass(frozen=True, slots=True)
class Seen:
    """A message being answered."""

    message: Message
    sitting: Sitting | None


@dataclass
class Lms:
    """The whole LMS. `hacp_url` is its AICC_URL, `students` names by id."""

    hacp_url: str
    students: dict[str, str] = field(default_factory=dict)
    quirks: Quirks = field(default_factory=Quirks)
    units: dict[str, LmsUnit] = field(default_factory=dict)
    complaints: list[str] = field(default_factory=list)
    requests: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._records: dict[tuple[str, str], Record] = {}
        self._sittings: dict[str, Sitting] = {}
        self._lock = threading.Lock()

    def add_units(self, units: Iterable[LmsUnit]) -> None:
        """Take lessons in; one of the same id is replaced."""
        self.units.update({unit.id: unit for unit in units})

    def open(self, unit_id: str, student_id: str) -> str:
        """Return the address that opens a lesson in a new session; raises KeyError for unknown ones."""
        unit, _name = self.units[unit_id], self.students[student_id]
        session_id = secrets.token_hex(12)
        with self._lock:
            record = self._records.setdefault((student_id, unit_id), Record(student_id, unit_id))
            self._sittings[session_id] = Sitting(record, len(self._sittings) + 1)
        pair = f"AICC_SID={session_id}&AICC_URL={quote(self.hacp_url, safe='')}"
        extra = unit.web_launch.lstrip("?&")
        mark = "&" if "?" in unit.launch_url else "?"
        return unit.launch_url + mark + "&".join(filter(None, [pair, extra]))

    def begin(self, body: bytes) -> Seen:
        """Note that a message has come; `finish` answers it. What comes between is in parallel."""
        with self._lock:
            message = read_message(body, has_fractions=self.quirks.version[:1] not in ("", "1", "2"))
            sitting = self._sittings.get(message.session_id)
            if sitting is not None:
                sitting.in_flight += 1
                if sitting.in_flight > 1:
                    self._complain(sitting, f"{message.command} in parallel")
                for fault in message.faults:
                    self._complain(sitting, fault)
            return Seen(message, sitting)

    def finish(self, seen: Seen) -> Answer:
        """Answer a message."""
        with self._lock:
            answer, error = self._answer(seen.message, seen.sitting)
            if seen.sitting is not None:
                seen.sitting.in_flight -= 1
            self.requests.append(
                {
                    "command": seen.message.command,
                    "sitting": seen.sitting.number if seen.sitting else None,
                    "student_id": seen.sitting.record.student_id if seen.sitting else None,
                    "status": answer.status,
                    "error": error,
                    "aicc_data": seen.message.aicc_data,
                }
            )
            return answer

    def change(self, values: dict[str, object]) -> None:
        """Switch quirks; raises ValueError."""
        with self._lock:
            self.quirks = self.quirks.changed(values)

    def report(self) -> dict[str, Any]:
        """Return everything seen, as JSON takes it; session ids are numbers here."""
        with self._lock:
            return {
                "requests": list(self.requests),
                "records": [asdict(record) for record in self._records.values()],
                "complaints": list(self.complaints),
            }

    def _answer(self, message: Message, sitting: Sitting | None) -> tuple[Answer, int | None]:
        """Return the answer, and the error code that it stands for: None where nothing was looked at."""
        quirks = self.quirks
        if quirks.down:
            return DOWN, None
        if quirks.broken > 0:
            self.quirks = quirks.changed({"broken": quirks.broken - 1})
            return Answer(500, b"Internal Server Error"), None
        error = self._judge(message, sitting)
        if error or sitting is None:
            return quirks.write(error, _ERRORS[error]), error
        if quirks.html:
            return quirks.write(0, ""), None
        sitting.answers += 1
        data = _DOERS[message.command](self, message, sitting)
        return quirks.write(0, "Successful", data), 0

    def _judge(self, message: Message, sitting: Sitting | None) -> int:
        if message.command not in _DOERS:
            return 1
        if sitting is None:
            return 3
        if sitting.is_over:
            again = message.command == "exitau"
            self._complain(sitting, "a second ExitAU" if again else f"{message.command} after ExitAU")
            return 3
        return 3 if 0 <= self.quirks.lost_after <= sitting.answers else 0

    def _complain(self, sitting: Sitting, text: str) -> None:
        self.complaints.append(f"sitting {sitting.number}: {text}")

    def _get(self, _message: Message, sitting: Sitting) -> str:
        record = sitting.record
        unit = self.units[record.unit]
        entry = ",ab-initio" if record.lesson_status == "not attempted" else record.exit_flag and ",resume"
        lines = [
            "[core]",
            f"student_id={record.student_id}",
            f"student_name={self.students[record.student_id]}",
            f"lesson_location={record.lesson_location}",
            "credit=credit",
            f"lesson_status={record.lesson_status}{entry}",
            f"score={record.score}",
            f"time={_clock(record.total_seconds)}",
            "[core_lesson]",
            *([record.suspend_data] if record.suspend_data else []),
            "[core_vendor]",
            *(re.split(r"<cr>", unit.core_vendor, flags=re.IGNORECASE) if unit.core_vendor else []),
            *(["[student_data]", f"mastery_score={unit.mastery_score}"] if unit.mastery_score else []),
        ]
        return "\r\n".join([*lines, ""])

    def _put(self, message: Message, sitting: Sitting) -> str:
        record, core = sitting.record, message.core
        status, _, record.exit_flag = core.get("lesson_status", "").partition(",")
        record.lesson_status = status
        record.lesson_location = core.get("lesson_location", "")
        record.score = core.get("score", "")
        if message.suspend_data is not None:
            record.suspend_data = message.suspend_data
        sitting.seconds = message.seconds
        sitting.puts += 1
        record.puts += 1
        return ""

    def _exit(self, _message: Message, sitting: Sitting) -> str:
        if not sitting.puts:
            self._complain(sitting, "ExitAU without a PutParam")
        sitting.is_over = True
        sitting.record.total_seconds += sitting.seconds
        sitting.record.exits += 1
        return ""


_ERRORS = {0: "Successful", 1: "Invalid Command", 3: "Invalid Session ID"}
_DOERS = {"getparam": Lms._get, "putparam": Lms._put, "exitau": Lms._exit}


def _clock(seconds: int) -> str:
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
