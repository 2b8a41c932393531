"""Timestamps and durations: the forms the standard names, LinkedIn's, and impostors."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.xapi.times import parse_duration, parse_timestamp

NOON = datetime(2025, 3, 14, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2025-03-14T12:00:00Z", NOON),
        ("2025-03-14T12:00:00.000Z", NOON),
        ("2025-03-14T12:00:00.123456789Z", NOON.replace(microsecond=123_456)),
        ("2025-03-14T12:00:00,5Z", NOON.replace(microsecond=500_000)),
        ("2025-03-14T12:00:00+00:00", NOON),
        ("2025-03-14T12:00:00+0000", NOON),
        ("2025-03-14T12:00:00+00", NOON),
        ("2025-03-14T07:00:00-05:00", NOON),
        ("2025-03-14T17:30:00+05:30", NOON),
        ("2025-03-14T11:30:00-00:30", NOON),
        ("2025-03-14t12:00:00z", NOON),
        ("2025-03-14 12:00:00Z", NOON),
        ("2025-03-14T12:00:00", NOON),
        ("2025-03-14T12:00Z", NOON),
        ("2025-03-14T11:59:60Z", NOON),
    ],
)
def test_timestamps_become_instants(text: str, expected: datetime) -> None:
    assert parse_timestamp(text) == expected
    assert parse_timestamp(text).tzinfo is UTC


@pytest.mark.parametrize(
    "text",
    [
        "",
        "01/011/2015",
        "2025-03-14",
        "2025-W11-5T12:00:00Z",
        "2025-02-30T12:00:00Z",
        "2025-03-14T24:01:00Z",
        "2025-03-14T12:00:00-00",
        "2025-03-14T12:00:00-0000",
        "2025-03-14T12:00:00-00:00",
        "2025-03-14T12:00:00+25:00",
        "2025-03-14T12:00:00Z\n",
        "٢٠٢٥-03-14T12:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:60Z",
        "yesterday",
    ],
)
def test_impostor_timestamps_are_refused(text: str) -> None:
    with pytest.raises(ValueError):
        parse_timestamp(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("PT1H0M0S", timedelta(hours=1)),
        ("PT1H0M0.1S", timedelta(hours=1, seconds=0.1)),
        ("PT4M30S", timedelta(minutes=4, seconds=30)),
        ("PT16559.14S", timedelta(seconds=16_559.14)),
        ("P3Y1M29DT4H35M59.14S", timedelta(days=3 * 365 + 30 + 29, hours=4, minutes=35, seconds=59.14)),
        ("P3Y", timedelta(days=1_095)),
        ("P4W", timedelta(weeks=4)),
        ("P1DT12H36M0.12567S", timedelta(days=1, hours=12, minutes=36, microseconds=125_670)),
        ("PT0S", timedelta(0)),
    ],
)
def test_durations_become_lengths_of_time(text: str, expected: timedelta) -> None:
    assert parse_duration(text) == expected


@pytest.mark.parametrize(
    "text",
    ["", "P", "PT", "P1DT", "P4W1D", "PA1H0M0S", "-PT5M", "PT-5M", "1:02:03", "PT1S\n", "P101Y", "PT٣S"],
)
def test_impostor_durations_are_refused(text: str) -> None:
    with pytest.raises(ValueError):
        parse_duration(text)
