"""Sessions are secret, found again by their id alone, and links cannot be forged."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from app.access.integrations import Kind, add_integration, set_enabled
from app.access.launches import (
    BadLaunchLink,
    ExpiredLaunchLink,
    IntegrationDisabled,
    LaunchState,
    OpenLaunch,
    make_launch_link,
    open_launch,
    read_launch_link,
    resolve_session,
    save_launch,
)
from app.access.organisation import Organisation, load_organisation
from app.catalog.service import UnknownCourse, add_course
from app.learners.service import add_learner
from app.models.launches import Launch as LaunchRow
from app.settings import Settings

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


@pytest.fixture
def organisation(session: Session, settings: Settings) -> Organisation:
    return load_organisation(session, settings)


@pytest.fixture
def names(session: Session, organisation: Organisation) -> dict[str, str]:
    integration = add_integration(session, organisation, kind=Kind.AICC, name="Content")
    course = add_course(
        session,
        integration_id=integration.id,
        title="Knots",
        activity_id="urn:x:1",
        launch_url="https://c.example/",
    )
    learner = add_learner(session, name="Diaz, Ana")
    return {"integration_id": integration.id, "course_id": course.id, "learner_id": learner.id}


@pytest.fixture
def opened(
    session: Session, settings: Settings, organisation: Organisation, names: dict[str, str]
) -> OpenLaunch:
    return open_launch(session, settings, organisation, **names)


def test_a_session_id_is_letters_and_digits_and_kept_as_a_hash(session: Session, opened: OpenLaunch) -> None:
    assert len(opened.session_id) == 32
    assert opened.session_id.isascii()
    assert opened.session_id.isalnum()
    row = session.query(LaunchRow).one()
    assert len(row.session_hash) == 32
    assert opened.session_id.encode() not in row.session_hash
    assert opened.content_url == (
        f"https://c.example/?AICC_SID={opened.session_id}&AICC_URL=http%3A%2F%2Flocalhost%2Fhacp"
    )
    assert (opened.launch_id, opened.is_demo) == (row.id, False)


def test_a_session_is_found_by_its_exact_id_only(session: Session, opened: OpenLaunch) -> None:
    launch = resolve_session(session, opened.session_id)
    assert launch is not None
    assert (launch.id, launch.state, launch.attempt_id) == (opened.launch_id, LaunchState.OPENED, None)
    for wrong in (
        opened.session_id.swapcase(),
        opened.session_id[:-1],
        "",
        "é" * 32,
        "\x00" * 32,
        "\ud800" * 32,
    ):
        assert resolve_session(session, wrong) is None


def test_a_changed_launch_is_written_back(session: Session, opened: OpenLaunch) -> None:
    launch = resolve_session(session, opened.session_id)
    assert launch is not None
    changed = replace(
        launch,
        state=LaunchState.ENDED,
        ended_at=NOW,
        closed_time=timedelta(minutes=5),
        last_time=timedelta(1),
    )
    save_launch(session, changed)
    assert resolve_session(session, opened.session_id) == changed
    assert changed.session_time == timedelta(minutes=5)


def test_nothing_opens_for_what_is_unknown_or_disabled(
    session: Session, settings: Settings, organisation: Organisation, names: dict[str, str]
) -> None:
    with pytest.raises(UnknownCourse):
        open_launch(session, settings, organisation, **{**names, "course_id": "x"})
    set_enabled(session, names["integration_id"], is_enabled=False)
    with pytest.raises(IntegrationDisabled):
        open_launch(session, settings, organisation, **names)


def test_a_demo_learner_makes_a_demo_launch(
    session: Session, settings: Settings, organisation: Organisation, names: dict[str, str]
) -> None:
    learner = add_learner(session, name="Demo, Dora", is_demo=True)
    assert open_launch(session, settings, organisation, **{**names, "learner_id": learner.id}).is_demo


@pytest.mark.parametrize("is_single_use", [True, False])
@pytest.mark.parametrize("unit_id", [None, "u"])
def test_a_link_may_name_a_unit_and_be_good_for_one_use(
    settings: Settings, organisation: Organisation, unit_id: str | None, is_single_use: bool
) -> None:
    link = make_launch_link(
        settings,
        organisation,
        integration_id="i",
        course_id="c",
        learner_id="l",
        now=NOW,
        unit_id=unit_id,
        is_single_use=is_single_use,
    )
    ticket = read_launch_link(settings, link.rsplit("/", 1)[1], now=NOW)
    assert (ticket.unit_id, ticket.is_single_use) == (unit_id, is_single_use)


def test_a_link_is_read_back_until_it_expires(settings: Settings, organisation: Organisation) -> None:
    link = make_launch_link(
        settings, organisation, integration_id="i", course_id="c", learner_id="l", now=NOW
    )
    assert link.startswith("http://localhost/launch/")
    token = link.rsplit("/", 1)[1]
    expires = NOW + timedelta(days=settings.launch_link_days)
    ticket = read_launch_link(settings, token, now=expires)
    assert (ticket.integration_id, ticket.course_id, ticket.learner_id) == ("i", "c", "l")
    assert ticket.expires_at == expires
    with pytest.raises(ExpiredLaunchLink):
        read_launch_link(settings, token, now=expires + timedelta(seconds=1))
    with pytest.raises(BadLaunchLink):
        read_launch_link(replace(settings, secret_key="another key, just as long as that"), token, now=NOW)
    for damaged in (token[1:], token[:-1], token + "x", "", "\x00", "é", token.split(".")[0]):
        with pytest.raises(BadLaunchLink):
            read_launch_link(settings, damaged, now=NOW)
