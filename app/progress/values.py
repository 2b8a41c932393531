"""The words of the progress domain as frozen values; no I/O and no wire names."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum


class Status(StrEnum):
    """How far a learner is with a course; `rank` gives the order in which a higher one wins."""

    NOT_STARTED = "not_started"
    IN_PROGRESS = "in_progress"
    FAILED = "failed"
    COMPLETED = "completed"
    PASSED = "passed"

    @property
    def rank(self) -> int:
        return _RANK[self]

    @property
    def is_complete(self) -> bool:
        """True for completed and passed, which are 100 % by definition."""
        return self in (Status.COMPLETED, Status.PASSED)


_RANK = {status: rank for rank, status in enumerate(Status)}


class Channel(StrEnum):
    """The protocol over which a report came."""

    AICC = "aicc"
    XAPI = "xapi"


@dataclass(frozen=True, slots=True)
class Report:
    """What one message says of one learner on one course.

    `source` is what repeated values belong to: the launch id for AICC, the statement key for xAPI.
    `percent` is 0-100 or None, already decoded but not yet clamped. `time` is, for AICC, the session
    time of that launch so far; for xAPI, the statement's duration. `time_is_total` marks the duration
    of an xAPI statement that reports completion (the whole course, not one sitting).
    """

    channel: Channel
    source: str
    status: Status
    event_at: datetime
    received_at: datetime
    percent: Decimal | None = None
    score: Decimal | None = None
    time: timedelta | None = None
    time_is_total: bool = False
    completion: bool | None = None
    success: bool | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """One learner on one course: the order-free result of all reports so far."""

    status: Status = Status.NOT_STARTED
    percent: Decimal = Decimal(0)
    score: Decimal | None = None
    first_seen: datetime | None = None
    last_activity: datetime | None = None
    completed_at: datetime | None = None
    channels: frozenset[Channel] = field(default_factory=frozenset)
    aicc_time: timedelta = timedelta(0)
    xapi_total_time: timedelta = timedelta(0)
    xapi_other_time: timedelta = timedelta(0)

    @property
    def time(self) -> timedelta:
        """The larger channel, never the sum: the same minutes may be reported over both."""
        return max(self.aicc_time, self.xapi_time)

    @property
    def xapi_time(self) -> timedelta:
        return max(self.xapi_total_time, self.xapi_other_time)


class DecisionKind(StrEnum):
    """What an admin may decide of a row: what is true now, or that it starts anew."""

    OVERRIDE = "override"
    ATTEMPT = "attempt"


@dataclass(frozen=True, slots=True)
class Decision:
    """What an admin decided of one learner on one course.

    `heard` is the id of the last observation there was then: of two that are taken at one moment, on two
    machines with clocks of their own, it tells what came first. Status, percent and completion are an
    override's.
    """

    kind: DecisionKind
    made_at: datetime
    heard: int
    status: Status = Status.NOT_STARTED
    percent: Decimal = Decimal(0)
    completed_at: datetime | None = None
