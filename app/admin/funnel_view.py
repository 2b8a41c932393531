"""A course's funnel as its page draws it: each step with its share of all, and the address of its rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import url_for

from app.admin.charts import share
from app.progress.funnels import HALF_WAY, Funnel
from app.progress.values import Status
from app.progress.wording import STATUS_NAMES
from app.words import worded

_STARTED = [status.value for status in Status if status is not Status.NOT_STARTED]
_DONE = [status.value for status in Status if status.is_complete]


@dataclass(frozen=True, slots=True)
class Step:
    """One bar; `percent` is of all who opened the course, None for all themselves."""

    name: str
    words: str
    number: int
    percent: int | None
    length: float
    href: str

    @property
    def is_bad(self) -> bool:
        return self.name == STATUS_NAMES[Status.FAILED]


def list_steps(course_id: str, funnel: Funnel, *, unheard: int) -> list[Step]:
    """List the steps of a course from its opening to each end that it may have."""
    everybody = funnel.learners + unheard
    return [
        Step(
            name=name,
            words=words,
            number=number,
            percent=round(100 * number / everybody) if everybody and place else None,
            length=share(number, (everybody,)),
            href=f"{url_for('admin.progress_table')}?{urlencode(query, doseq=True)}",
        )
        for place, (name, words, number, query) in enumerate(_list_counts(course_id, funnel, everybody))
    ]


def _list_counts(
    course_id: str, funnel: Funnel, everybody: int
) -> Iterator[tuple[str, str, int, dict[str, object]]]:
    rows: dict[str, object] = {"course_id": course_id}
    yield worded("Opened"), worded("learners opened it, or were reported about"), everybody, rows
    yield worded("Started"), worded("have begun"), funnel.started, {**rows, "status": _STARTED}
    yield worded("Half way"), worded("are at 50 % or more"), funnel.half_way, {**rows, "min": HALF_WAY}
    yield worded("Completed"), worded("have completed or passed it"), funnel.done, {**rows, "status": _DONE}
    for status in (Status.PASSED, Status.FAILED):
        # Most content knows no more than completion.
        if count := funnel.count(status):
            yield STATUS_NAMES[status], worded("learners"), count, {**rows, "status": status.value}
