"""Who guesses waits, from one address or from many; whom the account belongs to does not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy.orm import Session

from app.access.audit import Actor, write_audit
from app.access.people import Person, create_person
from app.access.sign_in_tries import Try, add_failed_sign_in, find_sign_in_wait, forgive

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
HOME = "192.0.2.1"


@pytest.fixture
def clock() -> Iterator[time_machine.Coordinates]:
    with time_machine.travel(NOW, tick=False) as travel:
        yield travel


@pytest.fixture
def ben(session: Session, clock: time_machine.Coordinates) -> Person:
    """Let Ben have signed in at home before."""
    person = create_person(
        session, email="ben@example.org", name="Ben", password="seven paper boats 9", role="owner"
    )
    actor = Actor(id=person.id, name=person.name, address=HOME)
    write_audit(session, actor=actor, action="person.signed_in", target=person.name)
    return person


def seconds(session: Session, email: str, address: str) -> float:
    return find_sign_in_wait(session, Try(email, address)).total_seconds()


def test_guessing_an_account_from_many_addresses_is_slowed_but_not_its_owner(
    session: Session, ben: Person, clock: time_machine.Coordinates
) -> None:
    for number in range(40):
        add_failed_sign_in(session, Try(ben.email, f"198.51.100.{number}"))
    assert seconds(session, ben.email.upper(), "203.0.113.9") == 60
    assert seconds(session, ben.email, HOME) == 0
    assert seconds(session, "cora@example.org", "203.0.113.9") == 0
    # No lock: a minute later anybody may try once.
    clock.move_to(NOW + timedelta(seconds=60))
    assert seconds(session, ben.email, "203.0.113.9") == 0


def test_trying_many_accounts_from_one_address_is_slowed(session: Session, ben: Person) -> None:
    for number in range(20):
        assert seconds(session, "cora@example.org", HOME) == 0
        add_failed_sign_in(session, Try(f"nobody{number}@example.org", HOME))
    assert seconds(session, "cora@example.org", HOME) == 1
    assert seconds(session, ben.email, HOME) == 0
    assert seconds(session, "cora@example.org", "203.0.113.9") == 0


def test_ones_own_failures_count_where_one_is_known_too(session: Session, ben: Person) -> None:
    home = Try(ben.email, HOME)
    for _ in range(5):
        add_failed_sign_in(session, home)
    assert seconds(session, ben.email, HOME) == 4
    forgive(session, home)
    assert seconds(session, ben.email, HOME) == 0


def test_an_address_is_forgotten_after_a_season(
    session: Session, ben: Person, clock: time_machine.Coordinates
) -> None:
    clock.move_to(NOW + timedelta(days=91))
    for number in range(12):
        add_failed_sign_in(session, Try(ben.email, f"198.51.100.{number}"))
    assert seconds(session, ben.email, HOME) == 4
