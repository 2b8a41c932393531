"""An LMS hears a report in the form that it can take, and what it tells of a learner is read."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings, strategies as st

from app.hacp.aicc_data import GROUPS, parse_groups
from app.hacp.attempt_rules import Objective
from app.hacp.upstream_wire_data import LmsReport, format_report, read_lesson
from app.hacp.vocabulary import ExitFlag, LessonStatus, Score, parse_score, parse_status, parse_timespan

REPORT = LmsReport(
    LessonStatus.INCOMPLETE,
    timedelta(hours=1, seconds=5.9),
    location="page 4",
    score=Score(Decimal("91.50"), Decimal(100), Decimal(0)),
    suspend_data="a=b\r\n\r\n  ;x",
    objectives=(Objective("J1", "80", "passed"), Objective("J2")),
)


def test_a_report_is_written_core_first_with_every_keyword() -> None:
    assert format_report(REPORT, version="4.0") == (
        "[core]\r\nlesson_location=page 4\r\nlesson_status=incomplete,suspend\r\nscore=91.5,100,0\r\n"
        "time=01:00:05\r\n[core_lesson]\r\na=b\r\n\r\n  ;x\r\n"
    )


@pytest.mark.parametrize("version", ["2.2", "2", "", "x"])
def test_an_lms_below_version_3_hears_whole_numbers_that_never_say_too_much(version: str) -> None:
    assert "\r\nscore=91\r\ntime=01:00:05\r\n" in format_report(REPORT, version=version)


def test_the_range_of_a_score_can_be_left_out() -> None:
    assert "\r\nscore=91.5\r\n" in format_report(REPORT, version="4.0", has_range=False)


def test_what_is_empty_is_sent_blank() -> None:
    report = LmsReport(LessonStatus.COMPLETED, timedelta(0))
    assert format_report(report, version="4.0") == (
        "[core]\r\nlesson_location=\r\nlesson_status=completed\r\nscore=\r\ntime=00:00:00\r\n[core_lesson]\r\n"
    )


@pytest.mark.parametrize(
    ("status", "exit_flag", "expected"),
    [
        (LessonStatus.INCOMPLETE, ExitFlag.NORMAL, "incomplete,suspend"),
        (LessonStatus.INCOMPLETE, ExitFlag.LOGOUT, "incomplete,suspend"),
        (LessonStatus.PASSED, ExitFlag.LOGOUT, "passed,logout"),
        (LessonStatus.PASSED, ExitFlag.SUSPEND, "passed"),
        (LessonStatus.FAILED, ExitFlag.TIME_OUT, "failed"),
        (LessonStatus.NOT_ATTEMPTED, ExitFlag.NORMAL, "not attempted"),
        (LessonStatus.BROWSED, ExitFlag.NORMAL, "browsed"),
    ],
)
def test_the_status_is_a_whole_word_and_suspends_while_incomplete(
    status: LessonStatus, exit_flag: ExitFlag, expected: str
) -> None:
    text = format_report(LmsReport(status, timedelta(0), exit_flag=exit_flag), version="4.0")
    assert parse_groups(text).find_value("core", "lesson_status") == expected


def test_only_objectives_that_the_lms_named_are_sent_numbered_from_one() -> None:
    text = format_report(REPORT, version="4.0", objective_ids={"J2", "J9"})
    assert text.endswith("[objectives_status]\r\nj_id.1=J2\r\n")
    text = format_report(REPORT, version="4.0", objective_ids={"J1"})
    assert text.endswith("[objectives_status]\r\nj_id.1=J1\r\nj_score.1=80\r\nj_status.1=passed\r\n")


def test_a_location_stays_on_its_line_and_within_the_limit() -> None:
    report = LmsReport(LessonStatus.INCOMPLETE, timedelta(0), location="a\r\n[core]\r\nb" + "x" * 300)
    data = parse_groups(format_report(report, version="4.0"))
    location = data.find_value("core", "lesson_location") or ""
    assert location.startswith("a [core] b")
    assert len(location) == 255


_DECIMALS = st.decimals(0, 1000, places=2)


@settings(max_examples=40)
@given(
    status=st.sampled_from(LessonStatus),
    seconds=st.integers(0, 9999 * 3600),
    raw=st.none() | _DECIMALS,
    suspend_data=st.text(st.characters(codec="utf-8"), max_size=100),
)
def test_a_report_is_read_back_by_our_own_parser(
    status: LessonStatus, seconds: int, raw: Decimal | None, suspend_data: str
) -> None:
    report = LmsReport(status, timedelta(seconds=seconds), score=Score(raw), suspend_data=suspend_data)
    data = parse_groups(format_report(report, version="4.0"))
    assert parse_status(data.find_value("core", "lesson_status") or "")[0] is status
    assert parse_timespan(data.find_value("core", "time") or "") == report.time
    assert parse_score(data.find_value("core", "score") or "").raw == raw
    if not any(f"[{group}]" in suspend_data.lower() for group in GROUPS):
        assert data.find_text("core_lesson") == suspend_data


def test_what_an_lms_says_of_a_learner_is_read() -> None:
    lesson = read_lesson(
        parse_groups(
            "[Core]\r\nStudent_ID = 1001\r\nStudent_Name=Alvarez, Ana\r\nCredit=N\r\nLesson_Mode=Review\r\n"
            "Lesson_Status=P, resume\r\nScore=88,100,0\r\nTime=0001:02:03.5\r\nLesson_Location=7\r\n"
            "[Core_Lesson]\r\nx=1\r\n[Core_Vendor]\r\nv\r\n[Student_Data]\r\nMastery_Score=75\r\n"
            "Max_Time_Allowed=02:00:00\r\nTime_Limit_Action=exit,message\r\n"
            "[Objectives_Status]\r\nJ_ID.1=J1\r\nJ_Score.1=5\r\nJ_ID.2=\r\nJ_ID.3=J3\r\n"
        )
    )
    assert (lesson.student_id, lesson.is_credit, lesson.lesson_mode) == ("1001", False, "review")
    assert (lesson.status, lesson.score) == (LessonStatus.PASSED, "88,100,0")
    assert lesson.total_time == timedelta(hours=1, minutes=2, seconds=3.5)
    assert (lesson.location, lesson.suspend_data, lesson.core_vendor) == ("7", "x=1", "v")
    assert (lesson.mastery_score, lesson.max_time_allowed) == (Decimal(75), "02:00:00")
    assert lesson.objective_ids == ("J1", "J3")


def test_an_lms_that_says_nothing_leaves_the_defaults() -> None:
    lesson = read_lesson(parse_groups(""))
    assert (lesson.student_id, lesson.is_credit, lesson.lesson_mode) == ("", True, "normal")
    assert (lesson.status, lesson.mastery_score, lesson.total_time) == (None, None, timedelta(0))
