"""AICC's words and numbers as values, and what a message means for progress (CMI001 v4.0 §5 and chapter 9).

Only the first letter of a status or exit word counts, in any case: `P`, `pass` and `PASSED` are the same
word. What cannot be read is None and never spoils the rest of a message.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from app.progress.values import Channel, Report, Status


class LessonStatus(StrEnum):
    """The six words of lesson_status; `rank` gives the order in which a higher one stays."""

    NOT_ATTEMPTED = "not attempted"
    BROWSED = "browsed"
    INCOMPLETE = "incomplete"
    FAILED = "failed"
    COMPLETED = "completed"
    PASSED = "passed"

    @property
    def rank(self) -> int:
        return _RANK[self]

    @property
    def is_final(self) -> bool:
        """True when the course has said how it ended."""
        return self in (LessonStatus.FAILED, LessonStatus.COMPLETED, LessonStatus.PASSED)


class ExitFlag(StrEnum):
    """How the learner left; NORMAL is the absence of a word."""

    NORMAL = ""
    TIME_OUT = "time-out"
    LOGOUT = "logout"
    SUSPEND = "suspend"


class Command(StrEnum):
    """Every command we answer; `exitparam` is Adapt's PutParam and ExitAU in one beacon."""

    GET_PARAM = "getparam"
    PUT_PARAM = "putparam"
    EXIT_AU = "exitau"
    EXIT_PARAM = "exitparam"
    PUT_COMMENTS = "putcomments"
    PUT_OBJECTIVES = "putobjectives"
    PUT_INTERACTIONS = "putinteractions"
    PUT_PATH = "putpath"
    PUT_PERFORMANCE = "putperformance"


@dataclass(frozen=True, slots=True)
class Score:
    """`raw[,max[,min]]`, numbers where they are numbers."""

    raw: Decimal | None = None
    maximum: Decimal | None = None
    minimum: Decimal | None = None

    @property
    def hundredths(self) -> Decimal | None:
        """The raw score on a scale of 0 to 100 when max is above min, else the raw score itself."""
        minimum = self.minimum if self.minimum is not None else Decimal(0)
        if self.raw is None or self.maximum is None or self.maximum <= minimum:
            return self.raw
        return (self.raw - minimum) * 100 / (self.maximum - minimum)

    def with_maximum(self, maximum: Decimal | None) -> Score:
        """Return the score with the unit's own Max_Score where the content named none."""
        if self.maximum is not None or maximum is None:
            return self
        return Score(self.raw, maximum, self.minimum)


@dataclass(frozen=True, slots=True)
class Manner:
    """How a session is taken: for credit or not, for real, only looked at, or looked at again."""

    is_credit: bool = True
    is_browsing: bool = False
    is_reviewing: bool = False

    @property
    def counts(self) -> bool:
        """Tell whether the session's status and score become the learner's."""
        return self.is_credit and not self.is_browsing and not self.is_reviewing


@dataclass(frozen=True, slots=True)
class Reported:
    """What one message reports: None where it said nothing, or nothing that can be read.

    `status` is the one decided on (`status_rules`), which mastery may have changed.
    """

    command: Command
    status: LessonStatus | None = None
    score: Score = Score()
    session_time: timedelta | None = None
    """The time of the whole AICC session so far, all its segments added; not the keyword's own value."""
    manner: Manner = Manner()


_RANK = {status: rank for rank, status in enumerate(LessonStatus)}
_STATUS_OF_LETTER = {status.value[0]: status for status in LessonStatus}
_EXIT_OF_LETTER = {flag.value[0]: flag for flag in ExitFlag if flag}
_PROGRESS_OF = {
    LessonStatus.NOT_ATTEMPTED: Status.IN_PROGRESS,  # Storyline says so until the course sets a status
    LessonStatus.BROWSED: Status.IN_PROGRESS,
    LessonStatus.INCOMPLETE: Status.IN_PROGRESS,
    LessonStatus.FAILED: Status.FAILED,
    LessonStatus.COMPLETED: Status.COMPLETED,
    LessonStatus.PASSED: Status.PASSED,
}
_REPORTING = frozenset({Command.PUT_PARAM, Command.EXIT_AU, Command.EXIT_PARAM})

_DECIMAL = re.compile(r"[+-]?(?:[0-9]{1,12}(?:\.[0-9]{0,12})?|\.[0-9]{1,12})", re.ASCII)
_CLOCK = re.compile(r"([0-9]{1,6}):([0-9]{1,4}):([0-9]{1,4}(?:\.[0-9]{0,9})?)", re.ASCII)
_SECONDS = re.compile(r"[0-9]{1,9}(?:\.[0-9]{0,9})?", re.ASCII)
_ISO_DURATION = re.compile(
    r"P(?=[0-9T])(?:([0-9]{1,5})D)?(?:T(?=[0-9])(?:([0-9]{1,6})H)?(?:([0-9]{1,7})M)?"
    r"(?:([0-9]{1,9}(?:\.[0-9]{0,9})?)S)?)?",
    re.ASCII | re.IGNORECASE,
)
LONGEST_TIME = timedelta(hours=9999, minutes=59, seconds=59)


