"""Whole runs against a small server that keeps what it is told."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest

from app.simulator.cast import cast_courses, cast_learners
from app.simulator.ledger import Event, Outcome, Summary
from app.simulator.linkedin import Target, run
from app.simulator.plan import Channels, Enrolment, make_plan
from app.simulator.transport import WsgiTransport
from app.simulator.webhook import UserType, WebhookAddress
from tests.simulator.fake_server import FakeServer

END = datetime(2026, 11, 22, 16, 0, tzinfo=UTC)
PUBLIC = "http://lms.test"
ADDRESS = WebhookAddress(f"{PUBLIC}/oauth/token", f"{PUBLIC}/xapi/statements", "id", "secret")


def plan(channels: Channels, *, learners: int = 5, courses: int = 4, seed: int = 1) -> list[Enrolment]:
    people, catalog = cast_learners(seed, learners), cast_courses(seed, courses)
    return make_plan(seed, people, catalog, channels=channels, start=END - timedelta(days=9), end=END)


def target(server: FakeServer, enrolments: list[Enrolment], user_type: UserType = UserType.EMAIL) -> Target:
    links = {
        (each.learner.email, each.course.activity_id): f"{PUBLIC}/launch/{number}"
        for number, each in enumerate(enrolments)
    }
    return Target(WsgiTransport(server, PUBLIC), ADDRESS, links, user_type)


def play(server: FakeServer, enrolments: list[Enrolment], **options: object) -> Summary:
    return run(target(server, enrolments), enrolments, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("workers", [1, 4])
@pytest.mark.parametrize("channels", Channels)
def test_every_planned_message_is_sent_and_acknowledged(channels: Channels, workers: int) -> None:
    server, enrolments = FakeServer(), plan(channels)
    summary = play(server, enrolments, workers=workers)
    tokens = server.calls["token"]
    assert summary.is_clean
    assert summary.problems == []
    assert summary.planned == sum(each.count_messages() for each in enrolments)
    assert summary.sent == summary.acknowledged == summary.planned + tokens
    assert tokens == (1 if channels.has_xapi else 0)
    assert len(server.statements) + len(server.reports) == len(summary.reports)
    assert sum(sum(kinds.values()) for kinds in summary.by_kind.values()) == summary.sent


def test_both_channels_report_the_same_learner_and_course() -> None:
    summary = play(FakeServer(), plan(Channels.BOTH))
    by_channel = {
        channel: {(each.identity, each.activity_id) for each in summary.reports if each.channel == channel}
        for channel in ("aicc", "xapi")
    }
    assert by_channel["aicc"] == by_channel["xapi"]
    done = [
        {
            (each.identity, each.activity_id)
            for each in summary.reports
            if each.completed and each.channel == c
        }
        for c in ("aicc", "xapi")
    ]
    assert done[0] == done[1]
    assert all(each.percent == 100 for each in summary.reports if each.completed)


def test_aicc_says_percent_as_score_and_a_status_letter() -> None:
    server = FakeServer()
    play(server, plan(Channels.AICC))
    assert {report["lesson_status"] for report in server.reports} == {"i", "c"}
    for report in server.reports:
        assert (report["lesson_status"] == "c") == (report["score"] == "100")
        assert report["time"].startswith("0000:")


def test_the_same_seed_sends_the_same_statements_again() -> None:
    first, second = FakeServer(), FakeServer()
    for server in (first, second):
        play(server, plan(Channels.XAPI), workers=3)
    assert sorted(map(str, first.statements)) == sorted(map(str, second.statements))
    assert len({each["id"] for each in first.statements}) == len(first.statements)


def test_user_type_id_reports_by_account() -> None:
    server, enrolments = FakeServer(), plan(Channels.XAPI)
    summary = run(target(server, enrolments, UserType.ID), enrolments)
    assert {each.identity.kind for each in summary.reports} == {"user_id"}
    assert all("account" in each["actor"] for each in server.statements)


def test_a_token_that_expires_is_replaced_and_nothing_is_lost() -> None:
    server = FakeServer()
    server.expires_after = 3
    summary = play(server, plan(Channels.XAPI), workers=1)
    assert summary.is_clean
    assert server.calls["token"] > 1
    assert len(server.statements) == len(summary.reports) == summary.planned


def test_refused_statements_are_counted_and_never_reported_as_kept() -> None:
    server = FakeServer()
    server.statement_status = "503 Service Unavailable"
    summary = play(server, plan(Channels.XAPI))
    assert summary.refused == summary.planned
    assert summary.reports == []
    assert not summary.is_clean
    assert "status 503" in summary.problems[0]


def test_a_refused_client_ends_the_asking_after_three_times() -> None:
    server = FakeServer()
    server.refuses_token = True
    summary = play(server, plan(Channels.BOTH))
    assert server.calls["token"] == 3
    assert summary.by_kind["token"]["refused"] == 3
    assert {each.channel for each in summary.reports} == {"aicc"}


def test_hacp_errors_are_refusals() -> None:
    server = FakeServer()
    server.hacp_error = 3
    summary = play(server, plan(Channels.AICC))
    assert summary.reports == []
    assert summary.by_kind["put_param"]["acknowledged"] == 0
    assert any("error=3" in problem for problem in summary.problems)


def test_a_launch_link_that_fails_leaves_the_other_channel_working() -> None:
    server, enrolments = FakeServer(), plan(Channels.BOTH)
    links = {(each.learner.email, each.course.activity_id): f"{PUBLIC}/launch/expired" for each in enrolments}
    summary = run(Target(WsgiTransport(server, PUBLIC), ADDRESS, links), enrolments)
    assert summary.by_kind["launch"]["refused"] > 0
    assert {each.channel for each in summary.reports} == {"xapi"}
    assert any("410" in problem for problem in summary.problems)


def test_a_location_forgotten_by_the_server_is_noticed() -> None:
    server = FakeServer()
    server.forgets_locations = True
    summary = play(server, plan(Channels.AICC, learners=20))
    assert summary.by_kind["get_param"]["refused"] > 0
    assert any("lesson_location is ''" in problem for problem in summary.problems)


def test_no_answer_counts_as_failed_and_the_run_goes_on() -> None:
    enrolments = plan(Channels.BOTH)
    links = {(each.learner.email, each.course.activity_id): "http://other.test/l" for each in enrolments}
    summary = run(Target(WsgiTransport(FakeServer(), PUBLIC), ADDRESS, links), enrolments)
    assert summary.by_kind["launch"]["failed"] == sum(len(each.sittings()) for each in enrolments)
    assert any("not the server under test" in problem for problem in summary.problems)


def test_the_callback_hears_every_event() -> None:
    heard: list[Event] = []
    summary = play(FakeServer(), plan(Channels.BOTH), on_event=heard.append)
    assert len(heard) == summary.sent
    assert {event.outcome for event in heard} == {Outcome.ACKNOWLEDGED}


def test_speed_spaces_the_messages() -> None:
    enrolments = plan(Channels.XAPI, learners=2, courses=2)
    began = time.monotonic()
    summary = play(FakeServer(), enrolments, events_per_second=100)
    assert time.monotonic() - began >= (summary.planned - 1) / 100


def test_an_error_in_the_callback_ends_the_run() -> None:
    def stop(event: Event) -> None:
        raise KeyboardInterrupt

    server = FakeServer()
    with pytest.raises(KeyboardInterrupt):
        play(server, plan(Channels.XAPI, learners=40, courses=12), on_event=stop)
    assert server.calls["statement"] < 10


def test_each_message_is_sent_at_the_moment_of_its_event() -> None:
    moments: list[datetime | None] = []
    enrolments = plan(Channels.BOTH, learners=1, courses=1)
    run(target(FakeServer(), enrolments), enrolments, workers=1, on_moment=moments.append)
    told = [moment for moment in moments if moment is not None]
    assert told == sorted(told)
    assert {step.at for step in enrolments[0].steps} <= set(told)
    # Before each statement the token is looked after, and that happens now.
    assert moments.count(None) == len(enrolments[0].steps) + enrolments[0].steps[-1].completed


def test_an_empty_plan_is_not_a_clean_run() -> None:
    assert not play(FakeServer(), []).is_clean
