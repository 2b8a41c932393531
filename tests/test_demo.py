"""The demo and the test message: everything is marked, and clearing takes that and nothing else."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import clock, demo
from app.access.integrations import (
    Kind,
    UnknownIntegration,
    UserType,
    add_integration,
    get_integration,
    list_integrations,
    set_enabled,
)
from app.access.organisation import load_organisation
from app.db import transaction
from app.demo import DemoRefused, clear_demo, load_demo, send_test
from app.models import access, launches, learning, records
from app.progress.queries import ProgressFilter, iterate_progress
from app.settings import Settings
from tests.command_line import CommandLine

TABLES = (
    access.Integration,
    access.Credential,
    access.AccessToken,
    learning.Learner,
    learning.Identity,
    learning.Course,
    learning.CourseIdentifier,
    learning.AssignableUnit,
    learning.Observation,
    learning.ProgressRow,
    launches.Launch,
    launches.Attempt,
    records.Statement,
    records.Exchange,
    records.FindingRow,
)


def counts(session: Session) -> dict[str, int]:
    session.rollback()
    return {
        table.__tablename__: session.scalar(select(func.count()).select_from(table)) or 0 for table in TABLES
    }


def integrate(session: Session, settings: Settings, kind: Kind, user_type: UserType | None = None) -> str:
    organisation = load_organisation(session, settings)
    made = add_integration(session, organisation, kind=kind, name=f"Ours, {kind}", user_type=user_type)
    session.commit()
    return made.id


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the demo small enough for a test."""
    monkeypatch.setattr(
        load_demo, "__kwdefaults__", {**load_demo.__kwdefaults__, "learners": 6, "courses": 4}
    )


@pytest.mark.usefixtures("small")
def test_demo_load_fills_the_last_sixty_days_over_all_channels(cli: CommandLine, session: Session) -> None:
    data = cli.json("demo", "load")
    assert data["missing"] == data["doubled"] == data["problems"] == []
    lines = list(iterate_progress(session, ProgressFilter()))
    assert len(lines) == data["rows"]
    assert all(line.is_demo for line in lines)
    assert {tuple(line.channels) for line in lines} >= {("aicc", "xapi"), ("xapi",)}
    assert {line.status.value for line in lines} == {"in_progress", "completed"}
    ages = [clock.now() - line.last_activity for line in lines if line.last_activity]
    assert max(ages) > timedelta(days=20)
    assert max(ages) < timedelta(days=61)
    # Reports over AICC carry no time of their own: they too must lie in the past.
    assert sum(age > timedelta(hours=1) for age in ages) > len(ages) * 0.8
    for line in lines:
        assert line.first_seen
        assert line.last_activity
        assert line.first_seen <= line.last_activity


@pytest.mark.usefixtures("small")
def test_demo_clear_leaves_nothing_of_it(cli: CommandLine, session: Session) -> None:
    before = counts(session)
    data = cli.json("demo", "load")
    cleared = cli.json("demo", "clear")
    assert cleared == {"integrations": 1, "learners": 6, "courses": 4}
    assert data["rows"] > 0
    assert counts(session) == before
    assert cli.json("demo", "clear") == {"integrations": 0, "learners": 0, "courses": 0}


@pytest.mark.usefixtures("small")
def test_loading_twice_is_loading_once(cli: CommandLine, session: Session) -> None:
    cli.ok("demo", "load")
    cli.ok("demo", "load")
    assert len([each for each in list_integrations(session) if each.is_demo]) == 1
    assert len(cli.json("learner", "list")) == 6


def test_real_data_stays_when_the_demo_goes(app: Flask, session: Session, settings: Settings) -> None:
    integration_id = integrate(session, settings, Kind.LINKEDIN_LEARNING)
    before = counts(session)
    with app.app_context():
        send_test(app, integration_id)
        with transaction() as own:
            clear_demo(own)
    assert counts(session) == before


@pytest.mark.parametrize(
    ("kind", "user_type", "channels"),
    [
        (Kind.LINKEDIN_LEARNING, UserType.EMAIL, {"aicc", "xapi"}),
        (Kind.LINKEDIN_LEARNING, UserType.ID, {"aicc", "xapi"}),
        (Kind.AICC, None, {"aicc"}),
        (Kind.XAPI, None, {"xapi"}),
    ],
)
def test_a_test_goes_over_the_integrations_channels(
    app: Flask,
    session: Session,
    settings: Settings,
    kind: Kind,
    user_type: UserType | None,
    channels: set[str],
) -> None:
    integration_id = integrate(session, settings, kind, user_type)
    with app.app_context():
        for _ in range(2):
            result = send_test(app, integration_id)
            assert result.is_good, result.summary
            assert "acknowledged" in result.summary
    (line,) = iterate_progress(session, ProgressFilter())
    assert (line.percent, line.status, line.is_demo) == (100, "completed", True)
    assert {channel.value for channel in line.channels} == channels


def test_a_test_marks_everything_as_demo_and_no_milestone(
    app: Flask, session: Session, settings: Settings
) -> None:
    integration_id = integrate(session, settings, Kind.LINKEDIN_LEARNING)
    with app.app_context():
        send_test(app, integration_id)
    session.rollback()
    seen = get_integration(session, integration_id)
    assert (seen.first_token_at, seen.first_statement_at) == (None, None)
    assert (seen.first_getparam_at, seen.first_putparam_at) == (None, None)
    exchanges = session.scalars(select(records.Exchange)).all()
    assert exchanges
    assert all(exchange.is_demo for exchange in exchanges)
    assert all(launch.is_demo for launch in session.scalars(select(launches.Launch)))
    assert all(each.revoked_at for each in session.scalars(select(access.Credential)))


def test_a_test_of_a_disabled_or_unknown_integration_is_refused(
    app: Flask, session: Session, settings: Settings
) -> None:
    integration_id = integrate(session, settings, Kind.LINKEDIN_LEARNING)
    set_enabled(session, integration_id, is_enabled=False)
    session.commit()
    with app.app_context():
        with pytest.raises(DemoRefused):
            send_test(app, integration_id)
        with pytest.raises(UnknownIntegration):
            send_test(app, "nobody")


def test_a_test_that_fails_says_what_came_back(
    app: Flask, session: Session, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    integration_id = integrate(session, settings, Kind.XAPI)

    def broken(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        start_response("503 Service Unavailable", [])
        return [b"no room"]

    monkeypatch.setattr(app, "wsgi_app", broken)
    with app.app_context():
        result = send_test(app, integration_id)
    assert not result.is_good
    assert "503 no room" in result.summary


def test_the_demo_of_a_page_is_as_large_as_promised() -> None:
    assert (demo.DEMO_LEARNERS, demo.DEMO_COURSES, demo.DEMO_DAYS) == (40, 12, 60)
