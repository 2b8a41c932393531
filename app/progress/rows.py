"""What the tables of observations and progress keep of the domain's values, and back."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from app import clock
from app.progress.values import Channel, Progress, Report, Status


def row_columns(progress: Progress) -> dict[str, Any]:
    """Return the column values of a progress row that is written now."""
    return {
        "status": progress.status.value,
        "status_rank": progress.status.rank,
        "percent": float(progress.percent),
        "score": None if progress.score is None else float(progress.score),
        "has_aicc": Channel.AICC in progress.channels,
        "has_xapi": Channel.XAPI in progress.channels,
        "aicc_time": progress.aicc_time,
        "xapi_total_time": progress.xapi_total_time,
        "xapi_other_time": progress.xapi_other_time,
        "time": progress.time,
        "first_seen": progress.first_seen,
        "last_activity": progress.last_activity,
        "completed_at": progress.completed_at,
        "updated_at": clock.now(),
    }


def observation_columns(report: Report) -> dict[str, Any]:
    """Return the column values that an observation keeps of a report."""
    return {
        "channel": report.channel.value,
        "source": report.source,
        "status": report.status.value,
        "completion": report.completion,
        "success": report.success,
        "percent": None if report.percent is None else float(report.percent),
        "score": None if report.score is None else float(report.score),
        "time": report.time,
        "time_is_total": report.time_is_total,
        "event_at": report.event_at,
        "received_at": report.received_at,
    }


def to_report(row: Any) -> Report:
    """Return the report that an observation row keeps."""
    return Report(
        channel=Channel(row.channel),
        source=row.source,
        status=Status(row.status),
        completion=row.completion,
        success=row.success,
        percent=to_decimal(row.percent),
        score=to_decimal(row.score),
        time=row.time,
        time_is_total=row.time_is_total,
        event_at=row.event_at,
        received_at=row.received_at,
    )


def to_decimal(number: float | None) -> Decimal | None:
    """Return a stored number as it was written: the shortest decimal that means the same double."""
    return None if number is None else Decimal(repr(number))


def to_progress(row: Any) -> Progress:
    """Return the value that a progress row keeps."""
    channels = {
        channel for channel, is_set in ((Channel.AICC, row.has_aicc), (Channel.XAPI, row.has_xapi)) if is_set
    }
    percent = to_decimal(row.percent)
    assert percent is not None
    return Progress(
        status=Status(row.status),
        percent=percent,
        score=to_decimal(row.score),
        first_seen=row.first_seen,
        last_activity=row.last_activity,
        completed_at=row.completed_at,
        channels=frozenset(channels),
        aicc_time=row.aicc_time,
        xapi_total_time=row.xapi_total_time,
        xapi_other_time=row.xapi_other_time,
    )
