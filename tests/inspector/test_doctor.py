"""Every check of the doctor, in health and in sickness."""

from __future__ import annotations

import shutil
from collections import namedtuple
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from app import clock
from app.access.integrations import (
    Kind,
    Milestone,
    add_integration,
    get_integration,
    mark_seen,
    set_enabled,
)
from app.access.organisation import load_organisation, save_organisation
from app.access.people import create_person
from app.inspector import doctor
from app.inspector.checking import Check, State
from app.inspector.doctor import examine
from app.inspector.exchanges import NewExchange, write_exchange
from app.models.base import new_id
from app.settings import Settings

MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"
Usage = namedtuple("Usage", "total used free")


def find(session: Session, settings: Settings, name: str) -> Check:
    (check,) = [each for each in examine(session, settings, MIGRATIONS) if each.check == name]
    return check


def hear(session: Session, integration_id: str, at: datetime, *, is_demo: bool = False) -> None:
    exchange = NewExchange(
        request_id=new_id(),
        face="xapi",
        method="POST",
        path="/xapi/statements",
        status=200,
        result="stored",
        received_at=at,
        duration=timedelta(milliseconds=3),
        integration_id=integration_id,
        is_demo=is_demo,
    )
    write_exchange(session, exchange)


def test_a_fresh_deployment_has_warnings_and_what_to_do(session: Session, settings: Settings) -> None:
    checks = {each.check: each for each in examine(session, settings, MIGRATIONS)}
    assert {"python", "data_directory", "free_space", "secret_key", "clock", "migrations"} <= set(checks)
    assert checks["migrations"].state is State.OK
    assert checks["data_directory"].state is State.OK
    assert checks["owner"].state is State.WARN
    assert checks["integrations"].state is State.WARN
    assert checks["public_url"].state is State.WARN
    assert all(check.fix for check in checks.values() if check.state is not State.OK)
    assert not any(check.fix for check in checks.values() if check.state is State.OK)


def test_the_settings_that_durability_rests_on_are_read_back(session: Session, settings: Settings) -> None:
    check = find(session, settings, "database")
    if session.get_bind().dialect.name == "sqlite":
        assert (check.state, check.detail) == (
            State.OK,
            "sqlite: journal_mode wal, synchronous 2, foreign_keys 1",
        )
    else:
        assert "synchronous_commit" in check.detail


def test_a_database_without_tables_fails_its_checks_and_spares_the_others(
    empty_database_url: str, settings: Settings
) -> None:
    from app import create_app
    from app.db import db, reading

    app = create_app(replace(settings, database_url=empty_database_url))
    with app.app_context():
        with reading() as session:
            checks = {each.check: each for each in examine(session, settings, MIGRATIONS)}
        db.engine.dispose()
    assert checks["migrations"].state is State.FAIL
    assert "db upgrade" in checks["migrations"].fix
    assert checks["owner"].state is State.FAIL
    assert checks["data_directory"].state is State.OK


def test_an_owner_is_noticed(session: Session, settings: Settings) -> None:
    password = "seven paper boats on the lake"
    create_person(session, email="ben@example.com", name="Ben", password=password, role="owner")
    assert find(session, settings, "owner").state is State.OK


@pytest.mark.parametrize(
    ("url", "state"),
    [
        ("https://lms.example.com", State.OK),
        ("http://lms.example.com", State.WARN),
        ("http://127.0.0.1:8080", State.WARN),
        ("https://localhost", State.WARN),
    ],
)
def test_the_public_url_should_be_https_and_reachable(
    session: Session, settings: Settings, url: str, state: State
) -> None:
    save_organisation(session, public_url=url)
    check = find(session, replace(settings, public_url=None), "public_url")
    assert (check.state, url in check.detail) == (state, True)


def test_a_guessed_public_url_is_named_as_such(session: Session, settings: Settings) -> None:
    assert "WAYMARK_PUBLIC_URL" in find(session, replace(settings, public_url=None), "public_url").fix


def test_the_secret_key_must_be_for_its_owner_alone(session: Session, settings: Settings) -> None:
    assert find(session, settings, "secret_key").detail == "given by the environment"
    path = settings.data_dir / "secret-key"
    path.write_text("x" * 48)
    path.chmod(0o600)
    assert find(session, settings, "secret_key").state is State.OK
    path.chmod(0o644)
    check = find(session, settings, "secret_key")
    assert check.state is State.FAIL
    assert check.fix == f"chmod 600 {path}"


@pytest.mark.parametrize(
    ("free", "state"), [(10 * 1024**3, State.OK), (512 * 1024**2, State.WARN), (1024, State.FAIL)]
)
def test_free_space_is_judged(
    session: Session, settings: Settings, monkeypatch: pytest.MonkeyPatch, free: int, state: State
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(10**12, 0, free))
    assert find(session, settings, "free_space").state is state


def test_a_data_directory_that_cannot_be_written_fails(session: Session, settings: Settings) -> None:
    # A file in its place: root may write to a directory of any mode.
    place = settings.data_dir / "file"
    place.write_text("")
    assert find(session, replace(settings, data_dir=place), "data_directory").state is State.FAIL


def test_a_missing_data_directory_fails(session: Session, settings: Settings) -> None:
    gone = replace(settings, data_dir=settings.data_dir / "gone")
    assert find(session, gone, "data_directory").state is State.FAIL
    assert find(session, gone, "free_space").state is State.FAIL


@pytest.mark.parametrize(
    ("version", "state"), [((3, 11, 7), State.WARN), ((3, 11, 8), State.OK), ((3, 13, 0), State.OK)]
)
def test_an_old_patch_of_python_is_named(version: tuple[int, int, int], state: State) -> None:
    assert doctor._python(version).state is state


def test_a_clock_of_years_ago_fails() -> None:
    assert doctor._clock(datetime(1970, 1, 2, tzinfo=UTC)).state is State.FAIL


def test_an_integration_is_never_heard_of_then_fine_then_quiet(session: Session, settings: Settings) -> None:
    organisation = load_organisation(session, settings)
    made = add_integration(session, organisation, kind=Kind.LINKEDIN_LEARNING, name="L")
    name = "integration L"
    assert find(session, settings, name).detail == "never heard of"
    hear(session, made.id, clock.now(), is_demo=True)
    assert find(session, settings, name).detail == "never heard of"
    mark_seen(session, made, Milestone.TOKEN)
    hear(session, made.id, clock.now() - timedelta(days=9))
    assert "quiet" in find(session, settings, name).detail
    hear(session, made.id, clock.now())
    session.expire_all()
    assert find(session, settings, name).detail == "only token requests so far"
    mark_seen(session, get_integration(session, made.id), Milestone.STATEMENT)
    session.expire_all()
    assert find(session, settings, name).state is State.OK
    set_enabled(session, made.id, is_enabled=False)
    assert "disabled" in find(session, settings, name).detail


def test_messages_from_the_future_point_at_the_clock(session: Session, settings: Settings) -> None:
    made = add_integration(session, load_organisation(session, settings), kind=Kind.XAPI, name="X")
    hear(session, made.id, clock.now() + timedelta(hours=1))
    assert find(session, settings, "clock_against_data").state is State.WARN
