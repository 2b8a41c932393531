"""What GetParam answers: the attempt and the learner as AICC's groups (CMI001 v4.0 §6.5)."""

from __future__ import annotations

import re

from app.access.integrations import Integration
from app.access.launches import Launch
from app.catalog.service import Unit
from app.hacp.aicc_data import AiccData, format_getparam
from app.hacp.attempt_rules import Attempt
from app.hacp.vocabulary import entry_flag, format_status, format_timespan
from app.learners.values import Learner

_NOT_IN_AN_IDENTIFIER = re.compile(r'[\s",\x00-\x20\x7f]')
_LINE_TOKEN = re.compile(r"<cr>", re.IGNORECASE)


def format_lesson(
    *, attempt: Attempt, launch: Launch, learner: Learner, unit: Unit, integration: Integration
) -> str:
    """Return the whole reply to GetParam, from `[core]` on.

    `time` is the total of earlier sessions and stays so for the whole session; all else is current, so that a
    page that is loaded again finds its place.
    """
    entry = entry_flag(attempt.lesson_status, attempt.exit_flag, has_bookmark=attempt.has_bookmark)
    core = {
        "student_id": _student_id(learner, integration),
        "student_name": learner.name,
        "lesson_location": attempt.location,
        "credit": "credit",
        "lesson_status": format_status(attempt.lesson_status, entry),
        "score": attempt.score,
        "time": format_timespan(launch.base_time),
        "lesson_mode": "normal",
    }
    texts = {
        "core_lesson": attempt.suspend_data.decode("utf-8", "surrogatepass"),
        "core_vendor": _LINE_TOKEN.sub("\r\n", unit.core_vendor),
    }
    keywords = {
        "core": core,
        "student_data": {"mastery_score": _mastery(unit, integration)},
        "objectives_status": _objectives(attempt),
        "student_preferences": dict(attempt.preferences),
    }
    return format_getparam(AiccData(keywords, texts))


def _student_id(learner: Learner, integration: Integration) -> str:
    """Our own opaque id, or the identity this integration wants; never with a character AICC forbids."""
    for kind, value in learner.identities:
        if kind == integration.student_id_is:
            return _NOT_IN_AN_IDENTIFIER.sub("", value)[:255] or learner.id
    return learner.id


def _mastery(unit: Unit, integration: Integration) -> str:
    if unit.mastery_score is None or integration.score_is_percent:
        return ""
    return f"{unit.mastery_score:g}"


def _objectives(attempt: Attempt) -> dict[str, str]:
    lines: dict[str, str] = {}
    for number, objective in enumerate(attempt.objectives, start=1):
        lines[f"j_id.{number}"] = objective.id
        lines[f"j_score.{number}"] = objective.score
        lines[f"j_status.{number}"] = objective.status
    return lines
