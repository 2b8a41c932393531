"""The queue in which the short writes of one process wait, so that several share one commit.

No database in here: whoever finds no leader becomes it, does its own work and that of all who came meanwhile,
and hands over to the first who still waits. There is no waiting for company: a work that comes alone is done
alone, at once.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextvars import Context
from dataclasses import dataclass, field
from typing import Any

MOST_IN_A_GROUP = 32
MOST_WAITING = 256


class LaneFull(Exception):
    """So many works wait already that this one would hardly be done in time."""


class OutOfTime(Exception):
    """The work was not begun by its deadline, and will not be."""


@dataclass(eq=False, slots=True)
class Member:
    """One work, and what became of it once it is `done`; `is_undone` when nothing of it was kept."""

    work: Callable[[Any], Any]
    context: Context
    deadline: float
    result: Any = None
    error: Exception | None = None
    is_undone: bool = True
    is_leader: bool = False
    # A bare lock, held while the member sleeps: an Event costs several times as much.
    _sleep: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self._sleep.acquire()

    def wake(self) -> None:
        self._sleep.release()

    def wait(self, seconds: float = -1) -> bool:
        """Return False when nobody woke it in time."""
        return self._sleep.acquire(timeout=seconds)


class Lane:
    """The queue of one process; `lead` does the works that `take` yields and says what became of each."""

    def __init__(self, lead: Callable[[Lane, Member], None]) -> None:
        self._lead = lead
        self._lock = threading.Lock()
        self._waiting: deque[Member] = deque()
        self._has_leader = False

    def do(self, member: Member) -> None:
        """Return when the member's work is done, by this thread or another's; raises LaneFull, OutOfTime."""
        with self._lock:
            if len(self._waiting) >= MOST_WAITING:
                raise LaneFull
            self._waiting.append(member)
            member.is_leader = not self._has_leader
            self._has_leader = True
        if not member.is_leader:
            self._wait(member)
        if member.is_leader:
            try:
                self._lead(self, member)
            finally:
                self.pass_on(member)

    def take(self) -> Iterator[Member]:
        """Yield who waits, those too who come meanwhile."""
        for _ in range(MOST_IN_A_GROUP):
            with self._lock:
                if not self._waiting:
                    return
                member = self._waiting.popleft()
            yield member

    def pass_on(self, leader: Member) -> None:
        """Make the first who waits the next leader, if that has not been done yet."""
        with self._lock:
            if not leader.is_leader:
                return
            leader.is_leader = False
            if leader in self._waiting:
                self._waiting.remove(leader)  # It could not even begin.
            self._has_leader = bool(self._waiting)
            if self._has_leader:
                self._waiting[0].is_leader = True
                self._waiting[0].wake()

    def _wait(self, member: Member) -> None:
        if member.wait(max(0.0, member.deadline - time.monotonic())):
            return
        with self._lock:
            if member in self._waiting and not member.is_leader:
                self._waiting.remove(member)
                raise OutOfTime
        # Somebody has begun it, or it is about to lead: what becomes of it must be known.
        member.wait()
