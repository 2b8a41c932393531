"""Days as the organisation's clock has them: some are 23 or 25 hours long."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

# Of every zone of today, midnight and the full hours fall on a quarter of an hour in UTC.
QUARTER = timedelta(minutes=15)


def start_of_day(day: date, zone: ZoneInfo) -> datetime:
    """Return the moment a local day begins; a day of 23 or 25 hours begins at its own midnight."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def last_days(now: datetime, zone: ZoneInfo, count: int) -> list[date]:
    """List the last `count` local days, the one that is going on last."""
    today = now.astimezone(zone).date()
    return [today - timedelta(days=ago) for ago in reversed(range(count))]


def count_days(
    counts: Iterable[tuple[datetime, int]], days: Iterable[date], zone: ZoneInfo
) -> list[tuple[date, int]]:
    """Add up what was counted for each moment by local day; days without anything are there too."""
    found = dict.fromkeys(days, 0)
    for moment, number in counts:
        day = moment.astimezone(zone).date()
        if day in found:
            found[day] += number
    return list(found.items())


def last_hours(now: datetime, zone: ZoneInfo, count: int) -> list[datetime]:
    """List when the last `count` hours of the local clock began, in UTC; the one that is going on is last.

    An hour that the clock shows twice is there twice.
    """
    local = now.astimezone(zone)
    begun = timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
    this_hour = now.astimezone(UTC) - begun
    return [this_hour - timedelta(hours=ago) for ago in reversed(range(count))]
