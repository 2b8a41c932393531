"""The one place that reads the time; everything else is handed a moment."""

from __future__ import annotations

from contextvars import ContextVar
from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


_pretended: ContextVar[datetime | None] = ContextVar("waymark_pretended_moment", default=None)


def now() -> datetime:
    """Return the current moment, aware and in UTC."""
    return _pretended.get() or datetime.now(UTC)


def pretend(moment: datetime | None) -> None:
    """Let `now()` return this moment in the calling thread, until called with None: the demo's past."""
    _pretended.set(moment)


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