def parse_status(text: str) -> tuple[LessonStatus | None, ExitFlag | None]:
    """Return status and exit flag of `status[,exit]`; None for a word that is missing or unknown.

    A missing exit word is NORMAL: the value says that there is none.
    """
    status, _, exit_word = text.partition(",")
    return _STATUS_OF_LETTER.get(_first_letter(status)), _parse_exit(exit_word)


def format_status(status: LessonStatus, entry: str = "") -> str:
    """Return `status[,entry]`; a blank after the comma would be an error to Rustici's client."""
    return f"{status},{entry}" if entry else status.value


def parse_score(text: str) -> Score:
    """Return the numbers of `raw[,max[,min]]`; a part that is no decimal number is None."""
    numbers = [_parse_decimal(part) for part in text.split(",", 3)[:3]]
    return Score(*numbers)


def parse_timespan(text: str) -> timedelta | None:
    """Return a CMITimespan: `HH:MM:SS[.ss]` with any digits, bare seconds, or ISO 8601 `PT5M`; else None.

    Minutes and seconds above 59 count for what they are. More than 9999 hours are 9999:59:59.
    """
    text = text.strip()
    if found := _CLOCK.fullmatch(text):
        hours, minutes, seconds = found.groups()
        return _duration(hours=hours, minutes=minutes, seconds=seconds)
    if _SECONDS.fullmatch(text):
        return _duration(seconds=text)
    if len(text) > 2 and (found := _ISO_DURATION.fullmatch(text)):
        days, iso_hours, iso_minutes, iso_seconds = (part or "0" for part in found.groups())
        return _duration(days=days, hours=iso_hours, minutes=iso_minutes, seconds=iso_seconds)
    return None


def format_timespan(time: timedelta) -> str:
    """Return `HH:MM:SS`, at least two digits of hours and no fraction (AICC 2.2 clients refuse one)."""
    seconds = int(min(max(time, timedelta(0)), LONGEST_TIME).total_seconds())
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def entry_flag(status: LessonStatus, exit_flag: ExitFlag, *, has_bookmark: bool) -> str:
    """Return what GetParam says after the status: `ab-initio`, `resume` or nothing.

    AICC asks for `resume` after a suspend only. Rustici's content never says suspend, so a stored location or
    suspend data counts as one while the course has not ended.
    """
    if status is LessonStatus.NOT_ATTEMPTED and not has_bookmark:
        return "ab-initio"
    if exit_flag is ExitFlag.SUSPEND or (has_bookmark and not status.is_final):
        return "resume"
    return ""


def to_observation(
    reported: Reported,
    *,
    source: str,
    received_at: datetime,
    score_is_percent: bool,
) -> Report:
    """Return what a message says about progress; `source` is the launch's id.

    With `score_is_percent` (LinkedIn Learning) the score is the percentage and there is no score. Otherwise
    the score is a score, on a scale of 0 to 100, and the percentage stays open. GetParam alone is
    not_started, any other command at least in_progress; a session that does not count reports no more than
    that, and one that is looked at again its time alone.
    """
    status = _progress_status(reported)
    number = reported.score.hundredths if reported.manner.counts else None
    return Report(
        channel=Channel.AICC,
        source=source,
        status=status,
        event_at=received_at,
        received_at=received_at,
        percent=_not_negative(number) if score_is_percent else None,
        score=None if score_is_percent else _within_hundred(number),
        time=reported.session_time,
        completion=True if status.is_complete else None,
        success={Status.PASSED: True, Status.FAILED: False}.get(status),
    )


def _progress_status(reported: Reported) -> Status:
    if reported.command not in _REPORTING or reported.manner.is_reviewing:
        return Status.NOT_STARTED
    if reported.status is None or not reported.manner.counts:
        return Status.IN_PROGRESS
    return _PROGRESS_OF[reported.status]


def _not_negative(number: Decimal | None) -> Decimal | None:
    return None if number is None or number < 0 else number


def _within_hundred(number: Decimal | None) -> Decimal | None:
    """A score outside 0 to 100 is kept as sent in the attempt, and shown as no number."""
    return None if number is None or not 0 <= number <= 100 else number


def _first_letter(word: str) -> str:
    return word.strip()[:1].lower()


def _parse_exit(word: str) -> ExitFlag | None:
    letter = _first_letter(word)
    return _EXIT_OF_LETTER.get(letter) if letter else ExitFlag.NORMAL


def _parse_decimal(text: str) -> Decimal | None:
    text = text.strip().removesuffix("%")
    return Decimal(text) if _DECIMAL.fullmatch(text) else None


def _duration(*, days: str = "0", hours: str = "0", minutes: str = "0", seconds: str = "0") -> timedelta:
    """Add the parts in microseconds, so that 59.9 s and 0.2 s make 60.1 s."""
    microseconds = int(Decimal(seconds) * 1_000_000)
    total = timedelta(days=int(days), hours=int(hours), minutes=int(minutes), microseconds=microseconds)
    return min(total, LONGEST_TIME)
