"""Who decides the final status: every status word, score and policy."""

from __future__ import annotations

from decimal import Decimal

import pytest

from app.access.policies import MasteryPolicy
from app.hacp.status_rules import EFFECTS, decide, decide_at_exit
from app.hacp.vocabulary import LessonStatus, parse_score, parse_status

NEVER, COMPLETED_ONLY, ALWAYS = MasteryPolicy


@pytest.mark.parametrize(
    ("said", "score", "mastery", "never", "completed_only", "always"),
    [
        ("completed", "90", 80, "completed", "passed", "passed"),
        ("completed", "80", 80, "completed", "passed", "passed"),
        ("completed", "79.99", 80, "completed", "failed", "failed"),
        ("completed", "0", 80, "completed", "failed", "failed"),
        ("completed", "0", 0, "completed", "passed", "passed"),
        ("completed", "", 80, "completed", "completed", "completed"),
        ("completed", "abc", 80, "completed", "completed", "completed"),
        ("completed", "0", None, "completed", "completed", "completed"),
        ("passed", "10", 80, "passed", "passed", "failed"),
        ("failed", "90", 80, "failed", "failed", "passed"),
        ("passed", "", 80, "passed", "passed", "passed"),
        ("incomplete", "90", 80, "incomplete", "incomplete", "incomplete"),
        ("not attempted", "90", 80, "incomplete", "incomplete", "incomplete"),
        ("browsed", "90", 80, "browsed", "browsed", "browsed"),
        ("", "90", 80, None, None, None),
        ("xyz", "90", 80, None, None, None),
        ("completed", "150", 80, "completed", "completed", "completed"),
        ("completed", "-5", 80, "completed", "completed", "completed"),
        ("passed", "80,5", 80, "passed", "passed", "passed"),
        # Mastery is on the raw scale, unless it cannot be.
        ("completed", "7,10,0", 8, "completed", "failed", "failed"),
        ("completed", "8,10,0", 8, "completed", "passed", "passed"),
        ("completed", "8,10,0", 80, "completed", "passed", "passed"),
        ("completed", "7,10,0", 80, "completed", "failed", "failed"),
    ],
)
def test_the_policy_and_the_score_decide(
    said: str,
    score: str,
    mastery: int | None,
    never: str | None,
    completed_only: str | None,
    always: str | None,
) -> None:
    status = parse_status(said)[0]
    limit = None if mastery is None else Decimal(mastery)
    assert [decide(status, parse_score(score), limit, policy) for policy in MasteryPolicy] == [
        never,
        completed_only,
        always,
    ]


@pytest.mark.parametrize(
    ("score", "mastery", "has_status", "expected"),
    [
        ("90", 80, False, [None, "passed", "passed"]),
        ("70", 80, False, [None, "failed", "failed"]),
        ("90", 80, True, [None, None, None]),
        ("", 80, False, [None, None, None]),
        ("90", None, False, [None, None, None]),
    ],
)
def test_content_that_never_said_a_status_is_judged_when_it_leaves(
    score: str, mastery: int | None, has_status: bool, expected: list[str | None]
) -> None:
    limit = None if mastery is None else Decimal(mastery)
    decided = [
        decide_at_exit(parse_score(score), limit, policy, has_status=has_status) for policy in MasteryPolicy
    ]
    assert decided == expected


def test_the_table_knows_every_status_and_policy() -> None:
    assert set(EFFECTS) == {None, *LessonStatus}
    assert all(set(row) == set(MasteryPolicy) for row in EFFECTS.values())
