"""Progress in the words of the people who look after courses, as the logs of all channels write it."""

from __future__ import annotations

from decimal import ROUND_DOWN, Decimal

from app.progress.decision_rules import Wish
from app.progress.values import Progress, Report, Status
from app.words import worded

STATUS_NAMES = {
    Status.NOT_STARTED: worded("Not started"),
    Status.IN_PROGRESS: worded("In progress"),
    Status.FAILED: worded("Failed"),
    Status.COMPLETED: worded("Completed"),
    Status.PASSED: worded("Passed"),
}
_REACHED = {Status.COMPLETED: worded("completed"), Status.PASSED: worded("passed")}
_ARROW = "\N{RIGHTWARDS ARROW}"


def describe_progress(before: Progress | None, after: Progress) -> str:
    """Write `In progress, 66 % → 77 %`, or only where it stands now when the percentage did not move."""
    percent = format_percent(after.percent)
    if before is not None and before.percent < after.percent and not after.status.is_complete:
        percent = f"{format_percent(before.percent)} {_ARROW} {percent}"
    values = {"status": STATUS_NAMES[after.status], "percent": percent}
    is_same = before is not None and (before.status, before.percent) == (after.status, after.percent)
    if is_same:
        return worded("%(status)s, %(percent)s, as before", **values)
    return worded("%(status)s, %(percent)s", **values)


def describe_disagreement(report: Report) -> str:
    """Write which rule settles a report whose status and percentage disagree, "" where they agree."""
    if report.percent is None:
        return ""
    if report.status.is_complete and report.percent < 100:
        shown = format_percent(report.percent)
        return worded(
            "%(status)s at %(percent)s, which counts as 100 %%", status=_REACHED[report.status], percent=shown
        )
    if report.status is Status.IN_PROGRESS and report.percent >= 100:
        return worded("100 % and not completed: in progress until a message says completed or passed")
    return ""


def describe_wish(wish: Wish) -> str:
    """Write what rows are to say: `Completed, 100 %` or `New attempt`."""
    if wish.said is None:
        return worded("New attempt")
    percent = format_percent(wish.said.percent)
    return worded("%(status)s, %(percent)s", status=STATUS_NAMES[wish.said.status], percent=percent)


def format_percent(percent: Decimal | float) -> str:
    """Write 45 as `45 %` and 45.5 as `45.5 %`; never rounds up to 100."""
    shown = Decimal(str(percent)).quantize(Decimal("0.1"), rounding=ROUND_DOWN)
    return f"{shown:f}".removesuffix(".0") + "\N{NO-BREAK SPACE}%"
