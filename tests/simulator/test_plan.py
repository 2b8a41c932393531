"""Who does what, and when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.simulator.cast import cast_courses, cast_learners
from app.simulator.plan import Channels, Enrolment, make_plan

END = datetime(2026, 11, 22, 16, 0, tzinfo=UTC)
START = END - timedelta(days=60)


def plan(seed: int = 1, **options: object) -> list[Enrolment]:
    arguments = {"channels": Channels.BOTH, "start": START, "end": END, **options}
    return make_plan(seed, cast_learners(seed, 40), cast_courses(seed, 12), **arguments)  # type: ignore[arg-type]


def test_the_same_seed_makes_the_same_plan() -> None:
    assert plan(4) == plan(4)
    assert plan(4) != plan(5)


def test_learners_take_some_of_the_courses() -> None:
    taken = plan()
    assert 0.4 < len(taken) / (40 * 12) < 0.6
    assert len({enrolment.learner.email for enrolment in taken}) == 40
    assert len({(each.learner.email, each.course.activity_id) for each in taken}) == len(taken)


def test_density_one_takes_all_and_density_zero_still_takes_one() -> None:
    assert len(plan(density=1.0)) == 40 * 12
    assert len(plan(density=0.0)) == 40


def test_some_finish_and_some_stop_half_way() -> None:
    finished = sum(enrolment.steps[-1].completed for enrolment in plan())
    assert 0.35 < finished / len(plan()) < 0.75


def test_percent_only_rises_and_is_a_hundred_only_at_the_end() -> None:
    for enrolment in plan():
        percents = [step.percent for step in enrolment.steps]
        assert percents == sorted(percents)
        assert all(step.completed == (step.percent == 100) for step in enrolment.steps)


def test_every_event_lies_inside_the_period_in_order() -> None:
    for enrolment in plan():
        moments = [step.at for step in enrolment.steps]
        assert moments == sorted(moments)
        assert moments[0] >= START
        assert moments[-1] <= END


def test_a_period_too_short_for_the_videos_is_squeezed_into() -> None:
    for enrolment in plan(start=END - timedelta(minutes=5)):
        assert all(END - timedelta(minutes=5, seconds=1) <= step.at <= END for step in enrolment.steps)


def test_an_empty_period_puts_everything_at_its_end() -> None:
    assert {step.at for enrolment in plan(start=END) for step in enrolment.steps} == {END}


@pytest.mark.parametrize("channels", Channels)
def test_messages_are_counted_by_channel(channels: Channels) -> None:
    for enrolment in plan(channels=channels):
        steps, done = len(enrolment.steps), enrolment.steps[-1].completed
        by_xapi = steps + done
        by_aicc = steps + 3 * len(enrolment.sittings())
        expected = {Channels.XAPI: by_xapi, Channels.AICC: by_aicc, Channels.BOTH: by_xapi + by_aicc}
        assert enrolment.count_messages() == expected[channels]


def test_nothing_to_take_makes_an_empty_plan() -> None:
    assert make_plan(1, cast_learners(1, 3), [], channels=Channels.XAPI, start=START, end=END) == []
