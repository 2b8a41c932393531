"""Progress in words: alike for every channel, without the wire's spelling."""

from __future__ import annotations

from decimal import Decimal

import pytest

from app.progress.values import Progress, Status
from app.progress.wording import describe_progress, format_percent

SPACE = "\N{NO-BREAK SPACE}"


def at(status: Status, percent: str) -> Progress:
    return Progress(status=status, percent=Decimal(percent))


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (None, at(Status.IN_PROGRESS, "12.0"), "In progress, 12 %"),
        (at(Status.IN_PROGRESS, "66"), at(Status.IN_PROGRESS, "77.25"), "In progress, 66 % → 77.2 %"),
        (at(Status.NOT_STARTED, "0"), at(Status.IN_PROGRESS, "0"), "In progress, 0 %"),
        (at(Status.IN_PROGRESS, "77"), at(Status.COMPLETED, "100.0"), "Completed, 100 %"),
        (at(Status.IN_PROGRESS, "77"), at(Status.FAILED, "77"), "Failed, 77 %"),
        (at(Status.COMPLETED, "100"), at(Status.COMPLETED, "100"), "Completed, 100 %, as before"),
        (at(Status.COMPLETED, "100"), at(Status.PASSED, "100"), "Passed, 100 %"),
    ],
)
def test_a_change_is_said_plainly(before: Progress | None, after: Progress, words: str) -> None:
    assert describe_progress(before, after).replace(SPACE, " ") == words


@pytest.mark.parametrize(
    ("percent", "words"), [(0, "0 %"), (10, "10 %"), (Decimal("100.0"), "100 %"), (99.99, "99.9 %")]
)
def test_a_percentage_never_rounds_up(percent: Decimal | float, words: str) -> None:
    assert format_percent(percent).replace(SPACE, " ") == words
