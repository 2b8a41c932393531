"""What an LMS tells of a learner, and what it is told (AICC CMI001 v4.0 §6.5 and chapter 9). Sans-I/O."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import ROUND_DOWN, Decimal

from app.hacp.aicc_data import AiccData, format_putparam
from app.hacp.attempt_rules import MAX_LOCATION as MAX_KEPT_LOCATION, MAX_VALUE, Objective, storable
from app.hacp.upstream_wire import speaks_decimals
from app.hacp.vocabulary import (
    ExitFlag,
    LessonStatus,
    Score,
    format_status,
    format_timespan,
    parse_score,
    parse_status,
    parse_timespan,
)

MAX_LOCATION = 255
_NOT_ONE_LINE = re.compile(r"\s+")
_OBJECTIVE_ID = re.compile(r"j_id\.[0-9]{1,6}", re.ASCII)


@dataclass(frozen=True, slots=True)
class LmsLesson:
    """What GetParam said: who is here, how they take the lesson and where they stand; None is "not said"."""

    student_id: str
    student_name: str = ""
    is_credit: bool = True
    lesson_mode: str = "normal"
    status: LessonStatus | None = None
    location: str = ""
    suspend_data: str = ""
    score: str = ""
    total_time: timedelta = timedelta(0)
    mastery_score: Decimal | None = None
    max_time_allowed: str = ""
    time_limit_action: str = ""
    core_vendor: str = ""
    objective_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LmsReport:
    """What a PutParam says: the whole of an attempt's state, and the time of this session alone."""

    status: LessonStatus
    time: timedelta
    location: str = ""
    exit_flag: ExitFlag = ExitFlag.NORMAL
    score: Score = field(default_factory=Score)
    suspend_data: str = ""
    objectives: tuple[Objective, ...] = ()


def read_lesson(data: AiccData) -> LmsLesson:
    """Return what the groups of a GetParam's reply say; `student_id` is empty when nobody was named."""
    core, student = _values(data, "core"), _values(data, "student_data")
    return LmsLesson(
        student_id=core.get("student_id", ""),
        student_name=core.get("student_name", ""),
        is_credit=core.get("credit", "")[:1].lower() != "n",
        lesson_mode=_MODE_OF_LETTER.get(core.get("lesson_mode", "")[:1].lower(), "normal"),
        status=parse_status(core.get("lesson_status", ""))[0],
        location=storable(data.find_value("core", "lesson_location") or "", MAX_KEPT_LOCATION),
        suspend_data=data.find_text("core_lesson") or "",
        score=core.get("score", ""),
        total_time=parse_timespan(core.get("time", "")) or timedelta(0),
        mastery_score=parse_score(student.get("mastery_score", "")).raw,
        max_time_allowed=student.get("max_time_allowed", ""),
        time_limit_action=student.get("time_limit_action", ""),
        core_vendor=data.find_text("core_vendor") or "",
        objective_ids=_objective_ids(data),
    )


def format_report(
    report: LmsReport, *, version: str, has_range: bool = True, objective_ids: Collection[str] = ()
) -> str:
    """Return the aicc_data of a PutParam to an LMS that answered `version` (empty for none).

    Location, status, score and time are always there: SAP's LMS refuses a message without one of them. An
    LMS below version 3 hears whole numbers, and no range with the score; another hears `raw,max,min` unless
    `has_range` is off. Objectives go to an LMS that named them, and to no other.
    """
    has_fractions = speaks_decimals(version)
    core = {
        "lesson_location": _NOT_ONE_LINE.sub(" ", report.location)[:MAX_LOCATION],
        "lesson_status": format_status(report.status, _exit_word(report)),
        "score": _format_score(report.score, has_fractions=has_fractions, has_range=has_range),
        "time": format_timespan(report.time),
    }
    known = [each for each in report.objectives if each.id in objective_ids]
    keywords = {"core": core, "objectives_status": _objectives(known)}
    return format_putparam(AiccData(keywords, {"core_lesson": report.suspend_data}))


def _values(data: AiccData, group: str) -> dict[str, str]:
    """Return a group's values as the database can keep them."""
    return {name: storable(value, MAX_VALUE) for name, value in data.keywords.get(group, {}).items()}


_MODE_OF_LETTER = {"b": "browse", "r": "review"}


def _objective_ids(data: AiccData) -> tuple[str, ...]:
    keywords = data.keywords.get("objectives_status", {})
    return tuple(value for name, value in keywords.items() if _OBJECTIVE_ID.fullmatch(name) and value)


def _exit_word(report: LmsReport) -> str:
    """A lesson that has not ended is one to come back to, whether or not the content said so."""
    if report.status is LessonStatus.INCOMPLETE:
        return ExitFlag.SUSPEND.value
    return ExitFlag.LOGOUT.value if report.exit_flag is ExitFlag.LOGOUT else ""


def _format_score(score: Score, *, has_fractions: bool, has_range: bool) -> str:
    """Return `raw[,max[,min]]`; whole numbers are cut, not rounded: 79.9 must not reach a mastery of 80."""
    if score.raw is None:
        return ""
    numbers = [score.raw]
    if has_fractions and has_range and score.maximum is not None:
        numbers += [score.maximum, score.minimum or Decimal(0)]
    if not has_fractions:
        numbers = [number.to_integral_value(ROUND_DOWN) for number in numbers]
    return ",".join(_format_number(number) for number in numbers)


def _format_number(number: Decimal) -> str:
    text = f"{number:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


def _objectives(objectives: Iterable[Objective]) -> dict[str, str]:
    lines: dict[str, str] = {}
    for number, each in enumerate(objectives, start=1):
        lines |= {
            f"j_id.{number}": each.id,
            f"j_score.{number}": each.score,
            f"j_status.{number}": each.status,
        }
    return lines
