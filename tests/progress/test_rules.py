"""The rules of progress, case by case."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import permutations
from typing import Any

import pytest

from app.progress.rules import clamp_percent, project, project_course
from app.progress.values import Channel, Report, Status

NOON = datetime(2026, 3, 14, 12, tzinfo=UTC)


def report(**changes: Any) -> Report:
    values: dict[str, Any] = {
        "channel": Channel.XAPI,
        "source": "s1",
        "status": Status.IN_PROGRESS,
        "event_at": NOON,
        "received_at": NOON,
    }
    return Report(**{**values, **changes})


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("0", "0"),
        ("39", "39"),
        ("66.666", "66.67"),
        ("100.0", "100"),
        ("140", "100"),
        ("-69", "0"),
        ("NaN", "0"),
    ],
)
def test_a_percentage_is_clamped_and_a_negative_one_ignored(sent: str, kept: str) -> None:
    assert clamp_percent(Decimal(sent)) == Decimal(kept)


def test_no_percentage_counts_as_nothing() -> None:
    assert clamp_percent(None) == 0


@pytest.mark.parametrize("status", [Status.COMPLETED, Status.PASSED])
def test_complete_is_a_hundred_percent_whatever_was_sent(status: Status) -> None:
    assert project([report(status=status, percent=Decimal(98))]).percent == 100


def test_a_hundred_percent_alone_is_not_complete() -> None:
    progress = project([report(percent=Decimal(100))])
    assert (progress.status, progress.percent, progress.completed_at) == (Status.IN_PROGRESS, 100, None)


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        ([Status.NOT_STARTED], Status.NOT_STARTED),
        ([Status.NOT_STARTED, Status.IN_PROGRESS], Status.IN_PROGRESS),
        ([Status.FAILED, Status.IN_PROGRESS], Status.FAILED),
        ([Status.FAILED, Status.COMPLETED], Status.COMPLETED),
        ([Status.PASSED, Status.FAILED, Status.COMPLETED], Status.PASSED),
    ],
)
def test_the_highest_status_wins_in_any_order(statuses: list[Status], expected: Status) -> None:
    for order in permutations(statuses):
        assert project(report(source=f"s{i}", status=s) for i, s in enumerate(order)).status is expected


def test_the_first_completion_dates_it_and_later_ones_do_not() -> None:
    events = [
        report(source="a", event_at=NOON - timedelta(hours=3)),
        report(source="b", status=Status.COMPLETED, event_at=NOON - timedelta(hours=1)),
        report(source="c", status=Status.PASSED, event_at=NOON),
    ]
    for order in permutations(events):
        progress = project(order)
        assert progress.completed_at == NOON - timedelta(hours=1)
        assert progress.first_seen == NOON - timedelta(hours=3)
        assert progress.last_activity == NOON


@pytest.mark.parametrize(
    ("lead", "is_believed"), [(timedelta(minutes=5), True), (timedelta(minutes=5, seconds=1), False)]
)
def test_an_event_in_the_future_counts_as_receipt(lead: timedelta, is_believed: bool) -> None:
    progress = project([report(status=Status.COMPLETED, event_at=NOON + lead)])
    assert progress.completed_at == (NOON + lead if is_believed else NOON)


def test_aicc_time_is_the_greatest_of_each_session_and_their_sum() -> None:
    minutes = [("s1", 5), ("s1", 7), ("s1", 6), ("s2", 3), ("s2", 3)]
    events = [report(channel=Channel.AICC, source=s, time=timedelta(minutes=m)) for s, m in minutes]
    for order in permutations(events):
        assert project(order).time == timedelta(minutes=10)


def test_xapi_time_is_the_larger_of_the_whole_and_the_sum_of_distinct_parts() -> None:
    parts = [report(source=f"p{i}", time=timedelta(seconds=s)) for i, s in enumerate([270, 541, 270])]
    assert project(parts).time == timedelta(seconds=811)
    whole = report(source="w", time=timedelta(seconds=900), time_is_total=True)
    shorter = report(source="v", time=timedelta(seconds=100), time_is_total=True)
    for order in permutations([*parts, whole, shorter]):
        assert project(order).time == timedelta(seconds=900)


def test_the_channels_are_never_added_up() -> None:
    progress = project(
        [
            report(channel=Channel.AICC, source="s", time=timedelta(minutes=10)),
            report(source="x", time=timedelta(minutes=9), time_is_total=True),
        ]
    )
    assert progress.time == timedelta(minutes=10)
    assert progress.channels == {Channel.AICC, Channel.XAPI}


def test_the_higher_score_is_kept() -> None:
    assert project(
        [report(source="a", score=Decimal("91.5")), report(source="b", score=Decimal(70))]
    ).score == Decimal("91.5")
    assert project([report()]).score is None


def said(unit: str | None, **changes: Any) -> tuple[str | None, Report]:
    return unit, report(channel=Channel.AICC if unit else Channel.XAPI, source=f"of {unit}", **changes)


PASSED, FAILED = said("a", status=Status.PASSED), said("a", status=Status.FAILED)


@pytest.mark.parametrize(
    ("observed", "status", "percent"),
    [
        ([], Status.NOT_STARTED, "0"),
        ([said("a", percent=Decimal(50))], Status.IN_PROGRESS, "16.67"),
        ([PASSED], Status.IN_PROGRESS, "33.33"),
        ([PASSED, said("b", percent=Decimal(50))], Status.IN_PROGRESS, "50"),
        ([said(unit, status=Status.COMPLETED) for unit in "ab"], Status.IN_PROGRESS, "66.67"),
        ([said(unit, status=Status.COMPLETED) for unit in "abc"], Status.COMPLETED, "100"),
        ([said(unit, status=Status.PASSED) for unit in "abc"], Status.PASSED, "100"),
        ([PASSED, *(said(u, status=Status.COMPLETED) for u in "bc")], Status.COMPLETED, "100"),
        ([FAILED, said("b")], Status.IN_PROGRESS, "0"),
        ([FAILED, *(said(u, status=Status.PASSED) for u in "bc")], Status.FAILED, "66.67"),
        ([said(None, percent=Decimal(40)), said("a", percent=Decimal(30))], Status.IN_PROGRESS, "40"),
        ([said(None, status=Status.COMPLETED), said("a")], Status.COMPLETED, "100"),
        ([said("gone", status=Status.PASSED), said("a", percent=Decimal(30))], Status.IN_PROGRESS, "10"),
    ],
)  # fmt: skip
def test_a_course_of_several_units_is_their_mean_and_over_when_all_are(
    observed: list[tuple[str | None, Report]], status: Status, percent: str
) -> None:
    for order in permutations(observed):
        progress = project_course(order, {"a", "b", "c"})
        assert (progress.status, progress.percent) == (status, Decimal(percent))


def test_a_course_of_several_units_ends_with_the_last_of_them() -> None:
    later, latest = NOON + timedelta(hours=1), NOON + timedelta(hours=2)
    observed = [
        said("a", status=Status.COMPLETED, event_at=later, received_at=later),
        said("b", status=Status.COMPLETED, event_at=latest, received_at=latest),
        said("b", status=Status.COMPLETED),
    ]
    assert project_course(observed, {"a", "b"}).completed_at == later
    assert project_course(observed[:1], {"a", "b"}).completed_at is None


def test_one_unit_is_the_course() -> None:
    observed = [said("a", status=Status.COMPLETED)]
    assert project_course(observed, {"a"}) == project(report for _, report in observed)
