"""What a message changed, in words for people: before and after, value by value. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from decimal import Decimal

from app.hacp.attempt_rules import Attempt
from app.hacp.vocabulary import format_timespan
from app.progress.values import Progress

Change = tuple[str, str, str]
"""What, before, after."""

_SHORT = 80


def list_changes(
    before: Attempt, after: Attempt, *, time_before: timedelta, time_after: timedelta
) -> Iterator[Change]:
    """Yield what is different in the attempt and in the session's time."""
    values = [
        ("Lesson status", before.lesson_status.value, after.lesson_status.value),
        ("Left with", before.exit_flag.value, after.exit_flag.value),
        ("Score", before.score, after.score),
        ("Location", before.location, after.location),
        ("Time in this session", format_timespan(time_before), format_timespan(time_after)),
        ("Preferences", _pairs(before.preferences), _pairs(after.preferences)),
        ("Objectives", _objectives(before), _objectives(after)),
        ("Tries", _pairs(before.student_data), _pairs(after.student_data)),
    ]
    yield from ((what, _shorten(old), _shorten(new)) for what, old, new in values if old != new)
    if before.suspend_data != after.suspend_data:
        yield "Suspend data", _size(before.suspend_data), _size(after.suspend_data)


def list_progress_changes(before: Progress | None, after: Progress) -> Iterator[Change]:
    """Yield what is different in the learner's progress in the course."""
    old = before or Progress()
    if before is None or old.status is not after.status:
        yield "Status", "" if before is None else old.status.value, after.status.value
    if old.percent != after.percent:
        yield "Percent complete", _number(old.percent), _number(after.percent)
    if old.score != after.score and after.score is not None:
        yield "Best score", "" if old.score is None else _number(old.score), _number(after.score)
    if old.completed_at is None and after.completed_at is not None:
        yield "Completed", "", after.completed_at.isoformat(timespec="seconds")


def _number(number: Decimal) -> str:
    return f"{number.normalize():f}"


def _pairs(values: Mapping[str, str]) -> str:
    return ", ".join(f"{name}={value}" for name, value in values.items())


def _objectives(attempt: Attempt) -> str:
    return ", ".join(f"{each.id}: {each.status or '–'} {each.score}".rstrip() for each in attempt.objectives)


def _size(data: bytes) -> str:
    return f"{len(data)} bytes" if data else "empty"


def _shorten(text: str) -> str:
    return text if len(text) <= _SHORT else f"{text[:_SHORT]}…"
