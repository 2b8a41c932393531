"""Why a row says what it says: what each message changed, what was ignored, and the sentence at the top."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings

from app.progress.explaining import Explanation, Heard, explain
from app.progress.rules import project, project_course
from app.progress.values import Channel, Report, Status
from tests.progress.test_interleavings import deliveries
from tests.progress.test_rules import NOON, report

LATER = NOON + timedelta(hours=1)


def heard(*reports: Report, unit: str | None = None) -> list[Heard]:
    return [
        Heard(number, each, unit, "", "statement", str(number), "LinkedIn", is_withdrawn=False)
        for number, each in enumerate(reports, 1)
    ]


def notes(why: Explanation, number: int) -> str:
    return " ".join(note.sentence for note in why.steps[number - 1].notes).replace("\xa0", " ")


def facts(why: Explanation, number: int) -> list[str]:
    return [change.fact for change in why.steps[number - 1].changes]


def test_ninety_eight_percent_and_not_complete_is_told_at_a_glance() -> None:
    why = explain(heard(report(percent=Decimal(40)), report(percent=Decimal(98))), (), ())
    assert "no message has said completed or passed" in why.status.sentence
    assert "98 %" in why.status.sentence.replace("\xa0", " ")
    assert why.status.step == 1
    assert why.percent.step == 2
    assert facts(why, 2) == ["percent"]


@pytest.mark.parametrize(
    ("first", "second", "sentence"),
    [
        ({"percent": Decimal(77)}, {"percent": Decimal(66)}, "66 % is less than the 77 % reported before"),
        ({"status": Status.PASSED}, {"status": Status.FAILED}, "“Failed” is less than “Passed”"),
        ({"status": Status.COMPLETED}, {"percent": Decimal(50)}, "completed and passed are 100 %"),
        ({"score": Decimal(80)}, {"score": Decimal("40.5")}, "Score 40.5 is less than the 80 before"),
        ({"time": timedelta(minutes=9)}, {"time": timedelta(minutes=9)}, "minutes that were counted already"),
        (
            {"time": timedelta(minutes=9), "time_is_total": True},
            {"time": timedelta(minutes=8), "time_is_total": True},
            "no more than what was counted already",
        ),
        (
            {"time": timedelta(minutes=9), "channel": Channel.AICC},
            {"time": timedelta(minutes=8)},
            "The other channel has reported more time",
        ),
        (
            {"status": Status.COMPLETED},
            {"status": Status.COMPLETED, "event_at": LATER, "received_at": LATER},
            "Completed already, at an earlier time",
        ),
        ({}, {"event_at": NOON + timedelta(minutes=6)}, "more than 5 minutes ahead of when it came"),
        ({}, {"percent": Decimal(140)}, "140 % is taken as 100 %"),
        ({}, {"percent": Decimal(100)}, "100 % alone does not complete a course"),
    ],
)
def test_what_did_not_count_is_told_with_its_rule(
    first: dict[str, object], second: dict[str, object], sentence: str
) -> None:
    assert sentence in notes(explain(heard(report(**first), report(**second)), (), ()), 2)


def test_a_withdrawn_message_stays_in_the_list_and_says_why_it_does_not_count() -> None:
    [one, two] = heard(report(percent=Decimal(40)), report(status=Status.COMPLETED))
    why = explain([one, replace(two, is_withdrawn=True)], (), ())
    assert why.progress.status is Status.IN_PROGRESS
    assert "voided" in notes(why, 2)
    assert facts(why, 2) == []


def test_units_say_that_the_course_is_their_mean() -> None:
    why = explain(heard(report(percent=Decimal(80)), unit="a"), (), {"a", "b"})
    assert "the mean of the 2 units" in why.percent.sentence
    assert "One of 2 units" in notes(why, 1)
    gone = explain(heard(report(percent=Decimal(80)), unit="z"), (), {"a", "b"})
    assert "a unit that the course has no longer" in notes(gone, 1)


@settings(max_examples=60, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(deliveries())
def test_the_last_step_is_what_the_rules_project(reports: list[Report]) -> None:
    assert explain(heard(*reports), (), ()).progress == project(reports)
    parts = {"a", "b"}
    with_units = [replace(each, unit_id="ab"[n % 2]) for n, each in enumerate(heard(*reports))]
    whole = explain(with_units, (), parts)
    assert whole.progress == project_course(((each.unit_id, each.report) for each in with_units), parts)
    assert [step.before for step in whole.steps[1:]] == [step.after for step in whole.steps[:-1]]
