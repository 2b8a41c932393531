"""Why a progress row says what it says: all messages and decisions in order, what each changed, by what rule.

The row is folded by the same rules that store it, one step at a time. Sans-I/O.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.progress.folding import Fold
from app.progress.step_notes import Change, Note, describe_decision, describe_report, list_changes
from app.progress.values import Decision, DecisionKind, Progress, Report, Status
from app.progress.wording import STATUS_NAMES, format_percent
from app.words import worded


@dataclass(frozen=True, slots=True)
class Heard:
    """One observation: what a message said, and where the message is kept.

    `evidence_kind` is `exchange`, `statement` or `expiry`, and the id is that of the exchange, the key of the
    statement, or the session that ended.
    """

    id: int
    report: Report
    unit_id: str | None
    unit_name: str
    evidence_kind: str
    evidence_id: str
    integration_name: str
    is_withdrawn: bool


@dataclass(frozen=True, slots=True)
class Decided:
    """One decision of an admin, with who made it and why; undone ones stay readable."""

    id: str
    decision: Decision
    reason: str
    actor_name: str
    group_id: str
    undone_at: datetime | None
    undone_by: str


@dataclass(frozen=True, slots=True)
class Step:
    """One message or decision and what it did to the row."""

    number: int
    heard: Heard | None
    decided: Decided | None
    before: Progress
    after: Progress
    changes: tuple[Change, ...]
    notes: tuple[Note, ...]

    @property
    def counts(self) -> bool:
        return bool(self.changes)


@dataclass(frozen=True, slots=True)
class Reason:
    """A sentence for the top of the page, and the step that it speaks of."""

    sentence: str
    step: int | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """A row explained; `earlier` is what attempts before this one came to."""

    progress: Progress
    steps: tuple[Step, ...]
    status: Reason
    percent: Reason
    earlier: tuple[Progress, ...]


def explain(heard: Sequence[Heard], decided: Sequence[Decided], parts: Collection[str]) -> Explanation:
    """Explain one learner on one course, from all that was heard and decided, each in its order."""
    row = Fold(parts)
    steps = []
    for number, each in enumerate(_in_order(heard, decided), 1):
        before = row.progress
        notes = _take(row, each, before, parts)
        after = row.progress
        changes = () if _is_void(each) else tuple(list_changes(before, after, has_units=len(parts) > 1))
        steps.append(
            Step(
                number=number,
                heard=each if isinstance(each, Heard) else None,
                decided=each if isinstance(each, Decided) else None,
                before=before,
                after=after,
                changes=changes,
                notes=notes,
            )
        )
    return Explanation(
        progress=row.progress,
        steps=tuple(steps),
        status=_explain_status(row.progress, steps),
        percent=_explain_percent(row.progress, steps, len(parts)),
        earlier=row.earlier,
    )


def _in_order(heard: Iterable[Heard], decided: Iterable[Decided]) -> Iterator[Heard | Decided]:
    waiting = list(decided)
    for each in heard:
        while waiting and waiting[0].decision.heard < each.id:
            yield waiting.pop(0)
        yield each
    yield from waiting


def _is_void(each: Heard | Decided) -> bool:
    return each.is_withdrawn if isinstance(each, Heard) else each.undone_at is not None


def _take(row: Fold, each: Heard | Decided, before: Progress, parts: Collection[str]) -> tuple[Note, ...]:
    """Let the row take a message or a decision; returns what is to be said of it beside what it changed."""
    if isinstance(each, Decided):
        if each.undone_at is not None:
            return (Note(worded("Undone, so it does not count.")),)
        row.decide(each.decision)
        return tuple(describe_decision(each.decision))
    if each.is_withdrawn:
        return (Note(worded("Withdrawn because its statement was voided, so it does not count.")),)
    attempts_ago = row.add(each.unit_id, each.report)
    return tuple(
        describe_report(
            each.report, before, row.progress, unit=each.unit_id, parts=parts, attempts_ago=attempts_ago
        )
    )


def _explain_status(progress: Progress, steps: Sequence[Step]) -> Reason:
    step = _last_change(steps, "status")
    number = step.number if step else None
    name = STATUS_NAMES[progress.status]
    if step is not None and step.decided is not None:
        if step.decided.decision.kind is DecisionKind.ATTEMPT:
            words = worded(
                "%(status)s: a new attempt was begun, and nothing was heard of it yet.", status=name
            )
            return Reason(words, number)
        who = step.decided.actor_name
        return Reason(worded("%(status)s: %(who)s decided so.", status=name, who=who), number)
    match progress.status:
        case Status.COMPLETED | Status.PASSED:
            sentence = worded(
                "%(status)s: a message said so, and no later message takes that back.", status=name
            )
        case Status.FAILED:
            sentence = worded(
                "Failed: a message said so. One that says completed or passed would still count."
            )
        case Status.IN_PROGRESS if progress.percent >= 90:
            sentence = worded(
                "In progress, not completed: no message has said completed or passed. "
                "%(percent)s alone does not complete a course.",
                percent=format_percent(progress.percent),
            )
        case Status.IN_PROGRESS:
            sentence = worded(
                "In progress: the course was begun, and no message has said completed or passed."
            )
        case _:
            sentence = worded("Not started: no message has said more than that the course was opened.")
    return Reason(sentence, number)


def _explain_percent(progress: Progress, steps: Sequence[Step], units: int) -> Reason:
    step = _last_change(steps, "percent")
    number = step.number if step else None
    shown = format_percent(progress.percent)
    if progress.status.is_complete:
        words = worded("%(percent)s: completed and passed are 100 %% by definition.", percent=shown)
    elif step is not None and step.decided is not None:
        is_new = step.decided.decision.kind is DecisionKind.ATTEMPT
        words = (
            worded("%(percent)s: the attempt is new.", percent=shown)
            if is_new
            else worded("%(percent)s: an admin decided so.", percent=shown)
        )
    elif units > 1:
        words = worded("%(percent)s: the mean of the %(n)s units of the course.", percent=shown, n=units)
    elif not progress.percent:
        words = worded("%(percent)s: no message has named a greater percentage.", percent=shown)
    else:
        words = worded("%(percent)s: the greatest percentage that was reported.", percent=shown)
    return Reason(words, number)


def _last_change(steps: Sequence[Step], fact: str) -> Step | None:
    return next(
        (step for step in reversed(steps) if any(change.fact == fact for change in step.changes)), None
    )
