"""How reports become progress: pure, and the same whatever the order and however often they come.

Architecture, "Progress is order-free": status is the highest seen, percent the greatest, completed_at and
first_seen the earliest event time, last_activity the latest, channels the set. Sans-I/O.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from app.progress.values import Channel, Progress, Report, Status

# A sender's clock may be wrong; an event further ahead than this is taken to have happened on receipt.
MAX_CLOCK_LEAD = timedelta(minutes=5)
_HUNDRED = Decimal(100)
_CENT = Decimal("0.01")


def project(reports: Iterable[Report]) -> Progress:
    """Return the progress that a set of reports adds up to."""
    progress = Progress()
    aicc_sessions: dict[str, timedelta] = {}
    durations: set[timedelta] = set()
    for report in reports:
        time = report.time or timedelta(0)
        counted = timedelta(0)
        if report.channel is Channel.AICC:
            counted = aicc_sessions.get(report.source, timedelta(0))
            aicc_sessions[report.source] = max(counted, time)
        elif not report.time_is_total:
            counted = time if time in durations else timedelta(0)
            durations.add(time)
        progress = merge(progress, report, counted=counted)
    return progress


def project_course(observed: Iterable[tuple[str | None, Report]], parts: Collection[str]) -> Progress:
    """Return the progress of a course with several assignable units, from reports with the unit of each.

    The percent is the mean of the units', and it is completed when all of them are. What is said of the
    course as a whole, over xAPI, counts beside that; what was said of a unit that is none any more does not.
    """
    reports = list(observed)
    everything = project(report for _, report in reports)
    if len(parts) < 2:
        return everything
    whole = project(report for unit, report in reports if unit is None)
    units = [project(report for unit, report in reports if unit == part) for part in sorted(parts)]
    status = max(whole.status, _status_of_all([unit.status for unit in units]), key=lambda each: each.rank)
    mean = clamp_percent(sum((unit.percent for unit in units), Decimal(0)) / len(units))
    ends = [unit.completed_at for unit in units if unit.completed_at is not None]
    end = max(ends) if len(ends) == len(units) else None
    completed = [each for each in (whole.completed_at, end) if each is not None]
    return replace(
        everything,
        status=status,
        percent=_HUNDRED if status.is_complete else max(whole.percent, mean),
        completed_at=min(completed, default=None),
    )


def _status_of_all(statuses: Collection[Status]) -> Status:
    """Return the status of units together: over when each of them is, and then the least of theirs.

    One failed unit fails the course, but only when there is none left to take.
    """
    least = min(statuses, key=lambda each: each.rank)
    if least.rank >= Status.FAILED.rank:
        return least
    is_begun = any(status is not Status.NOT_STARTED for status in statuses)
    return Status.IN_PROGRESS if is_begun else Status.NOT_STARTED


def merge(progress: Progress, report: Report, *, counted: timedelta) -> Progress:
    """Return the progress after one more report.

    `counted` is how much of this report's time the totals hold already: for AICC the greatest session time
    of the same launch so far; for an xAPI duration, that same duration when it was counted before.
    """
    event_at = event_time(report)
    status = max(progress.status, report.status, key=lambda each: each.rank)
    gain = max(timedelta(0), (report.time or timedelta(0)) - counted)
    is_aicc = report.channel is Channel.AICC
    is_total = not is_aicc and report.time_is_total
    return Progress(
        status=status,
        percent=_HUNDRED if status.is_complete else max(progress.percent, clamp_percent(report.percent)),
        score=_greatest(progress.score, report.score),
        first_seen=_earliest(progress.first_seen, event_at),
        last_activity=max(progress.last_activity or event_at, event_at),
        completed_at=(
            _earliest(progress.completed_at, event_at) if report.status.is_complete else progress.completed_at
        ),
        channels=progress.channels | {report.channel},
        aicc_time=progress.aicc_time + (gain if is_aicc else timedelta(0)),
        xapi_total_time=max(
            progress.xapi_total_time, (report.time or timedelta(0)) if is_total else timedelta(0)
        ),
        xapi_other_time=progress.xapi_other_time + (gain if not is_aicc and not is_total else timedelta(0)),
    )


def event_time(report: Report) -> datetime:
    """Return when it happened, as far as can be believed."""
    if report.event_at > report.received_at + MAX_CLOCK_LEAD:
        return report.received_at
    return report.event_at


def clamp_percent(percent: Decimal | None) -> Decimal:
    """Return 0-100 with two decimals; a negative or missing value counts as nothing.

    >>> clamp_percent(Decimal("140"))
    Decimal('100')
    """
    if percent is None or not percent.is_finite() or percent < 0:
        return Decimal(0)
    if percent >= _HUNDRED:
        return _HUNDRED
    return percent.quantize(_CENT)


def _greatest(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    values = [value for value in (one, other) if value is not None]
    return max(values) if values else None


def _earliest(one: datetime | None, other: datetime) -> datetime:
    return other if one is None else min(one, other)
