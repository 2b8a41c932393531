"""AICC's words, scores and times become values, and one message becomes one report."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, strategies as st

from app.hacp.vocabulary import (
    Command,
    ExitFlag,
    LessonStatus,
    Manner,
    Reported,
    entry_flag,
    format_status,
    format_timespan,
    parse_score,
    parse_status,
    parse_timespan,
    to_observation,
)
from app.progress.values import Channel, Report, Status

MINUTE = timedelta(minutes=1)
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "status", "exit_flag"),
    [
        ("I", LessonStatus.INCOMPLETE, ExitFlag.NORMAL),
        ("p", LessonStatus.PASSED, ExitFlag.NORMAL),
        ("PASS", LessonStatus.PASSED, ExitFlag.NORMAL),
        ("complete", LessonStatus.COMPLETED, ExitFlag.NORMAL),
        ("Failed", LessonStatus.FAILED, ExitFlag.NORMAL),
        ("b", LessonStatus.BROWSED, ExitFlag.NORMAL),
        ("N", LessonStatus.NOT_ATTEMPTED, ExitFlag.NORMAL),
        ("incomplete,suspend", LessonStatus.INCOMPLETE, ExitFlag.SUSPEND),
        (" incomplete , S ", LessonStatus.INCOMPLETE, ExitFlag.SUSPEND),
        ("completed,logout", LessonStatus.COMPLETED, ExitFlag.LOGOUT),
        ("i,Time-Out", LessonStatus.INCOMPLETE, ExitFlag.TIME_OUT),
        ("incomplete,", LessonStatus.INCOMPLETE, ExitFlag.NORMAL),
        ("i,zzz", LessonStatus.INCOMPLETE, None),
        ("xyz", None, ExitFlag.NORMAL),
        ("", None, ExitFlag.NORMAL),
        (",suspend", None, ExitFlag.SUSPEND),
        ("i,s,s", LessonStatus.INCOMPLETE, ExitFlag.SUSPEND),
    ],
)
def test_status_words_count_by_their_first_letter(
    text: str, status: LessonStatus | None, exit_flag: ExitFlag | None
) -> None:
    assert parse_status(text) == (status, exit_flag)


@pytest.mark.parametrize("status", LessonStatus)
def test_a_formatted_status_is_read_back(status: LessonStatus) -> None:
    assert parse_status(format_status(status, "suspend")) == (status, ExitFlag.SUSPEND)
    assert " ," not in format_status(status, "resume")
    assert ", " not in format_status(status, "resume")


@pytest.mark.parametrize(
    ("text", "raw", "hundredths"),
    [
        ("80", "80", "80"),
        ("80.5", "80.5", "80.5"),
        ("66.67,100,0", "66.67", "66.67"),
        (" 80 , 100 , 0 ", "80", "80"),
        ("8,10,0", "8", "80"),
        ("8,10", "8", "80"),
        ("5,5,5", "5", "5"),
        ("45%", "45", "45"),
        (".5", ".5", ".5"),
        ("-5", "-5", "-5"),
        ("150", "150", "150"),
        ("80,abc,", "80", "80"),
        ("", None, None),
        ("abc", None, None),
        ("NaN", None, None),
        ("Infinity", None, None),
        ("1e9", None, None),
        ("٣", None, None),
        ("1" * 5000, None, None),
    ],
)
def test_scores_are_read_where_they_are_numbers(text: str, raw: str | None, hundredths: str | None) -> None:
    score = parse_score(text)
    assert score.raw == (None if raw is None else Decimal(raw))
    assert score.hundredths == (None if hundredths is None else Decimal(hundredths))


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("00:10:00", 600),
        ("0000:12:34", 754),
        ("00:00:30.5", 30.5),
        ("1:2:3", 3723),
        ("00:90:75", 5475),
        ("754", 754),
        ("0", 0),
        ("PT5M", 300),
        ("pt1h2m3.5s", 3723.5),
        ("P1DT1S", 86401),
        (" 00:00:01 ", 1),
        ("99999:00:00", 9999 * 3600 + 3599),
        ("P", None),
        ("PT", None),
        ("P1", None),
        ("12:34", None),
        ("garbage", None),
        ("", None),
        ("-00:00:01", None),
        ("00:00:1e5", None),
        ("9" * 400, None),
    ],
)
def test_timespans_of_every_client_are_read(text: str, seconds: float | None) -> None:
    expected = None if seconds is None else timedelta(seconds=seconds)
    assert parse_timespan(text) == expected


@given(st.timedeltas(timedelta(0), timedelta(hours=9999)))
def test_a_formatted_timespan_is_read_back_to_the_second(span: timedelta) -> None:
    assert parse_timespan(format_timespan(span)) == span - timedelta(microseconds=span.microseconds)


@given(st.text())
def test_any_text_is_a_value_or_nothing(text: str) -> None:
    parse_timespan(text)
    parse_status(text)
    assert parse_score(text).hundredths is not NotImplemented


@pytest.mark.parametrize(
    ("status", "exit_flag", "has_bookmark", "entry"),
    [
        (LessonStatus.NOT_ATTEMPTED, ExitFlag.NORMAL, False, "ab-initio"),
        (LessonStatus.INCOMPLETE, ExitFlag.SUSPEND, False, "resume"),
        (LessonStatus.PASSED, ExitFlag.SUSPEND, True, "resume"),
        (LessonStatus.INCOMPLETE, ExitFlag.NORMAL, True, "resume"),
        (LessonStatus.BROWSED, ExitFlag.NORMAL, True, "resume"),
        (LessonStatus.INCOMPLETE, ExitFlag.NORMAL, False, ""),
        (LessonStatus.COMPLETED, ExitFlag.LOGOUT, True, ""),
        (LessonStatus.FAILED, ExitFlag.NORMAL, True, ""),
    ],
)
def test_the_entry_flag_follows_the_last_exit(
    status: LessonStatus, exit_flag: ExitFlag, has_bookmark: bool, entry: str
) -> None:
    assert entry_flag(status, exit_flag, has_bookmark=has_bookmark) == entry


def observe(reported: Reported, *, score_is_percent: bool = False) -> Report:
    return to_observation(reported, source="launch-1", received_at=NOW, score_is_percent=score_is_percent)


def test_get_param_alone_leaves_a_course_not_started() -> None:
    report = observe(Reported(Command.GET_PARAM, session_time=timedelta(0)))
    assert (report.status, report.channel, report.source) == (Status.NOT_STARTED, Channel.AICC, "launch-1")
    assert (report.event_at, report.received_at) == (NOW, NOW)


@pytest.mark.parametrize("command", [Command.PUT_PARAM, Command.EXIT_AU, Command.EXIT_PARAM])
@pytest.mark.parametrize(
    "status", [None, LessonStatus.NOT_ATTEMPTED, LessonStatus.BROWSED, LessonStatus.INCOMPLETE]
)
def test_a_put_or_an_exit_means_at_least_in_progress(command: Command, status: LessonStatus | None) -> None:
    report = observe(Reported(command, status))
    assert (report.status, report.completion, report.success) == (Status.IN_PROGRESS, None, None)


@pytest.mark.parametrize(
    ("text", "percent"),
    [("45", "45"), ("150", "150"), ("-5", None), ("", None), ("9,20,0", "45"), ("0", "0")],
)
def test_for_linkedin_the_score_is_the_percentage(text: str, percent: str | None) -> None:
    report = observe(Reported(Command.PUT_PARAM, score=parse_score(text)), score_is_percent=True)
    assert report.percent == (None if percent is None else Decimal(percent))
    assert report.score is None


@pytest.mark.parametrize(
    ("text", "score"), [("45", "45"), ("150", None), ("-5", None), ("abc", None), ("150,200,0", "75")]
)
def test_elsewhere_the_score_is_a_score(text: str, score: str | None) -> None:
    report = observe(Reported(Command.PUT_PARAM, score=parse_score(text)))
    assert report.score == (None if score is None else Decimal(score))
    assert report.percent is None


@pytest.mark.parametrize(
    ("manner", "status"),
    [
        (Manner(), Status.PASSED),
        (Manner(is_credit=False), Status.IN_PROGRESS),
        (Manner(is_browsing=True), Status.IN_PROGRESS),
        (Manner(is_reviewing=True), Status.NOT_STARTED),
    ],
)
def test_a_session_that_does_not_count_reports_its_time_alone(manner: Manner, status: Status) -> None:
    said = Reported(Command.PUT_PARAM, LessonStatus.PASSED, parse_score("90"), MINUTE, manner)
    report = observe(said)
    assert (report.status, report.time) == (status, MINUTE)
    assert (report.score == 90) == manner.counts


def test_the_units_own_maximum_scales_a_score_without_one() -> None:
    assert parse_score("8").with_maximum(Decimal(10)).hundredths == 80
    assert parse_score("8,20").with_maximum(Decimal(10)).hundredths == 40
    assert parse_score("8").with_maximum(None).hundredths == 8


def test_the_session_time_is_carried() -> None:
    assert observe(Reported(Command.EXIT_AU, session_time=timedelta(minutes=7))).time == timedelta(minutes=7)
