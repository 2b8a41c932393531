"""Invitations, roles and disabling; some owner can always sign in."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from app import clock
from app.access.accounts import (
    LINK_LIFE,
    LastOwner,
    find_by_link,
    invite,
    make_link,
    set_disabled,
    set_role,
    use_link,
    withdraw,
)
from app.access.people import (
    BadPassword,
    BadPerson,
    Person,
    check_password,
    create_person,
    get_person,
    list_people,
)
from app.access.person_sessions import find_session, start_session

PASSWORD = "seven paper boats on the lake"


@pytest.fixture
def ben(session: Session) -> Person:
    return create_person(session, email="ben@example.org", name="Ben", password=PASSWORD, role="owner")


def test_a_link_works_once_and_gives_name_and_password(session: Session) -> None:
    person, link = invite(session, email="Cora@example.org", role="manager")
    assert (person.email, person.is_invited) == ("cora@example.org", True)
    taken = use_link(session, link.token, password=PASSWORD, name="Cora")
    assert taken is not None
    assert (taken.name, taken.role, taken.is_invited) == ("Cora", "manager", False)
    assert check_password(session, email="cora@example.org", password=PASSWORD)
    assert use_link(session, link.token, password="another set of words 1", name="X") is None


def test_a_link_is_over_after_a_week(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    _, link = invite(session, email="cora@example.org", role="viewer")
    later = clock.now() + LINK_LIFE
    monkeypatch.setattr(clock, "now", lambda: later - timedelta(seconds=1))
    assert find_by_link(session, link.token)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert find_by_link(session, link.token) is None


def test_a_newer_link_or_a_password_ends_the_earlier_link(session: Session, ben: Person) -> None:
    first, second = make_link(session, ben.id), make_link(session, ben.id)
    assert find_by_link(session, first.token) is None
    with pytest.raises(BadPassword):
        use_link(session, second.token, password="short")
    session.rollback()


def test_a_new_password_by_link_signs_out_everywhere(session: Session, ben: Person) -> None:
    token = start_session(session, ben.id, address=None, user_agent=None)
    assert use_link(session, make_link(session, ben.id).token, password="quiet rivers carry leaves 3")
    assert find_session(session, token) is None
    assert get_person(session, ben.id).name == "Ben"


def test_the_last_owner_is_neither_disabled_nor_demoted(session: Session, ben: Person) -> None:
    # Somebody who was only invited, or is disabled, cannot choose roles.
    invite(session, email="cora@example.org", role="owner")
    for act in (
        lambda: set_role(session, ben.id, "engineer"),
        lambda: set_disabled(session, ben.id, is_disabled=True),
    ):
        with pytest.raises(LastOwner):
            act()
    with pytest.raises(BadPerson):
        withdraw(session, ben.id)
    dana = create_person(session, email="d@example.org", name="Dana", password=PASSWORD, role="owner")
    assert set_role(session, ben.id, "engineer").role == "engineer"
    with pytest.raises(LastOwner):
        set_disabled(session, dana.id, is_disabled=True)


def test_a_new_role_and_disabling_end_sign_ins_and_links(session: Session, ben: Person) -> None:
    cora = create_person(session, email="c@example.org", name="Cora", password=PASSWORD, role="viewer")
    token = start_session(session, cora.id, address=None, user_agent=None)
    set_role(session, cora.id, "viewer")
    assert find_session(session, token)
    set_role(session, cora.id, "manager")
    assert find_session(session, token) is None
    link = make_link(session, cora.id)
    token = start_session(session, cora.id, address=None, user_agent=None)
    set_disabled(session, cora.id, is_disabled=True)
    set_disabled(session, cora.id, is_disabled=False)
    assert find_session(session, token) is None
    assert find_by_link(session, link.token) is None


def test_an_unknown_role_is_refused(session: Session, ben: Person) -> None:
    with pytest.raises(BadPerson):
        set_role(session, ben.id, "root")
    with pytest.raises(BadPerson):
        invite(session, email="x@example.org", role="")


def test_an_invitation_can_be_withdrawn(session: Session, ben: Person) -> None:
    cora, link = invite(session, email="c@example.org", role="viewer")
    withdraw(session, cora.id)
    assert find_by_link(session, link.token) is None
    assert [each.email for each in list_people(session)] == [ben.email]
