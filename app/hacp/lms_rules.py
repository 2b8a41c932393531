"""What of an LMS's answer becomes our attempt's, and when we know more than the LMS. Pure."""

from __future__ import annotations

from dataclasses import replace

from app.hacp.attempt_rules import Attempt
from app.hacp.upstream_wire_data import LmsLesson
from app.hacp.vocabulary import LessonStatus, parse_score


def seed_attempt(attempt: Attempt, lesson: LmsLesson) -> Attempt:
    """Return an attempt that was empty so far with what the LMS has; one that holds anything stays.

    AICC gives no time of the LMS's copy. Ours is written with every message and the LMS's only by us, so
    what we hold is never the older one, unless the learner took the course there without us: then it is
    empty. The status comes too, or a second round would take a pass back at an LMS that keeps the last word.
    """
    if not _is_empty(attempt):
        return attempt
    status = lesson.status or LessonStatus.NOT_ATTEMPTED
    return replace(
        attempt,
        lesson_status=status,
        has_status=status.is_final,
        location=lesson.location,
        suspend_data=lesson.suspend_data.encode("utf-8", "surrogatepass"),
        score=lesson.score if parse_score(lesson.score).raw is not None else "",
        total_time=lesson.total_time,
    )


def has_news(attempt: Attempt, lesson: LmsLesson, *, is_complete: bool) -> bool:
    """Tell whether the LMS lacks a result: an earlier session was lost, or xAPI brought a completion.

    `is_complete` says that the learner has completed the course over any channel.
    """
    theirs = lesson.status or LessonStatus.NOT_ATTEMPTED
    if is_complete and theirs not in (LessonStatus.COMPLETED, LessonStatus.PASSED):
        return True
    return attempt.lesson_status.rank > theirs.rank


def _is_empty(attempt: Attempt) -> bool:
    is_untouched = attempt.lesson_status is LessonStatus.NOT_ATTEMPTED
    return is_untouched and not attempt.has_bookmark and not attempt.score and not attempt.total_time
