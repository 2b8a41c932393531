"""An attempt begins where the LMS has it, and never loses what we hold."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from app.hacp.attempt_rules import Attempt
from app.hacp.lms_rules import has_news, seed_attempt
from app.hacp.upstream_wire_data import LmsLesson
from app.hacp.vocabulary import LessonStatus

LESSON = LmsLesson(
    "1001",
    status=LessonStatus.INCOMPLETE,
    location="p4",
    suspend_data="chapter=4",
    score="40,100,0",
    total_time=timedelta(minutes=10),
)
EMPTY = Attempt("a")


def test_an_empty_attempt_takes_over_what_the_lms_has() -> None:
    seeded = seed_attempt(EMPTY, LESSON)
    assert (seeded.location, seeded.suspend_data) == ("p4", b"chapter=4")
    assert (seeded.lesson_status, seeded.has_status) == (LessonStatus.INCOMPLETE, False)
    assert (seeded.score, seeded.total_time) == ("40,100,0", timedelta(minutes=10))
    assert seed_attempt(EMPTY, replace(LESSON, status=LessonStatus.PASSED)).has_status


@pytest.mark.parametrize(
    "held",
    [
        replace(EMPTY, location="p9"),
        replace(EMPTY, suspend_data=b"x"),
        replace(EMPTY, score="5"),
        replace(EMPTY, total_time=timedelta(seconds=1)),
        replace(EMPTY, lesson_status=LessonStatus.INCOMPLETE),
    ],
)
def test_an_attempt_that_holds_anything_stays(held: Attempt) -> None:
    assert seed_attempt(held, LESSON) == held


def test_a_score_that_is_no_number_is_not_taken_over() -> None:
    assert seed_attempt(EMPTY, replace(LESSON, score="n/a")).score == ""


@pytest.mark.parametrize(
    ("ours", "theirs", "is_complete", "expected"),
    [
        (LessonStatus.PASSED, LessonStatus.INCOMPLETE, True, True),
        (LessonStatus.INCOMPLETE, None, False, True),
        (LessonStatus.NOT_ATTEMPTED, None, True, True),
        (LessonStatus.FAILED, LessonStatus.FAILED, True, True),
        (LessonStatus.INCOMPLETE, LessonStatus.COMPLETED, True, False),
        (LessonStatus.PASSED, LessonStatus.PASSED, True, False),
        (LessonStatus.NOT_ATTEMPTED, None, False, False),
    ],
)
def test_there_is_news_when_the_lms_stands_lower_than_we_do(
    ours: LessonStatus, theirs: LessonStatus | None, is_complete: bool, expected: bool
) -> None:
    attempt, lesson = replace(EMPTY, lesson_status=ours), replace(LESSON, status=theirs)
    assert has_news(attempt, lesson, is_complete=is_complete) is expected
