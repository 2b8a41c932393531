"""When a delivery is tried again: the plan of Standard Webhooks, some 75 hours with ten tries."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

PLAN: Sequence[timedelta] = (
    timedelta(0),
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
WHOLE_PLAN = sum(PLAN, timedelta(0))
# A receiver in trouble is looked at again this soon, whichever message is then the first.
LANE_PLAN: Sequence[timedelta] = (
    timedelta(seconds=5),
    timedelta(seconds=15),
    timedelta(minutes=1),
    timedelta(minutes=5),
)
LONGEST_WAIT = timedelta(hours=24)
JITTER = 0.1


def next_wait(tries: int, *, asked: timedelta | None = None, chance: float = 0.5) -> timedelta | None:
    """Return how long to wait after so many failed tries; None when there is none left.

    `asked` is what the receiver asked for (Retry-After): never less than that, and a day at most. `chance`
    from 0 to 1 spreads what failed together.
    """
    if tries >= len(PLAN):
        return None
    wait = PLAN[tries] * (1 + JITTER * (2 * chance - 1))
    return max(wait, min(asked or timedelta(0), LONGEST_WAIT))


def next_look(failures: int, *, asked: timedelta | None = None) -> timedelta:
    """Return how long to leave a receiver alone that failed so often in a row."""
    wait = LANE_PLAN[min(max(failures, 1), len(LANE_PLAN)) - 1]
    return max(wait, min(asked or timedelta(0), LONGEST_WAIT))
