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
    tally = Tally()
    for report in reports:
        tally.add(report)
    return tally.progress


class Tally:
    """Reports added up one after the other; `progress` is what they come to so far."""

    def __init__(self) -> None:
        self.progress = Progress()
        self._sessions: dict[str, timedelta] = {}
        self._durations: set[timedelta] = set()

    def add(self, report: Report) -> None:
        """Add one more report; the time that it repeats counts once."""
        time = report.time or timedelta(0)
        counted = timedelta(0)
        if report.channel is Channel.AICC:
            counted = self._sessions.get(report.source, timedelta(0))
            self._sessions[report.source] = max(counted, time)
        elif not report.time_is_total:
            counted = time if time in self._durations else timedelta(0)
            self._durations.add(time)
        self.progress = merge(self.progress, report, counted=counted)


def project_course(observed: Iterable[tuple[str | None, Report]], parts: Collection[str]) -> Progress:
    """Return the progress of a course with these units, from reports with the unit of each."""
    tally = CourseTally(parts)
    for unit, report in observed:
        tally.add(unit, report)
    return tally.progress


class CourseTally:
    """Reports of one course added up.

    Of several assignable units the percent is the mean, and the course is completed when all of them are.
    What is said of the course as a whole, over xAPI, counts beside that; what was said of a unit that is none
    any more does not.
    """

    def __init__(self, parts: Collection[str]) -> None:
        self._everything = Tally()
        self._whole = Tally()
        self._units = {part: Tally() for part in parts} if len(parts) > 1 else {}

    def add(self, unit: str | None, report: Report) -> None:
        """Add one more report, with the unit that it came from: None for the course as a whole."""
        self._everything.add(report)
        if not self._units:
            return
        if unit is None:
            self._whole.add(report)
        elif unit in self._units:
            self._units[unit].add(report)

    @property
    def progress(self) -> Progress:
        """What the reports come to so far."""
        if not self._units:
            return self._everything.progress
        whole, units = self._whole.progress, [tally.progress for tally in self._units.values()]
        status = higher(whole.status, _status_of_all([unit.status for unit in units]))
        mean = clamp_percent(sum((unit.percent for unit in units), Decimal(0)) / len(units))
        ends = [unit.completed_at for unit in units if unit.completed_at is not None]
        end = max(ends) if len(ends) == len(units) else None
        completed = [each for each in (whole.completed_at, end) if each is not None]
        return replace(
            self._everything.progress,
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
    status = higher(progress.status, report.status)
    gain = max(timedelta(0), (report.time or timedelta(0)) - counted)
    is_aicc = report.channel is Channel.AICC
    is_total = not is_aicc and report.time_is_total
    return Progress(
        status=status,
        percent=_HUNDRED if status.is_complete else max(progress.percent, clamp_percent(report.percent)),
        score=_greatest(progress.score, report.score),
        first_seen=earliest(progress.first_seen, event_at),
        last_activity=max(progress.last_activity or event_at, event_at),
        completed_at=(
            earliest(progress.completed_at, event_at) if report.status.is_complete else progress.completed_at
        ),
        channels=progress.channels | {report.channel},
        aicc_time=progress.aicc_time + (gain if is_aicc else timedelta(0)),
        xapi_total_time=max(
            progress.xapi_total_time, (report.time or timedelta(0)) if is_total else timedelta(0)
        ),
        xapi_other_time=progress.xapi_other_time + (gain if not is_aicc and not is_total else timedelta(0)),
    )


def higher(one: Status, other: Status) -> Status:
    """Return the one of two that wins."""
    return max(one, other, key=lambda each: each.rank)


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


def earliest(one: datetime | None, other: datetime) -> datetime:
    """Return the earlier of two, of which the first may not be known."""
    return other if one is None else min(one, other)


def _greatest(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    values = [value for value in (one, other) if value is not None]
    return max(values) if values else None
