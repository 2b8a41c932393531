"""What of a PutParam the attempt cannot hold, and what to tell people of it: nothing that came is dropped.

The reply says "Successful" only for data that is kept. Whatever has no place of its own, a word we cannot
read or a keyword nobody defined, is kept as text beside the session.
"""

from __future__ import annotations

from collections.abc import Iterator

from app.hacp.aicc_data import AiccData
from app.hacp.attempt_rules import MAX_LOCATION, MAX_VALUE, list_nameless_objectives
from app.hacp.vocabulary import (
    LONGEST_TIME,
    LessonStatus,
    format_timespan,
    parse_score,
    parse_status,
    parse_timespan,
)

LOCATION_LIMIT = 255
TEXT_LIMIT = 4096
"""AICC's own limits (CMI001 v4.0 chapter 9); content that is over them is kept whole and told of."""

_KEPT_KEYWORDS = frozenset({"lesson_location", "lesson_status", "score", "time"})
_KEPT_GROUPS = frozenset({"core", "student_preferences", "objectives_status", "student_data"})


def list_notes(data: AiccData) -> tuple[str, ...]:
    """Return, one sentence each, what was odd about values that were kept or left aside."""
    return (
        *_status_notes(data),
        *_score_notes(data),
        *_time_notes(data),
        *_size_notes(data),
        *_unknown_notes(data),
    )


def format_leftovers(data: AiccData) -> str:
    """Return as text what has no place in the attempt, "" for nothing."""
    lines = [f"[{group}]\r\n{name}={value}\r\n" for group, name, value in _homeless(data)]
    texts = [
        f"[{group}]\r\n{text}\r\n" for group, text in data.texts.items() if group == "core_vendor" and text
    ]
    return "".join([*lines, *texts, data.unread])


# How a status word begins however it is bent: pass, passing, passed.
_STEMS = {
    LessonStatus.PASSED: "pass",
    LessonStatus.COMPLETED: "complet",
    LessonStatus.FAILED: "fail",
    LessonStatus.INCOMPLETE: "incomplet",
    LessonStatus.BROWSED: "brows",
    LessonStatus.NOT_ATTEMPTED: "not",
}


def _homeless(data: AiccData) -> Iterator[tuple[str, str, str]]:
    nameless = dict(list_nameless_objectives(data))
    for group, keywords in data.keywords.items():
        for name, value in keywords.items():
            is_known = group in _KEPT_GROUPS and (group != "core" or _is_kept(name, value))
            if group == "objectives_status":
                is_known = name not in nameless
            limit = MAX_LOCATION if name == "lesson_location" else MAX_VALUE
            if not is_known or len(value) > limit:
                yield group, name, value


def _is_kept(name: str, value: str) -> bool:
    """A blank says nothing; a status or time that cannot be read is kept here alone."""
    if name == "lesson_status":
        return not value or parse_status(value)[0] is not None
    if name == "time":
        return not value or parse_timespan(value) is not None
    return name in _KEPT_KEYWORDS


def _status_notes(data: AiccData) -> Iterator[str]:
    text = data.find_value("core", "lesson_status")
    if text is None:
        return
    status, exit_flag = parse_status(text)
    word = text.partition(",")[0].strip().lower()
    if status is None:
        yield f"lesson_status {_quote(text)} is no status, the earlier one stays"
    elif not status.value.startswith(word) and not word.startswith(_STEMS[status]):
        yield f"lesson_status {_quote(text)} read as {status.value} by its first letter"
    if exit_flag is None:
        yield f"lesson_status {_quote(text)} has no exit word we know"


def _score_notes(data: AiccData) -> Iterator[str]:
    text = data.find_value("core", "score")
    if not text:
        return
    score = parse_score(text)
    if score.raw is None:
        yield f"score {_quote(text)} is no number, kept as sent"
    elif score.hundredths is not None and not 0 <= score.hundredths <= 100:
        yield f"score {_quote(text)} is outside 0 to 100, kept as sent"
    elif score.raw != score.raw.to_integral_value():
        yield f"score {_quote(text)} kept as sent"


def _time_notes(data: AiccData) -> Iterator[str]:
    text = data.find_value("core", "time")
    time = parse_timespan(text or "")
    if text and time is None:
        yield f"time {_quote(text)} cannot be read"
    elif time is not None and time >= LONGEST_TIME:
        yield f"time {_quote(text or '')} is over AICC's limit and counts as {format_timespan(LONGEST_TIME)}"


def _size_notes(data: AiccData) -> Iterator[str]:
    location = data.find_value("core", "lesson_location") or ""
    if len(location) > MAX_LOCATION:
        yield f"lesson_location of {len(location)} characters cut to {MAX_LOCATION}, the whole kept as sent"
    elif len(location) > LOCATION_LIMIT:
        yield f"lesson_location of {len(location)} characters is over AICC's {LOCATION_LIMIT}, kept whole"
    for group in ("core_lesson", "comments"):
        text = data.find_text(group) or ""
        if len(text) > TEXT_LIMIT:
            yield f"{group} of {len(text)} characters is over AICC's {TEXT_LIMIT}, kept whole"


def _unknown_notes(data: AiccData) -> Iterator[str]:
    for name in data.keywords.get("core", {}):
        if name not in _KEPT_KEYWORDS:
            yield f"keyword {_quote(name)} of [core] kept as sent"
            return
    if any(list_nameless_objectives(data)):
        yield "objectives without an id kept as sent"


def _quote(text: str) -> str:
    return repr(text if len(text) <= 40 else text[:40] + "…")
