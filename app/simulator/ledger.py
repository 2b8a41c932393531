"""The account a simulation keeps: every request made, and every report the server said it kept."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

_MOST_PROBLEMS_KEPT = 20


class Kind(StrEnum):
    """The kinds of request a simulation makes."""

    TOKEN = "token"
    PROGRESSED = "progressed"
    COMPLETED = "completed"
    LAUNCH = "launch"
    GET_PARAM = "get_param"
    PUT_PARAM = "put_param"
    EXIT_AU = "exit_au"


class Outcome(StrEnum):
    """ACKNOWLEDGED: kept, says the server. REFUSED: an answer, but not a good one. FAILED: no answer."""

    ACKNOWLEDGED = "acknowledged"
    REFUSED = "refused"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Identity:
    """How the learner was named on the wire; AICC names nobody, so there it is the launch's learner."""

    kind: str
    value: str


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """One report of progress that the server said it kept."""

    identity: Identity
    activity_id: str
    percent: int
    completed: bool
    channel: str
    statement_id: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """One request made; `detail` says what was wrong with a refused or failed one."""

    kind: Kind
    outcome: Outcome
    detail: str = ""


@dataclass(slots=True)
class Summary:
    """What a run did; `planned` counts the messages of the plan, tokens apart."""

    planned: int = 0
    sent: int = 0
    acknowledged: int = 0
    refused: int = 0
    failed: int = 0
    seconds: float = 0.0
    by_kind: dict[str, dict[str, int]] = field(default_factory=dict)
    reports: list[Acknowledged] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        return self.refused == 0 and self.failed == 0 and self.acknowledged > 0


class Ledger:
    """Keeps count for all threads."""

    def __init__(self, on_event: Callable[[Event], None] | None) -> None:
        self.summary = Summary()
        self._on_event = on_event
        self._counts: Counter[tuple[Kind, Outcome]] = Counter()
        self._lock = threading.Lock()

    def note(self, event: Event, report: Acknowledged | None = None) -> None:
        with self._lock:
            self._counts[event.kind, event.outcome] += 1
            if event.outcome is Outcome.ACKNOWLEDGED and report is not None:
                self.summary.reports.append(report)
            problem = f"{event.kind}: {event.detail}"
            if event.detail and problem not in self.summary.problems[:_MOST_PROBLEMS_KEPT]:
                self.summary.problems = [*self.summary.problems, problem][:_MOST_PROBLEMS_KEPT]
            if self._on_event is not None:
                self._on_event(event)

    def finish(self) -> Summary:
        for (kind, outcome), count in sorted(self._counts.items()):
            self.summary.by_kind.setdefault(kind, {str(each): 0 for each in Outcome})[outcome] += count
        totals = Counter[Outcome]()
        for (_kind, outcome), count in self._counts.items():
            totals[outcome] += count
        self.summary.acknowledged = totals[Outcome.ACKNOWLEDGED]
        self.summary.refused = totals[Outcome.REFUSED]
        self.summary.failed = totals[Outcome.FAILED]
        self.summary.sent = sum(totals.values())
        return self.summary
