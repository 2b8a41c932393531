"""The one place that reads the time; everything else is handed a moment."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def now() -> datetime:
    """Return the current moment, aware and in UTC."""
    return datetime.now(UTC)


def to_microseconds(moment: datetime) -> int:
    """Return whole microseconds since 1970-01-01T00:00Z; raises ValueError for a naive datetime."""
    if moment.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    return (moment - EPOCH) // _MICROSECOND


def from_microseconds(microseconds: int) -> datetime:
    return EPOCH + timedelta(microseconds=microseconds)


def format_rfc3339(moment: datetime) -> str:
    """Format as RFC 3339 in UTC with milliseconds: `2026-11-22T16:50:00.123Z`."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
