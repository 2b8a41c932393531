"""What became of one try to deliver."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from app.words import Words, worded


class Fate(StrEnum):
    """Understood; try again; never try again; and never send anything there again."""

    DELIVERED = "delivered"
    RETRY = "retry"
    DEAD = "dead"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Verdict:
    """`code` is stable, `reason` a sentence. `is_lane` tells that the receiver itself is in trouble, whatever
    it is sent; `wait` is how long it asked to be left alone.
    """

    fate: Fate
    code: str = ""
    reason: str = ""
    is_lane: bool = False
    wait: timedelta | None = None


DELIVERED = Verdict(Fate.DELIVERED)


def judge_status(status: int, headers: dict[str, str], excerpt: str) -> Verdict:
    """Return what an HTTP status says of a message (Standard Webhooks §Delivery); 3xx is never followed."""
    if 200 <= status < 300:
        return DELIVERED
    if status == 410:
        return Verdict(
            Fate.GONE,
            "http_410",
            _add(worded("the receiver says that it wants no more of these (410)"), excerpt),
        )
    if 300 <= status < 400:
        reason = worded(
            "the receiver redirects (%(status)s), and redirects are not followed: register its new address",
            status=status,
        )
        return Verdict(Fate.RETRY, f"http_{status}", reason)
    wait = read_retry_after(headers.get("retry-after", ""))
    is_lane = status in (401, 403, 404, 408, 429, 502, 503, 504)
    return Verdict(
        Fate.RETRY,
        f"http_{status}",
        _add(worded("the receiver answered %(status)s", status=status), excerpt),
        is_lane=is_lane,
        wait=wait,
    )


def _add(reason: Words, excerpt: str) -> Words:
    """Add what the receiver said, in its own words."""
    return worded("%(reason)s: %(said)s", reason=reason, said=excerpt) if excerpt else reason


def read_retry_after(text: str) -> timedelta | None:
    """Return the seconds of a Retry-After; a date is left aside, for it would trust the other's clock."""
    text = text.strip()
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        return None
    return timedelta(seconds=int(text))
