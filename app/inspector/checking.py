"""One thing that was looked at in a deployment: what was seen, and what to do about it. Sans-I/O."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


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
    for unit, length in (("day", 86_400), ("hour", 3600), ("minute", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {unit}s"
    return f"{max(1, round(seconds / 60))} minute" + ("s" if seconds >= 90 else "")
