"""What a PutParam does to an attempt, without any database."""

from __future__ import annotations

import pytest

from app.hacp.aicc_data import parse_groups
from app.hacp.attempt_rules import (
    MAX_LOCATION,
    MAX_OBJECTIVES,
    Attempt,
    Objective,
    Standing,
    end_attempt,
    has_lost,
    merge_put,
)
from app.hacp.vocabulary import ExitFlag, LessonStatus, Manner, parse_status

FRESH = Attempt(id="a")


def put(attempt: Attempt, text: str, **standing: bool) -> Attempt:
    data = parse_groups(text)
    status = parse_status(data.find_value("core", "lesson_status") or "")[0]
    if status is LessonStatus.NOT_ATTEMPTED:
        status = LessonStatus.INCOMPLETE
    return merge_put(attempt, data, status=status, standing=Standing(**standing))  # type: ignore[arg-type]


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
    browsed = Attempt(id="a", lesson_status=LessonStatus.BROWSED)
    assert put(browsed, "[core]\nlesson_status=xyz").lesson_status is LessonStatus.BROWSED
    assert put(browsed, "[core]\nlesson_status=i").lesson_status is LessonStatus.INCOMPLETE


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
    for letter in "pq":
        data = parse_groups(
            "[objectives_status]\n" + "\n".join(f"j_id.{n}={letter}{n}" for n in range(1, 900))
        )
        after = merge_put(after, data, status=None)
        assert has_lost(after, data, Standing()) == (letter == "q")
    assert len(after.objectives) == MAX_OBJECTIVES
    assert after.objectives[0] == Objective("o1", "1")


def test_exit_makes_an_untouched_lesson_incomplete_and_leaves_others() -> None:
    assert end_attempt(FRESH, None).lesson_status is LessonStatus.INCOMPLETE
    failed = Attempt(id="a", lesson_status=LessonStatus.FAILED)
    assert end_attempt(failed, None) == failed
    browsed = Attempt(id="a", lesson_status=LessonStatus.BROWSED)
    assert end_attempt(browsed, None) == browsed
    assert end_attempt(browsed, LessonStatus.PASSED).lesson_status is LessonStatus.PASSED


WHOLE = "[core]\nlesson_status=p\nscore=90\nlesson_location=5\n[core_lesson]\nmine"


def taken(attempt: Attempt, manner: Manner) -> Attempt:
    standing = Standing(manner=manner, status_at_start=attempt.lesson_status)
    return merge_put(attempt, parse_groups(WHOLE), status=LessonStatus.PASSED, standing=standing)


def test_without_credit_only_the_place_is_kept() -> None:
    after = taken(Attempt(id="a", lesson_status=LessonStatus.INCOMPLETE, score="3"), Manner(is_credit=False))
    assert (after.lesson_status, after.score, after.has_status) == (LessonStatus.INCOMPLETE, "3", False)
    assert (after.location, after.suspend_data) == ("5", b"mine")


def test_browsing_marks_a_fresh_attempt_and_keeps_its_own_place() -> None:
    after = taken(FRESH, Manner(is_browsing=True))
    assert (after.lesson_status, after.score, after.location) == (LessonStatus.BROWSED, "", "5")
    assert end_attempt(FRESH, None, Standing(manner=Manner(is_browsing=True))).lesson_status == "browsed"


def test_browsing_does_not_touch_an_attempt_that_counts() -> None:
    begun = Attempt(id="a", lesson_status=LessonStatus.INCOMPLETE, location="2", suspend_data=b"theirs")
    assert taken(begun, Manner(is_browsing=True)) == begun


def test_reviewing_changes_nothing() -> None:
    passed = Attempt(id="a", lesson_status=LessonStatus.PASSED, location="2")
    assert taken(passed, Manner(is_reviewing=True)) == passed
    assert taken(FRESH, Manner(is_reviewing=True)) == FRESH


def test_an_overtaken_message_raises_the_status_and_the_score_only() -> None:
    stored = Attempt(id="a", lesson_status=LessonStatus.INCOMPLETE, location="9", score="70")
    after = put(stored, WHOLE, is_stale=True)
    assert (after.lesson_status, after.score, after.location) == (LessonStatus.PASSED, "90", "9")
    assert put(stored, "[core]\nscore=", is_stale=True).score == "70"
