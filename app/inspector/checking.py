"""One thing that was looked at in a deployment: what was seen, and what to do about it. Sans-I/O."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from app.words import worded_many

_HOUR = 3600
_DAY = 24 * _HOUR


class State(StrEnum):
    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at; `fix` is empty when all is well.

    `code` names the finding whose page says more, `integration_id` the integration it is about.
    """

    check: str
    state: State
    detail: str
    fix: str = ""
    code: str = ""
    integration_id: str = ""


def say_span(seconds: float) -> str:
    """Put a span into words, rounded as people would: `40 minutes`, `3 hours`, `9 days`."""
    if seconds >= 2 * _DAY:
        return worded_many("%(num)s day", "%(num)s days", round(seconds / _DAY))
    if seconds >= 2 * _HOUR:
        return worded_many("%(num)s hour", "%(num)s hours", round(seconds / _HOUR))
    return worded_many("%(num)s minute", "%(num)s minutes", max(1, round(seconds / 60)))
