"""Progress in the words of the people who look after courses, as the logs of all channels write it."""

from __future__ import annotations

from decimal import ROUND_DOWN, Decimal

from app.progress.decision_rules import Wish
from app.progress.values import Progress, Report, Status

STATUS_NAMES = {
    Status.NOT_STARTED: "Not started",
    Status.IN_PROGRESS: "In progress",
    Status.FAILED: "Failed",
    Status.COMPLETED: "Completed",
    Status.PASSED: "Passed",
}
_ARROW = "\N{RIGHTWARDS ARROW}"


def describe_progress(before: Progress | None, after: Progress) -> str:
    """Write `In progress, 66 % → 77 %`, or only where it stands now when the percentage did not move."""
    percent = format_percent(after.percent)
    if before is not None and before.percent < after.percent and not after.status.is_complete:
        percent = f"{format_percent(before.percent)} {_ARROW} {percent}"
    words = f"{STATUS_NAMES[after.status]}, {percent}"
    is_same = before is not None and (before.status, before.percent) == (after.status, after.percent)
    return f"{words}, as before" if is_same else words


def describe_disagreement(report: Report) -> str:
    """Write which rule settles a report whose status and percentage disagree, "" where they agree."""
    if report.percent is None:
        return ""
    if report.status.is_complete and report.percent < 100:
        return f"{report.status.value} at {format_percent(report.percent)}, which counts as 100 %"
    if report.status is Status.IN_PROGRESS and report.percent >= 100:
        return "100 % and not completed: in progress until a message says completed or passed"
    return ""


def describe_wish(wish: Wish) -> str:
    """Write what rows are to say: `Completed, 100 %` or `New attempt`."""
    if wish.said is None:
        return "New attempt"
    return f"{STATUS_NAMES[wish.said.status]}, {format_percent(wish.said.percent)}"


def format_percent(percent: Decimal | float) -> str:
    """Write 45 as `45 %` and 45.5 as `45.5 %`; never rounds up to 100."""
    shown = Decimal(str(percent)).quantize(Decimal("0.1"), rounding=ROUND_DOWN)
    return f"{shown:f}".removesuffix(".0") + "\N{NO-BREAK SPACE}%"
