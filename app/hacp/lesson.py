"""What GetParam answers: attempt, learner and unit as AICC's groups (CMI001 v4.0 §6.5). Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from app.access.policies import StudentId
from app.hacp.aicc_data import AiccData, format_getparam
from app.hacp.attempt_rules import Attempt
from app.hacp.vocabulary import entry_flag, format_status, format_timespan, parse_timespan

DEMOGRAPHICS = (
    "city",
    "class",
    "company",
    "country",
    "experience",
    "familiar_name",
    "instructor_name",
    "title",
    "native_language",
    "state",
    "street_address",
    "telephone",
    "years_experience",
)
"""The keywords of [student_demographics]."""

_NOT_IN_AN_IDENTIFIER = re.compile(r'[\s",\x00-\x20\x7f]')
_LINE_TOKEN = re.compile(r"<cr>", re.IGNORECASE)
_ACTION_OF_LETTER = {"e": "exit", "c": "continue", "m": "message", "n": "no message"}


@dataclass(frozen=True, slots=True)
class Student:
    """The learner as this content may know them."""

    id: str
    name: str
    demographics: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Lesson:
    """The unit, and how it is taken in this session."""

    course_id: str
    core_vendor: str = ""
    comments: str = ""
    mastery_score: float | None = None
    max_time_allowed: str | None = None
    time_limit_action: str | None = None
    is_credit: bool = True
    lesson_mode: str = "normal"
    base_time: timedelta = timedelta(0)
    escapes_percent: bool = False


def format_lesson(attempt: Attempt, student: Student, lesson: Lesson) -> str:
    """Return the whole reply to GetParam, from `[core]` on.

    `time` is the total of earlier sessions and stays so for the whole session; all else is current, so that a
    page that is loaded again finds its place.
    """
    entry = entry_flag(attempt.lesson_status, attempt.exit_flag, has_bookmark=attempt.has_bookmark)
    core = {
        "student_id": _identifier(student.id),
        "student_name": student.name,
        "lesson_location": attempt.location,
        "credit": "credit" if lesson.is_credit else "no-credit",
        "lesson_status": format_status(attempt.lesson_status, entry),
        "score": attempt.score,
        "time": format_timespan(lesson.base_time),
        "lesson_mode": lesson.lesson_mode,
    }
    keywords = {
        "core": core,
        "student_data": _student_data(attempt, lesson),
        "objectives_status": _objectives(attempt),
        "evaluation": {"course_id": _identifier(lesson.course_id)},
        "student_demographics": {name: student.demographics.get(name, "") for name in DEMOGRAPHICS},
        "student_preferences": dict(attempt.preferences),
    }
    texts = {
        "core_lesson": attempt.suspend_data.decode("utf-8", "surrogatepass"),
        "core_vendor": _LINE_TOKEN.sub("\r\n", lesson.core_vendor),
        "comments": lesson.comments,
    }
    reply = format_getparam(AiccData(keywords, texts))
    return reply.replace("%", "%25") if lesson.escapes_percent else reply


def choose_student_id(learner_id: str, identities: tuple[tuple[str, str], ...], choice: StudentId) -> str:
    """Return our own opaque id, or the identity that the integration wants content to hear."""
    for kind, value in identities:
        if kind == choice and _identifier(value):
            return value
    return learner_id


def _identifier(value: str) -> str:
    """Make a CMIIdentifier: at most 255 characters, none that AICC forbids."""
    return _NOT_IN_AN_IDENTIFIER.sub("", value)[:255]


def _student_data(attempt: Attempt, lesson: Lesson) -> dict[str, str]:
    mastery = "" if lesson.mastery_score is None else f"{lesson.mastery_score:.10g}"
    return {
        "attempt_number": str(attempt.number),
        "mastery_score": mastery,
        "max_time_allowed": _max_time(lesson.max_time_allowed or ""),
        "time_limit_action": _action(lesson.time_limit_action or ""),
    }


def _max_time(text: str) -> str:
    time = parse_timespan(text)
    return format_timespan(time) if time is not None else ""


def _action(text: str) -> str:
    """Return `exit|continue,message|no message` in full words and without a blank after the comma."""
    words = (_ACTION_OF_LETTER.get(word.strip()[:1].lower()) for word in text.split(",", 1))
    return ",".join(word for word in words if word)


def _objectives(attempt: Attempt) -> dict[str, str]:
    lines: dict[str, str] = {}
    for number, objective in enumerate(attempt.objectives, start=1):
        lines[f"j_id.{number}"] = objective.id
        lines[f"j_score.{number}"] = objective.score
        lines[f"j_status.{number}"] = objective.status
    return lines
