"""Decide of many rows together: what it would change, and piece by piece the change and its undoing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from app.catalog.service import UnknownCourse
from app.learners.values import UnknownLearner
from app.progress.decided_groups import list_counting_ids
from app.progress.deciding import Made, UnknownDecision, begin_attempt, override, undo
from app.progress.decision_rules import BadDecision, Decider, Override, Wish
from app.progress.queries import ProgressFilter, ProgressLine, Sort, count_progress, iterate_progress
from app.progress.rows import to_decimal
from app.progress.values import Status

MAX_ROWS = 10_000
# One transaction decides so many: on SQLite messages wait for no longer than that takes.
ROWS_AT_ONCE = 20
_SHOWN = 20


class TooManyRows(ValueError):
    """More rows match than may be decided together."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a wish would change: how many rows, of which status now, and the first of them."""

    rows: int
    changing: tuple[tuple[Status, int], ...]
    examples: tuple[tuple[ProgressLine, Wish], ...]

    @property
    def changes(self) -> int:
        return sum(count for _, count in self.changing)


def check_size(session: Session, wanted: ProgressFilter) -> int:
    """Return how many rows match; raises TooManyRows."""
    count = count_progress(session, wanted, cap=MAX_ROWS)
    if count > MAX_ROWS:
        raise TooManyRows(f"more than {MAX_ROWS:,} rows match")
    return count


def forecast(session: Session, wanted: ProgressFilter, wish: Wish) -> Forecast:
    """Return what a wish would change, and change nothing; raises TooManyRows."""
    rows = check_size(session, wanted)
    counts, examples = Counter[Status](), list[tuple[ProgressLine, Wish]]()
    for line in iterate_progress(session, wanted, sort=Sort.PAIR, is_descending=False):
        fitted = wish.fit(_say_now(line))
        if fitted is not None:
            counts[line.status] += 1
            if len(examples) < _SHOWN:
                examples.append((line, fitted))
    changing = tuple(sorted(counts.items(), key=lambda each: each[0].rank))
    return Forecast(rows, changing, tuple(examples))


def decide_piece(
    session: Session, wanted: ProgressFilter, pairs: Sequence[tuple[str, str]], wish: Wish, *, by: Decider
) -> list[Made]:
    """Decide of those of these few pairs that still match; returns what was done.

    Whoever was erased or merged meanwhile is left out, and so is what says it already.
    """
    # What a text finds does not change with a message; it is not sought again for each piece.
    still = replace(wanted, pairs=tuple(pairs), learner_text="", course_text="")
    made = []
    for line in list(iterate_progress(session, still, sort=Sort.PAIR, is_descending=False)):
        fitted = wish.fit(_say_now(line))
        if fitted is None:
            continue
        try:
            if fitted.said is None:
                made.append(begin_attempt(session, line.learner_id, line.course_id, by=by))
            else:
                made.append(override(session, line.learner_id, line.course_id, fitted.said, by=by))
        except (UnknownLearner, UnknownCourse, BadDecision):
            continue
    return made


def undo_piece(session: Session, group_id: str, *, by: str) -> list[Made]:
    """Take back the next few decisions of a group; nothing is returned once none is left."""
    made = []
    for decision_id in list_counting_ids(session, group_id, limit=ROWS_AT_ONCE):
        try:
            made.append(undo(session, decision_id, by=by))
        except (UnknownDecision, UnknownLearner):
            continue
    return made


def says_other(line: ProgressLine, wish: Wish) -> bool:
    """Tell whether a wish would change this row."""
    return wish.fit(_say_now(line)) is not None


def _say_now(line: ProgressLine) -> Override:
    percent = to_decimal(line.percent)
    assert percent is not None
    return Override(line.status, percent, line.completed_at)
