"""Reports and decisions told in order: what an override and a new attempt do, and never to the evidence."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from app.progress.folding import Fold, fold
from app.progress.values import Channel, Decision, DecisionKind, Progress, Report, Status
from tests.progress.test_rules import NOON, report

DAY = timedelta(days=1)


def override(heard: int, percent: int, status: Status = Status.IN_PROGRESS) -> Decision:
    done = NOON if status.is_complete else None
    return Decision(DecisionKind.OVERRIDE, NOON + DAY, heard, status, Decimal(percent), done)


def attempt(heard: int) -> Decision:
    return Decision(DecisionKind.ATTEMPT, NOON + DAY, heard)


def told(reports: list[Report], *decisions: Decision) -> Progress:
    return fold(((number, None, each) for number, each in enumerate(reports, 1)), decisions, ())


def aicc(source: str, percent: int, *, days: int = 0) -> Report:
    at = NOON + days * DAY
    return report(channel=Channel.AICC, source=source, percent=Decimal(percent), event_at=at, received_at=at)


def test_an_override_counts_whatever_was_heard_before_and_later_messages_on_top() -> None:
    before = [report(status=Status.COMPLETED, score=Decimal(80))]
    lowered = told(before, override(1, 40))
    assert (lowered.status, lowered.percent, lowered.completed_at) == (Status.IN_PROGRESS, 40, None)
    assert lowered.score == 80
    later = told([*before, report(percent=Decimal(30)), report(percent=Decimal(60))], override(1, 40))
    assert (later.status, later.percent) == (Status.IN_PROGRESS, 60)
    passed = told([*before, report(status=Status.PASSED)], override(1, 40))
    assert (passed.status, passed.percent) == (Status.PASSED, 100)


def test_the_last_of_two_overrides_counts() -> None:
    assert told([report(percent=Decimal(50))], override(1, 100, Status.PASSED), override(1, 20)).percent == 20


def test_a_row_can_begin_with_a_decision() -> None:
    alone = told([], override(0, 100, Status.COMPLETED))
    assert (alone.first_seen, alone.completed_at, alone.channels) == (NOON + DAY, NOON, frozenset())


def test_a_session_stays_with_the_attempt_in_which_it_was_first_heard() -> None:
    reports = [aicc("old", 90), aicc("old", 95, days=2), aicc("new", 10, days=2)]
    assert told(reports, attempt(1)).percent == 10
    assert told(reports[:2], attempt(1)).percent == 0
    row = Fold(())
    row.add(None, reports[0])
    row.decide(attempt(1))
    assert [row.add(None, each) for each in reports[1:]] == [1, 0]
    assert [each.percent for each in row.earlier] == [95]


def test_a_statement_belongs_to_the_attempt_in_which_it_happened() -> None:
    late = report(percent=Decimal(70), event_at=NOON, received_at=NOON + 2 * DAY)
    new = report(percent=Decimal(5), event_at=NOON + 2 * DAY, received_at=NOON + 2 * DAY)
    assert told([report(percent=Decimal(60)), late, new], attempt(1)).percent == 5


def test_an_override_of_a_new_attempt_leaves_the_earlier_one() -> None:
    row = Fold(())
    row.add(None, report(status=Status.PASSED))
    row.decide(attempt(1))
    row.decide(override(1, 100, Status.COMPLETED))
    assert (row.progress.status, row.earlier[0].status) == (Status.COMPLETED, Status.PASSED)
