"""Days and hours where the clock is put forward and back."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.progress.days import count_days, last_days, last_hours, start_of_day

MADRID = ZoneInfo("Europe/Madrid")


@pytest.mark.parametrize(
    ("day", "hours"),
    [(date(2026, 10, 25), 25), (date(2026, 3, 29), 23), (date(2026, 3, 28), 24)],
)
def test_what_happened_around_a_change_of_the_clock_counts_on_its_local_day(day: date, hours: int) -> None:
    first = start_of_day(day, MADRID)
    last = start_of_day(day + timedelta(days=1), MADRID) - timedelta(minutes=15)
    assert last - first == timedelta(hours=hours, minutes=-15)
    moments = [
        (first - timedelta(minutes=15), 1),
        (first, 10),
        (last, 20),
        (last + timedelta(minutes=15), 300),
    ]
    days = last_days(last + timedelta(hours=20), MADRID, 3)
    assert count_days(moments, days, MADRID) == [
        (day - timedelta(days=1), 1),
        (day, 30),
        (day + timedelta(days=1), 300),
    ]


def test_the_day_that_is_going_on_is_the_local_one() -> None:
    late = datetime(2026, 3, 28, 23, 30, tzinfo=UTC)
    assert last_days(late, MADRID, 2) == [date(2026, 3, 28), date(2026, 3, 29)]


def test_hours_begin_with_the_local_clock_and_the_one_shown_twice_is_there_twice() -> None:
    kathmandu = last_hours(datetime(2026, 11, 28, 10, 20, tzinfo=UTC), ZoneInfo("Asia/Kathmandu"), 2)
    assert kathmandu == [
        datetime(2026, 11, 28, 9, 15, tzinfo=UTC),
        datetime(2026, 11, 28, 10, 15, tzinfo=UTC),
    ]
    names = [
        f"{hour.astimezone(MADRID):%H:%M}"
        for hour in last_hours(datetime(2026, 10, 25, 1, 59, tzinfo=UTC), MADRID, 4)
    ]
    assert names == ["00:00", "01:00", "02:00", "02:00"]
