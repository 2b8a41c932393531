"""What a message does to an attempt (AICC CMI001 v4.0 §6.6.2 and chapter 9): pure, values in and out.

An absent group or keyword leaves its value alone, a blank one clears it, an unreadable one changes nothing
and never spoils the rest.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

from app.hacp.aicc_data import AiccData
from app.hacp.vocabulary import ExitFlag, LessonStatus, Manner, parse_score, parse_status

MAX_LOCATION = 4096
MAX_VALUE = 255
MAX_OBJECTIVES = 2000
MAX_PREFERENCES = 100
MAX_STUDENT_DATA = 1000
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
    number: int = 1
    lesson_status: LessonStatus = LessonStatus.NOT_ATTEMPTED
    has_status: bool = False
    """True once the content has said a status that can be read."""
    exit_flag: ExitFlag = ExitFlag.NORMAL
    location: str = ""
    suspend_data: bytes = b""
    score: str = ""
    total_time: timedelta = timedelta(0)
    preferences: Mapping[str, str] = field(default_factory=dict)
    objectives: tuple[Objective, ...] = ()
    student_data: Mapping[str, str] = field(default_factory=dict)

    @property
    def has_bookmark(self) -> bool:
        """Tell whether there is a place to come back to."""
        return bool(self.location or self.suspend_data)


@dataclass(frozen=True, slots=True)
class Standing:
    """What a message may touch: `is_late` in the grace after ExitAU, `is_stale` if it was overtaken."""

    manner: Manner = field(default_factory=Manner)
    is_late: bool = False
    is_stale: bool = False
    status_at_start: LessonStatus = LessonStatus.NOT_ATTEMPTED

    @property
    def keeps_bookmark(self) -> bool:
        """Tell whether location and suspend data are taken: looking at a course must not lose the place of
        somebody who takes it."""
        if self.manner.is_reviewing or self.is_stale:
            return False
        untouched = (LessonStatus.NOT_ATTEMPTED, LessonStatus.BROWSED)
        return not self.manner.is_browsing or self.status_at_start in untouched


_PLAIN = Standing()


def merge_put(
    attempt: Attempt, data: AiccData, *, status: LessonStatus | None, standing: Standing = _PLAIN
) -> Attempt:
    """Return the attempt after a PutParam; `status` is the one decided on, None for none.

    The status only rises: beacons overtake each other, and a stale `N` must not undo a `P`. A late or stale
    score counts only when it is higher. What does not count (no credit, browsing, reviewing) moves neither.
    """
    if standing.manner.counts:
        attempt = _begun(attempt, status)
        attempt = replace(attempt, has_status=attempt.has_status or says_status(data))
        is_old = standing.is_late or standing.is_stale
        attempt = _merge_score(attempt, data, is_old=is_old)
        objectives = merge_objectives(attempt.objectives, _numbered_objectives(data), is_old=is_old)
        attempt = replace(attempt, objectives=objectives)
    elif standing.manner.is_browsing:
        attempt = _mark_browsed(attempt, standing)
    return _merge_bookmark(attempt, data) if standing.keeps_bookmark else attempt


def end_attempt(attempt: Attempt, status: LessonStatus | None, standing: Standing = _PLAIN) -> Attempt:
    """Return the attempt after ExitAU: a lesson that reported nothing was at least begun.

    `status` is what ending brought about, None when the stored one stays.
    """
    if standing.manner.counts:
        return _begun(attempt, status)
    return _mark_browsed(attempt, standing) if standing.manner.is_browsing else attempt


def raise_status(attempt: Attempt, status: LessonStatus) -> Attempt:
    """Return the attempt with the higher of its status and this one."""
    return replace(attempt, lesson_status=max(attempt.lesson_status, status, key=lambda each: each.rank))


def says_status(data: AiccData) -> bool:
    """Tell whether the message holds a status word that can be read."""
    return parse_status(data.find_value("core", "lesson_status") or "")[0] is not None


def merge_objectives(
    old: tuple[Objective, ...], reported: Iterable[Mapping[str, str]], *, is_old: bool = False
) -> tuple[Objective, ...]:
    """Replace objectives by their `id`, whatever number they came under; one without an id is nobody's.

    A part that is absent (`score`, `status`) stays. Of a message that is late or was overtaken (`is_old`)
    only what raises the result counts.
    """
    merged = {objective.id: objective for objective in old}
    for parts in reported:
        name = storable(parts.get("id", ""), MAX_VALUE)
        if not name or (name not in merged and len(merged) >= MAX_OBJECTIVES):
            continue
        known = merged.get(name, Objective(name))
        score = storable(parts.get("score", known.score), MAX_VALUE)
        status = storable(parts.get("status", known.status), MAX_VALUE)
        if is_old:
            score = score if _is_higher(score, known.score) else known.score
            status = status if _rank(status) > _rank(known.status) else known.status
        merged[name] = Objective(name, score, status)
    return tuple(merged.values())


def has_lost(after: Attempt, data: AiccData, standing: Standing) -> bool:
    """Tell whether something that this message brought found no place in the attempt."""
    if not standing.manner.counts or not standing.keeps_bookmark:
        return bool(data.texts or any(data.keywords.values()))
    objectives = {objective.id for objective in after.objectives}
    groups = ((after.preferences, "student_preferences"), (after.student_data, "student_data"))
    return any(
        storable(parts["id"], MAX_VALUE) not in objectives
        for parts in _numbered_objectives(data)
        if parts.get("id")
    ) or any(
        storable(name, MAX_VALUE) not in kept
        for kept, group in groups
        for name in data.keywords.get(group, {})
    )


def list_nameless_objectives(data: AiccData) -> Iterator[tuple[str, str]]:
    """Yield the keywords of [objectives_status] that belong to no objective with an id."""
    named = {
        int(found.group(2))
        for keyword, value in data.keywords.get("objectives_status", {}).items()
        if (found := _OBJECTIVE_KEYWORD.fullmatch(keyword)) and found.group(1) == "id" and value
    }
    for keyword, value in data.keywords.get("objectives_status", {}).items():
        found = _OBJECTIVE_KEYWORD.fullmatch(keyword)
        if value and (found is None or int(found.group(2)) not in named):
            yield keyword, value


def storable(text: str, limit: int) -> str:
    """Make a value fit for a text column: PostgreSQL refuses NUL, UTF-8 a lone surrogate."""
    return _UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", text)[:limit]


def _begun(attempt: Attempt, status: LessonStatus | None) -> Attempt:
    """Raise the status to this one; without one, what was not attempted is begun and the rest stays."""
    is_untouched = attempt.lesson_status is LessonStatus.NOT_ATTEMPTED
    return raise_status(
        attempt, status or (LessonStatus.INCOMPLETE if is_untouched else attempt.lesson_status)
    )


def _rank(status: str) -> int:
    word = parse_status(status)[0]
    return -1 if word is None else word.rank


def _mark_browsed(attempt: Attempt, standing: Standing) -> Attempt:
    if standing.status_at_start is not LessonStatus.NOT_ATTEMPTED:
        return attempt
    return raise_status(attempt, LessonStatus.BROWSED)


def _merge_score(attempt: Attempt, data: AiccData, *, is_old: bool) -> Attempt:
    score = data.find_value("core", "score")
    if score is None or (is_old and not _is_higher(score, attempt.score)):
        return attempt
    return replace(attempt, score=storable(score, MAX_VALUE))


def _is_higher(new: str, old: str) -> bool:
    new_number, old_number = parse_score(new).hundredths, parse_score(old).hundredths
    return new_number is not None and (old_number is None or new_number > old_number)


def _merge_bookmark(attempt: Attempt, data: AiccData) -> Attempt:
    location = data.find_value("core", "lesson_location")
    suspend = data.find_text("core_lesson")
    status = data.find_value("core", "lesson_status")
    exit_flag = parse_status(status)[1] if status is not None else None
    tries = data.keywords.get("student_data", {})
    preferences = data.keywords.get("student_preferences", {})
    return replace(
        attempt,
        location=attempt.location if location is None else storable(location, MAX_LOCATION),
        suspend_data=attempt.suspend_data if suspend is None else suspend.encode("utf-8", "surrogatepass"),
        exit_flag=attempt.exit_flag if exit_flag is None else exit_flag,
        preferences=_merge_values(attempt.preferences, preferences, MAX_PREFERENCES),
        student_data=_merge_values(attempt.student_data, tries, MAX_STUDENT_DATA),
    )


def _merge_values(old: Mapping[str, str], new: Mapping[str, str], limit: int) -> Mapping[str, str]:
    merged = dict(old)
    for name, value in new.items():
        name = storable(name, MAX_VALUE)
        if name in merged or len(merged) < limit:
            merged[name] = storable(value, MAX_VALUE)
    return merged


def _numbered_objectives(data: AiccData) -> Iterable[Mapping[str, str]]:
    numbered: dict[int, dict[str, str]] = {}
    for keyword, value in data.keywords.get("objectives_status", {}).items():
        if found := _OBJECTIVE_KEYWORD.fullmatch(keyword):
            numbered.setdefault(int(found.group(2)), {})[found.group(1)] = value
    return [parts for _, parts in sorted(numbered.items())]
