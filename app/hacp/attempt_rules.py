"""What a PutParam does to an attempt (AICC CMI001 v4.0 §6.6.2 and chapter 9): pure, values in and out.

An absent group or keyword leaves its value alone, a blank one clears it, an unreadable one changes nothing
and never spoils the rest.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal

from app.hacp.aicc_data import AiccData
from app.hacp.vocabulary import ExitFlag, LessonStatus, judge, parse_score, parse_status

MAX_LOCATION = 4096
MAX_VALUE = 255
MAX_OBJECTIVES = 1000
MAX_PREFERENCES = 100
_OBJECTIVE_KEYWORD = re.compile(r"j_(id|score|status)\.([0-9]{1,6})", re.ASCII)
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Objective:
    """One objective's last score and status, as sent."""

    id: str
    score: str = ""
    status: str = ""


@dataclass(frozen=True, slots=True)
class Attempt:
    """A learner's state in one unit: what GetParam answers from."""

    id: str
    lesson_status: LessonStatus = LessonStatus.NOT_ATTEMPTED
    exit_flag: ExitFlag = ExitFlag.NORMAL
    location: str = ""
    suspend_data: bytes = b""
    score: str = ""
    total_time: timedelta = timedelta(0)
    preferences: Mapping[str, str] = field(default_factory=dict)
    objectives: tuple[Objective, ...] = ()

    @property
    def has_bookmark(self) -> bool:
        """Tell whether there is a place to come back to."""
        return bool(self.location or self.suspend_data)


def merge_put(
    attempt: Attempt,
    data: AiccData,
    *,
    mastery: Decimal | None,
    is_late: bool = False,
    is_stale: bool = False,
) -> Attempt:
    """Return the attempt after a PutParam.

    The status only rises: beacons overtake each other, and a stale `N` must not undo a `P`. `is_late` marks a
    message in the grace after ExitAU, whose score counts only when it is higher; `is_stale` one that is older
    than what is stored, whose location, suspend data, exit word and preferences are left aside.
    """
    attempt = replace(attempt, lesson_status=_merge_status(attempt, data, mastery))
    score = data.find_value("core", "score")
    if score is not None and (not is_late or _is_higher(score, attempt.score)):
        attempt = replace(attempt, score=_storable(score, MAX_VALUE))
    return attempt if is_stale else _merge_bookmark(attempt, data)


def end_attempt(attempt: Attempt) -> Attempt:
    """Return the attempt after ExitAU: a lesson that reported nothing was at least begun."""
    if attempt.lesson_status is LessonStatus.NOT_ATTEMPTED:
        return replace(attempt, lesson_status=LessonStatus.INCOMPLETE)
    return attempt


def _merge_status(attempt: Attempt, data: AiccData, mastery: Decimal | None) -> LessonStatus:
    text = data.find_value("core", "lesson_status") or ""
    status = parse_status(text)[0] or LessonStatus.INCOMPLETE
    if status is LessonStatus.NOT_ATTEMPTED:
        status = LessonStatus.INCOMPLETE
    status = judge(status, parse_score(data.find_value("core", "score") or ""), mastery)
    return max(attempt.lesson_status, status, key=lambda each: each.rank)


def _is_higher(new: str, old: str) -> bool:
    new_number, old_number = parse_score(new).hundredths, parse_score(old).hundredths
    return new_number is not None and (old_number is None or new_number > old_number)


def _merge_bookmark(attempt: Attempt, data: AiccData) -> Attempt:
    location = data.find_value("core", "lesson_location")
    suspend = data.find_text("core_lesson")
    status = data.find_value("core", "lesson_status")
    exit_flag = parse_status(status)[1] if status is not None else None
    return replace(
        attempt,
        location=attempt.location if location is None else _storable(location, MAX_LOCATION),
        suspend_data=attempt.suspend_data if suspend is None else suspend.encode("utf-8", "surrogatepass"),
        exit_flag=attempt.exit_flag if exit_flag is None else exit_flag,
        preferences=_merge_preferences(attempt.preferences, data),
        objectives=_merge_objectives(attempt.objectives, data),
    )


def _merge_preferences(old: Mapping[str, str], data: AiccData) -> Mapping[str, str]:
    merged = dict(old)
    for name, value in data.keywords.get("student_preferences", {}).items():
        if name in merged or len(merged) < MAX_PREFERENCES:
            merged[_storable(name, MAX_VALUE)] = _storable(value, MAX_VALUE)
    return merged


def _merge_objectives(old: tuple[Objective, ...], data: AiccData) -> tuple[Objective, ...]:
    """Replace objectives by their id, whatever number they came under; one without an id is nobody's."""
    merged = {objective.id: objective for objective in old}
    for parts in _numbered_objectives(data).values():
        name = parts.get("id", "")
        if not name or (name not in merged and len(merged) >= MAX_OBJECTIVES):
            continue
        known = merged.get(name, Objective(name))
        merged[name] = Objective(name, parts.get("score", known.score), parts.get("status", known.status))
    return tuple(merged.values())


def _numbered_objectives(data: AiccData) -> dict[int, dict[str, str]]:
    numbered: dict[int, dict[str, str]] = {}
    for keyword, value in data.keywords.get("objectives_status", {}).items():
        if found := _OBJECTIVE_KEYWORD.fullmatch(keyword):
            numbered.setdefault(int(found.group(2)), {})[found.group(1)] = _storable(value, MAX_VALUE)
    return dict(sorted(numbered.items()))


def _storable(text: str, limit: int) -> str:
    """Make a value fit for a text column: PostgreSQL refuses NUL, UTF-8 a lone surrogate."""
    return _UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", text)[:limit]
