"""How often a message was passed on from one Waymark to the next, so that a circle of them ends. Sans-I/O.

`Waymark-Hops: 2 k3jx…` says that this is the second time, and which instance received it first. Whoever
passes a message on keeps what it came with and sends `next_hops` of that.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from app.words import worded

HEADER = "Waymark-Hops"
# From a record store to its mirror and from there to an LMS is two; nobody needs more than three.
MOST_HOPS = 3

_WRITTEN = re.compile(r"([1-9][0-9]{0,2}) ([A-Za-z0-9_-]{1,64})")


class TooManyHops(Exception):
    """The message was passed on often enough: `hops` is what it came with, `is_ours` that it began here."""

    def __init__(self, hops: Hops, *, is_ours: bool) -> None:
        super().__init__(
            worded(
                "This was passed on %(n)s times from one Waymark to another, and began here and came back."
                " It is not passed on again: two of them are probably each other's destination.",
                n=hops.count,
            )
            if is_ours
            else worded(
                "This was passed on %(n)s times from one Waymark to another, and began at Waymark %(origin)s."
                " It is not passed on again: two of them are probably each other's destination.",
                n=hops.count,
                origin=hops.origin,
            )
        )
        self.hops = hops
        self.is_ours = is_ours


@dataclass(frozen=True, slots=True)
class Hops:
    """The instance that received a message first, and how often it was passed on since."""

    origin: str
    count: int

    def __str__(self) -> str:
        return f"{self.count} {self.origin}"


def parse_hops(header: str | None) -> Hops | None:
    """Read the header of a request; None for a message that comes from no Waymark."""
    found = _WRITTEN.fullmatch(header.strip()) if header else None
    return Hops(origin=found[2], count=int(found[1])) if found else None


def next_hops(received: Hops | None, *, instance_id: str) -> Hops:
    """Return what to send along with a message that came with `received`; raises TooManyHops.

    >>> str(next_hops(parse_hops("1 k3jx"), instance_id="ours"))
    '2 k3jx'
    """
    if received is None:
        return Hops(origin=instance_id, count=1)
    if received.count >= MOST_HOPS:
        raise TooManyHops(received, is_ours=received.origin == instance_id)
    return Hops(origin=received.origin, count=received.count + 1)
