"""What one message or decision did to a row, and why a part of it did nothing, in plain words. Sans-I/O."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from app.progress.rules import MAX_CLOCK_LEAD, clamp_percent, event_time
from app.progress.values import Channel, Decision, DecisionKind, Progress, Report
from app.progress.wording import STATUS_NAMES, format_percent
from app.words import worded

_HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class Change:
    """One fact of a row that moved, and the rule that moved it; '' where there is nothing to explain."""

    fact: str
    before: object
    after: object
    rule: str


@dataclass(frozen=True, slots=True)
class Note:
    """A sentence; `is_ignored` when it says that something did not count."""

    sentence: str
    is_ignored: bool = True


def list_changes(before: Progress, after: Progress, *, has_units: bool) -> Iterator[Change]:
    """Yield which facts moved, in the order in which people ask for them."""
    if after.status is not before.status:
        yield Change("status", before.status, after.status, worded("the highest status counts"))
    if after.percent != before.percent:
        rule = worded("the mean of the units") if has_units else worded("the greatest percentage counts")
        yield Change(
            "percent",
            before.percent,
            after.percent,
            worded("completed and passed are 100 %") if after.status.is_complete else rule,
        )
    if after.score != before.score:
        yield Change("score", before.score, after.score, worded("the greatest score counts"))
    if after.time != before.time:
        yield Change("time", before.time, after.time, worded("the channel that reports more time counts"))
    if after.completed_at != before.completed_at:
        yield Change(
            "completed_at", before.completed_at, after.completed_at, worded("the earliest completion counts")
        )
    if before.first_seen is not None and after.first_seen != before.first_seen:
        yield Change("first_seen", before.first_seen, after.first_seen, worded("the earliest event counts"))


def describe_decision(decision: Decision) -> Iterator[Note]:
    """Yield what a decision means for what came before it and what comes after."""
    if decision.kind is DecisionKind.ATTEMPT:
        yield Note(
            worded("What was reported before is kept and counts for the earlier attempt."), is_ignored=False
        )
    else:
        yield Note(
            worded("Decided, whatever was reported before. Later messages count on top."), is_ignored=False
        )


def describe_report(
    report: Report,
    before: Progress,
    after: Progress,
    *,
    unit: str | None,
    parts: Collection[str],
    attempts_ago: int,
) -> Iterator[Note]:
    """Yield why a message, or a part of what it said, changed nothing."""
    if report.event_at > report.received_at + MAX_CLOCK_LEAD:
        minutes = MAX_CLOCK_LEAD // timedelta(minutes=1)
        yield Note(
            worded(
                "Its time is more than %(minutes)s minutes ahead of when it came: "
                "taken as happened on receipt.",
                minutes=minutes,
            )
        )
    if attempts_ago:
        yield Note(
            worded("Belongs to an earlier attempt: its session began before the new one.")
            if report.channel is Channel.AICC
            else worded("Belongs to an earlier attempt: it happened before the new one.")
        )
        return
    if len(parts) > 1 and unit is not None:
        yield _describe_unit(unit, parts)
    else:
        yield from _describe_status(report, before)
        yield from _describe_percent(report, before, after)
    yield from _describe_score(report, before)
    yield from _describe_time(report, before, after)
    yield from _describe_end(report, before)


def _describe_unit(unit: str, parts: Collection[str]) -> Note:
    if unit not in parts:
        return Note(
            worded("From a unit that the course has no longer: its status and percentage do not count.")
        )
    return Note(
        worded(
            "One of %(n)s units: the course is their mean, and completed when all of them are.", n=len(parts)
        ),
        is_ignored=False,
    )


def _describe_status(report: Report, before: Progress) -> Iterator[Note]:
    if report.status.rank < before.status.rank:
        said, known = STATUS_NAMES[report.status], STATUS_NAMES[before.status]
        words = worded(
            "“%(said)s” is less than “%(known)s”: the highest status counts.", said=said, known=known
        )
        yield Note(words)


def _describe_percent(report: Report, before: Progress, after: Progress) -> Iterator[Note]:
    if report.percent is None:
        return
    said, counted = format_percent(report.percent), clamp_percent(report.percent)
    if not 0 <= report.percent <= _HUNDRED:
        yield Note(worded("%(said)s is taken as %(counted)s.", said=said, counted=format_percent(counted)))
    if after.status.is_complete:
        if counted < _HUNDRED:
            yield Note(worded("%(said)s does not count: completed and passed are 100 %%.", said=said))
        return
    if counted < before.percent:
        known = format_percent(before.percent)
        yield Note(
            worded(
                "%(said)s is less than the %(known)s reported before: the greatest counts.",
                said=said,
                known=known,
            )
        )
    if counted == _HUNDRED:
        yield Note(
            worded("100 % alone does not complete a course: the message did not say completed or passed.")
        )


def _describe_score(report: Report, before: Progress) -> Iterator[Note]:
    if report.score is not None and before.score is not None and report.score < before.score:
        said, known = f"{report.score:f}", f"{before.score:f}"
        yield Note(
            worded(
                "Score %(said)s is less than the %(known)s before: the greatest counts.",
                said=said,
                known=known,
            )
        )


def _describe_time(report: Report, before: Progress, after: Progress) -> Iterator[Note]:
    if not report.time or after.time != before.time:
        return
    if report.channel is Channel.AICC:
        has_grown = after.aicc_time != before.aicc_time
    else:
        has_grown = after.xapi_time != before.xapi_time
    if has_grown:
        yield Note(worded("The other channel has reported more time: the greater counts, never the sum."))
    elif report.channel is Channel.AICC or not report.time_is_total:
        yield Note(worded("Says minutes that were counted already."))
    else:
        yield Note(worded("Its total time is no more than what was counted already."))


def _describe_end(report: Report, before: Progress) -> Iterator[Note]:
    is_later = before.completed_at is not None and event_time(report) > before.completed_at
    if report.status.is_complete and is_later:
        yield Note(worded("Completed already, at an earlier time: the earliest completion counts."))
