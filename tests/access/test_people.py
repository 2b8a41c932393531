"""Accounts, passwords, sign-ins, growing delays and the setup token, on both databases."""

from __future__ import annotations

import stat
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.access.failed_tries import add_failure, clear_failures, delay_after, find_wait
from app.access.passwords import BadPassword, check_new_password
from app.access.people import (
    BadPerson,
    UnknownPerson,
    change_password,
    check_password,
    create_person,
    find_person,
    has_owner,
    reset_password,
)
from app.access.person_sessions import (
    ABSOLUTE,
    IDLE,
    end_sessions,
    find_session,
    start_session,
    touch_session,
)
from app.access.setup_token import end_setup_token, ensure_setup_token, is_setup_token, setup_token_path
from app.settings import Settings

PASSWORD = "correct trail blaze 7"
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def ben(session: Session) -> str:
    return create_person(
        session, email="Ben@Example.org", name="Ben Admin", password=PASSWORD, role="owner"
    ).id


def test_a_password_is_kept_as_argon2id_with_the_stated_cost(session: Session) -> None:
    ben(session)
    kept = session.execute(text("SELECT password_hash FROM person")).scalar_one()
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_only_the_right_password_of_a_known_account_passes(session: Session) -> None:
    person_id = ben(session)
    found = check_password(session, email=" BEN@example.ORG", password=PASSWORD)
    assert found is not None
    assert found.id == person_id
    assert check_password(session, email="ben@example.org", password="Correct trail blaze 7") is None
    assert check_password(session, email="cora@example.org", password=PASSWORD) is None
    assert check_password(session, email="cora@example.org", password="not a password of anybody") is None


def test_an_address_has_one_account_in_any_case(session: Session) -> None:
    ben(session)
    with pytest.raises(BadPerson) as error:
        create_person(session, email="BEN@EXAMPLE.ORG", name="B", password=PASSWORD, role="owner")
    assert error.value.field == "email"
    assert has_owner(session)


def test_a_reset_ends_every_session(session: Session) -> None:
    person_id = ben(session)
    token = start_session(session, person_id, address="192.0.2.1", user_agent="x" * 999)
    reset_password(session, email="ben@example.org", password="another long trail 8")
    assert find_session(session, token) is None
    assert check_password(session, email="ben@example.org", password=PASSWORD) is None
    with pytest.raises(UnknownPerson):
        reset_password(session, email="cora@example.org", password=PASSWORD)


def test_a_change_keeps_the_session_that_made_it(session: Session) -> None:
    person_id = ben(session)
    here, there = (start_session(session, person_id, address=None, user_agent=None) for _ in range(2))
    change_password(session, person_id, password="another long trail 8", keep_token=here)
    assert find_session(session, here) is not None
    assert find_session(session, there) is None


def test_a_session_ends_when_idle_and_at_the_latest_after_its_time(session: Session) -> None:
    person_id = ben(session)
    with time_machine.travel(NOW, tick=False) as travel:
        token = start_session(session, person_id, address=None, user_agent=None)
        travel.move_to(NOW + IDLE - timedelta(seconds=1))
        assert find_session(session, token) is not None
        travel.move_to(NOW + IDLE)
        assert find_session(session, token) is None
    with time_machine.travel(NOW, tick=False) as travel:
        token = start_session(session, person_id, address=None, user_agent=None)
        step = timedelta(hours=1)
        moment = NOW
        while moment + step < NOW + ABSOLUTE:
            moment += step
            travel.move_to(moment)
            assert find_session(session, token) is not None
            touch_session(session, token)
        travel.move_to(NOW + ABSOLUTE)
        assert find_session(session, token) is None


def test_a_token_is_not_readable_in_the_table(session: Session) -> None:
    token = start_session(session, ben(session), address=None, user_agent=None)
    assert token not in repr(session.execute(text("SELECT * FROM person_session")).all())
    assert find_session(session, token + "x") is None
    assert find_session(session, "\udcff") is None
    person = find_person(session, "ben@example.org")
    assert person is not None
    assert end_sessions(session, person.id) == 1


@pytest.mark.parametrize(
    "password",
    [
        "short", "x" * 257, "aaaaaaaaaaaaaaaa", "ababababababab", "123456789012", "qwertyuiopasdf",
        "Password1234", "p@ssw0rd12345", "passwordpassword", "Password-Password!", "12letmein34567",
        "waymark-admin-1", "ben ben ben ben", "ben@example.org",
    ],
)  # fmt: skip
def test_easy_passwords_are_refused(password: str) -> None:
    with pytest.raises(BadPassword):
        check_new_password(password, about=("ben@example.org", "Ben Admin"))


@pytest.mark.parametrize(
    "password", [PASSWORD, "ñandú über 東京 17", "p;9Xw!2qLm0&", "four words are plenty"]
)
def test_long_passwords_of_any_letters_are_taken(password: str) -> None:
    check_new_password(password, about=("ben@example.org", "Ben Admin"))


def test_delays_grow_to_a_minute_and_stay_there() -> None:
    assert [delay_after(n).total_seconds() for n in range(12)] == [0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60]


def test_a_hundred_failures_at_one_address_do_not_touch_another(session: Session) -> None:
    with time_machine.travel(NOW, tick=False) as travel:
        for _ in range(100):
            add_failure(session, "sign-in", "ben", "192.0.2.1")
        assert find_wait(session, "sign-in", "ben", "192.0.2.1") == timedelta(seconds=60)
        assert find_wait(session, "sign-in", "ben", "192.0.2.2") == timedelta(0)
        travel.move_to(NOW + timedelta(seconds=60))
        assert find_wait(session, "sign-in", "ben", "192.0.2.1") == timedelta(0)
        clear_failures(session, "sign-in", "ben", "192.0.2.1")
        add_failure(session, "sign-in", "ben", "192.0.2.1")
        assert find_wait(session, "sign-in", "ben", "192.0.2.1") == timedelta(0)


def test_a_clock_that_is_set_back_keeps_nobody_out(session: Session) -> None:
    with time_machine.travel(NOW + timedelta(days=90), tick=False) as travel:
        for _ in range(100):
            add_failure(session, "sign-in", "ben", "192.0.2.1")
        travel.move_to(NOW + timedelta(days=90, seconds=-5))
        assert find_wait(session, "sign-in", "ben", "192.0.2.1") == timedelta(seconds=60)
        travel.move_to(NOW)
        assert find_wait(session, "sign-in", "ben", "192.0.2.1") == timedelta(0)


def test_the_setup_token_is_made_once_and_ends_with_the_owner(session: Session, settings: Settings) -> None:
    token = ensure_setup_token(session, settings)
    assert token
    assert ensure_setup_token(session, settings) == token
    path = setup_token_path(settings)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert token not in repr(session.execute(text("SELECT * FROM setting")).all())
    assert is_setup_token(session, token)
    assert not is_setup_token(session, "")
    assert not is_setup_token(session, "\udcff")
    ben(session)
    end_setup_token(session, settings)
    assert not path.exists()
    assert not is_setup_token(session, token)
    assert ensure_setup_token(session, settings) is None


def test_a_lost_token_file_is_made_again_with_a_new_token(session: Session, settings: Settings) -> None:
    first = ensure_setup_token(session, settings)
    setup_token_path(settings).unlink()
    second = ensure_setup_token(session, settings)
    assert second
    assert second != first
    assert first
    assert not is_setup_token(session, first)
