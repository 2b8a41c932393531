"""What a PutParam does to an attempt, without any database."""

from __future__ import annotations

from decimal import Decimal

import pytest

from app.hacp.aicc_data import parse_groups
from app.hacp.attempt_rules import MAX_LOCATION, MAX_OBJECTIVES, Attempt, Objective, end_attempt, merge_put
from app.hacp.vocabulary import ExitFlag, LessonStatus

FRESH = Attempt(id="a")


def put(attempt: Attempt, text: str, **more: bool) -> Attempt:
    return merge_put(attempt, parse_groups(text), mastery=None, **more)


@pytest.mark.parametrize("first", LessonStatus)
@pytest.mark.parametrize("second", LessonStatus)
def test_the_status_only_rises_in_any_order(first: LessonStatus, second: LessonStatus) -> None:
    one = put(put(FRESH, f"[core]\nlesson_status={first}"), f"[core]\nlesson_status={second}")
    other = put(put(FRESH, f"[core]\nlesson_status={second}"), f"[core]\nlesson_status={first}")
    assert one.lesson_status is other.lesson_status
    raised = {LessonStatus.NOT_ATTEMPTED: LessonStatus.INCOMPLETE}
    assert one.lesson_status is max(
        (raised.get(each, each) for each in (first, second)), key=lambda status: status.rank
    )


def test_a_put_without_a_status_keeps_a_browsed_or_better_one() -> None:
    passed = Attempt(id="a", lesson_status=LessonStatus.PASSED)
    assert put(passed, "[core]\nscore=1").lesson_status is LessonStatus.PASSED
    assert put(FRESH, "").lesson_status is LessonStatus.INCOMPLETE


def test_mastery_decides_a_completed_lesson() -> None:
    data = parse_groups("[core]\nlesson_status=c\nscore=70")
    assert merge_put(FRESH, data, mastery=Decimal(80)).lesson_status is LessonStatus.FAILED


def test_a_late_score_counts_when_it_is_higher() -> None:
    attempt = Attempt(id="a", score="50")
    for score, kept in [("40", "50"), ("", "50"), ("x", "50"), ("60,100,0", "60,100,0")]:
        assert put(attempt, f"[core]\nscore={score}", is_late=True).score == kept
    assert put(FRESH, "[core]\nscore=10", is_late=True).score == "10"


def test_a_stale_message_moves_neither_place_nor_data() -> None:
    attempt = Attempt(id="a", location="9", suspend_data=b"new", exit_flag=ExitFlag.SUSPEND)
    after = put(attempt, "[core]\nlesson_location=4\nlesson_status=i,l\n[core_lesson]\nold", is_stale=True)
    assert (after.location, after.suspend_data, after.exit_flag) == ("9", b"new", ExitFlag.SUSPEND)


def test_values_are_made_fit_for_the_database() -> None:
    after = put(FRESH, "[core]\nlesson_location=a\x00b\ud800" + "x" * 9000 + "\n[core_lesson]\n\x00\ud800")
    assert after.location.startswith("a\ufffdb\ufffdx")
    assert len(after.location) == MAX_LOCATION
    assert after.suspend_data.decode("utf-8", "surrogatepass") == "\x00\ud800"


def test_objectives_are_merged_by_id_and_bounded() -> None:
    lines = "\n".join(f"j_id.{n}=o{n}\nj_score.{n}={n}" for n in range(1, 900))
    after = put(FRESH, "[objectives_status]\n" + lines)
    lines = "\n".join(f"j_id.{n}=p{n}" for n in range(1, 900))
    after = put(after, "[objectives_status]\n" + lines)
    assert len(after.objectives) == MAX_OBJECTIVES
    assert after.objectives[0] == Objective("o1", "1")


def test_exit_makes_an_untouched_lesson_incomplete_and_leaves_others() -> None:
    assert end_attempt(FRESH).lesson_status is LessonStatus.INCOMPLETE
    failed = Attempt(id="a", lesson_status=LessonStatus.FAILED)
    assert end_attempt(failed) == failed
