"""What may be decided of a row: checked and completed before it is written. Sans-I/O."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal

from app.progress.rules import clamp_percent
from app.progress.values import Status
from app.words import worded

MAX_REASON = 500
_EARLIEST = datetime(1971, 1, 1, tzinfo=UTC)


class BadDecision(ValueError):
    """It cannot be decided so; the message says why."""


@dataclass(frozen=True, slots=True)
class Override:
    """What an admin says is true of a row: made by `make_override`, so its parts agree."""

    status: Status
    percent: Decimal
    completed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Wish:
    """What many rows are to say: the same override for all, None for a new attempt of each.

    `is_dated` tells that somebody chose the completion date; otherwise it is only the time of the decision.
    """

    said: Override | None
    is_dated: bool = False

    def fit(self, now: Override) -> Wish | None:
        """Return what is to be decided of a row that says `now`, None where nothing would change.

        A date that nobody chose is no reason to move the one of a row that is complete already.
        """
        if self.said is None:
            is_at_nothing = now.status is Status.NOT_STARTED and now.percent == 0
            return None if is_at_nothing else self
        said = self.said
        if said.status.is_complete and now.completed_at is not None and not self.is_dated:
            said = replace(said, completed_at=now.completed_at)
        return None if said == now else replace(self, said=said)


@dataclass(frozen=True, slots=True)
class Decider:
    """Who decides, and why; `act` makes one of repeated requests, and a group of what is decided together."""

    id: str | None
    name: str
    reason: str
    act: str


def make_override(
    status: Status, *, percent: Decimal | None, completed_at: datetime | None, now: datetime
) -> Override:
    """Return an override whose parts agree; raises BadDecision.

    Completed and passed are 100 % and were reached at some time, now when none is given. Not started is 0 %.
    """
    if not status.is_complete:
        if completed_at is not None:
            raise BadDecision(worded("only what is completed or passed has a completion date"))
        return Override(status, _check_percent(status, percent), None)
    if completed_at is not None and not _EARLIEST <= completed_at <= now:
        raise BadDecision(worded("the completion date lies in the future, or too far in the past"))
    return Override(status, Decimal(100), completed_at or now)


def clean_reason(text: str) -> str:
    """Return a reason on one line; raises BadDecision for none, and for one that is too long."""
    words = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    if not words:
        raise BadDecision(worded("say why, for whoever asks later"))
    if len(words) > MAX_REASON:
        raise BadDecision(worded("the reason is longer than %(most)s characters", most=MAX_REASON))
    return words


def _check_percent(status: Status, percent: Decimal | None) -> Decimal:
    if status is Status.NOT_STARTED:
        return Decimal(0)
    if percent is None:
        raise BadDecision(worded("give the percentage too"))
    if not (percent.is_finite() and 0 <= percent <= 100):
        raise BadDecision(worded("a percentage is a number from 0 to 100"))
    return clamp_percent(percent)
