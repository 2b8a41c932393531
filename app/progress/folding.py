"""One learner on one course, told in order: what was reported, and what admins decided. Sans-I/O.

A decision never touches what was reported. A new attempt puts it aside: a session belongs to the attempt in
which it was first heard, a statement to the one in which its event happened. An override says what is true as
of then; what is heard later is merged on top of it, as always.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from app.progress.rules import CourseTally, earliest, event_time, higher
from app.progress.values import Channel, Decision, DecisionKind, Progress, Report


def fold(
    observed: Iterable[tuple[int, str | None, Report]],
    decisions: Iterable[Decision],
    parts: Collection[str],
) -> Progress:
    """Return what observations (id, unit, report) and decisions, both in their order, come to."""
    row = Fold(parts)
    waiting = list(decisions)
    for number, unit, report in observed:
        while waiting and waiting[0].heard < number:
            row.decide(waiting.pop(0))
        row.add(unit, report)
    for decision in waiting:
        row.decide(decision)
    return row.progress


class Fold:
    """A row as it grows; `add` and `decide` are called in the order in which things came."""

    def __init__(self, parts: Collection[str]) -> None:
        self._parts = parts
        self._attempts = [_Attempt(parts, began_at=None)]
        self._sessions: dict[str, int] = {}

    def add(self, unit: str | None, report: Report) -> int:
        """Add a report; returns how many attempts ago was the one that it belongs to."""
        number = self._number(report)
        self._attempts[number].add(unit, report)
        return len(self._attempts) - 1 - number

    def decide(self, decision: Decision) -> None:
        """Add a decision."""
        if decision.kind is DecisionKind.ATTEMPT:
            self._attempts.append(_Attempt(self._parts, began_at=decision.made_at))
        else:
            self._attempts[-1].override(decision)

    @property
    def progress(self) -> Progress:
        """What counts now: the last attempt."""
        return self._attempts[-1].progress

    @property
    def earlier(self) -> tuple[Progress, ...]:
        """What the attempts before the last one came to, the first of them first."""
        return tuple(attempt.progress for attempt in self._attempts[:-1])

    def _number(self, report: Report) -> int:
        last = len(self._attempts) - 1
        if report.channel is Channel.AICC:
            # Content goes on from where its session began, whatever was decided meanwhile.
            return self._sessions.setdefault(report.source, last)
        happened_at = event_time(report)
        return next(n for n in range(last, -1, -1) if self._attempts[n].has_begun_by(happened_at))


class _Attempt:
    def __init__(self, parts: Collection[str], *, began_at: datetime | None) -> None:
        self._parts = parts
        self._began_at = began_at
        self._all = CourseTally(parts)
        self._override: Decision | None = None
        self._since = self._all

    def has_begun_by(self, moment: datetime) -> bool:
        return self._began_at is None or self._began_at <= moment

    def add(self, unit: str | None, report: Report) -> None:
        self._all.add(unit, report)
        if self._since is not self._all:
            self._since.add(unit, report)

    def override(self, decision: Decision) -> None:
        self._override, self._since = decision, CourseTally(self._parts)

    @property
    def progress(self) -> Progress:
        told = _seen_by(self._all.progress, self._began_at)
        if self._override is None:
            return told
        said, later = self._override, self._since.progress
        status = higher(said.status, later.status)
        completed_at = said.completed_at
        if later.completed_at is not None:
            completed_at = earliest(completed_at, later.completed_at)
        return replace(
            _seen_by(told, said.made_at) if told.first_seen is None else told,
            status=status,
            percent=Decimal(100) if status.is_complete else max(said.percent, later.percent),
            completed_at=completed_at,
        )


def _seen_by(progress: Progress, moment: datetime | None) -> Progress:
    """Let a row of which nothing was heard begin with the decision that made it."""
    if moment is None:
        return progress
    return replace(
        progress,
        first_seen=earliest(progress.first_seen, moment),
        last_activity=max(progress.last_activity or moment, moment),
    )
