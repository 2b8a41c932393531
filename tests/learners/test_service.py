"""Who a message means: identities, provisional learners, and adding learners by hand."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.db import transact, transaction
from app.learners.listing import list_learners
from app.learners.service import add_learner, get_learner, own_identity, resolve_identity
from app.learners.values import BadLearner, IdentityKind, UnknownLearner, normalise_value
from app.models.learning import Learner as LearnerRow

GUID = "7C1D2F00-aaaa-4bbb-8ccc-0123456789ab"


def email(session: Session, value: str, **more: str) -> str:
    return resolve_identity(session, kind=IdentityKind.EMAIL, value=value, **more).learner_id  # type: ignore[arg-type]


def user_id(session: Session, value: str) -> str:
    return resolve_identity(session, kind=IdentityKind.USER_ID, value=value).learner_id


def test_an_e_mail_means_one_learner_however_it_is_written(session: Session) -> None:
    ana = email(session, "mailto:Ana.Diaz@Example.com")
    assert email(session, "ana.diaz@example.com") == ana
    assert email(session, "MAILTO:ANA.DIAZ@EXAMPLE.COM ") == ana
    learner = get_learner(session, ana)
    assert learner.identities == (("email", "ana.diaz@example.com"),)
    assert learner.is_provisional
    assert learner.name == "ana.diaz@example.com"


def test_a_user_id_is_compared_exactly_then_without_case(session: Session) -> None:
    ana = user_id(session, GUID)
    assert user_id(session, GUID.lower()) == ana
    assert get_learner(session, ana).identities == (("user_id", GUID),)


def test_two_user_ids_that_differ_in_case_alone_are_never_guessed_between(session: Session) -> None:
    ana = add_learner(session, name="Diaz, Ana", user_id="ab").id
    session.commit()
    # The second was made by an exact import, not by a message.
    from app.learners.service import _attach, _insert_learner

    cora = _insert_learner(session, name="Cora", is_provisional=False, is_demo=False)
    _attach(session, cora, IdentityKind.USER_ID, "", "AB")
    assert (user_id(session, "ab"), user_id(session, "AB")) == (ana, cora)
    assert user_id(session, "Ab") not in (ana, cora)


def test_accounts_live_in_the_name_space_of_their_home_page(session: Session) -> None:
    def account(home_page: str) -> str:
        return resolve_identity(
            session, kind=IdentityKind.ACCOUNT, value="1001", namespace=home_page
        ).learner_id

    assert account("https://a.example") == account("https://a.example") != account("https://b.example")


def test_a_provisional_learner_takes_the_name_that_comes_later_but_an_admins_name_stays(
    session: Session,
) -> None:
    ana = email(session, "ana@example.com")
    email(session, "ana@example.com", name="Ana Diaz")
    assert get_learner(session, ana).name == "Ana Diaz"
    email(session, "ana@example.com", name="Somebody Else")
    assert get_learner(session, ana).name == "Ana Diaz"
    add_learner(session, name="Diaz, Ana", email="ana@example.com")
    email(session, "ana@example.com", name="Ana Diaz")
    assert get_learner(session, ana).name == "Diaz, Ana"


def test_adding_a_known_identity_completes_the_same_learner(session: Session) -> None:
    ana = email(session, "ana@example.com")
    learner = add_learner(session, name="Diaz, Ana", email="ANA@example.com", user_id="4711")
    assert (learner.id, learner.is_provisional) == (ana, False)
    assert set(learner.identities) == {("email", "ana@example.com"), ("user_id", "4711")}
    assert add_learner(session, name="Diaz, Ana", user_id="4711").id == ana


def test_identities_of_two_people_are_not_joined_by_adding(session: Session) -> None:
    email(session, "ana@example.com")
    user_id(session, "4711")
    with pytest.raises(BadLearner, match="two different"):
        add_learner(session, name="Diaz, Ana", email="ana@example.com", user_id="4711")


@pytest.mark.parametrize("values", [{"name": ""}, {"name": "\r\n"}, {"name": "Ana", "email": "no-at-sign"}])
def test_a_learner_that_cannot_be_is_refused_in_words(session: Session, values: dict[str, str]) -> None:
    with pytest.raises(BadLearner):
        add_learner(session, **values)


def test_a_name_cannot_bring_line_ends_into_a_reply(session: Session) -> None:
    name = add_learner(session, name="Diaz\r\n[core]\r\nlesson_status=p\x00\u2028x").name
    assert name == "Diaz [core] lesson_status=p x"


def test_the_own_identity_is_one_and_hidden(session: Session) -> None:
    ana = add_learner(session, name="Diaz, Ana")
    assert own_identity(session, ana.id) == own_identity(session, ana.id)
    assert own_identity(session, ana.id).learner_id == ana.id
    assert get_learner(session, ana.id).identities == ()


def test_values_longer_than_an_index_entry_stay_apart(session: Session) -> None:
    one, other = ("é" * 3000 + end for end in "ab")
    first = resolve_identity(session, kind=IdentityKind.OPENID, value=one)
    second = resolve_identity(session, kind=IdentityKind.OPENID, value=other)
    assert first.learner_id != second.learner_id
    assert resolve_identity(session, kind=IdentityKind.OPENID, value=one) == first


def test_learners_are_listed_by_name_searched_and_paged(session: Session) -> None:
    for name in ("Zoe", "ana", "Bea", "100%_x"):
        add_learner(session, name=name, email=f"{len(name)}{name[0]}@example.com")
    names = [learner.name for learner in list_learners(session)]
    assert names == ["100%_x", "ana", "Bea", "Zoe"]
    assert [learner.name for learner in list_learners(session, text="%_")] == ["100%_x"]
    assert [learner.name for learner in list_learners(session, text="3Z@")] == ["Zoe"]
    first = list_learners(session, limit=2)
    assert [x.name for x in list_learners(session, after=first[-1].id, limit=2)] == ["Bea", "Zoe"]


def test_no_empty_learner_is_left_behind(session: Session) -> None:
    for _ in range(3):
        email(session, "ana@example.com")
    assert session.scalar(select(func.count()).select_from(LearnerRow)) == 1


def test_an_unknown_id_is_named(session: Session) -> None:
    with pytest.raises(UnknownLearner, match="nobody"):
        get_learner(session, "nobody")


def test_mailto_is_not_part_of_an_address() -> None:
    assert normalise_value(IdentityKind.EMAIL, "mailto:A@B.c") == "a@b.c"


def test_one_person_added_twice_at_once_is_one_learner(app: Flask, session: Session) -> None:
    def add_again() -> str:
        with app.app_context():
            return transact(
                lambda inner: add_learner(inner, name="Diaz, Ana", email="ana@example.com", user_id="ana").id
            )

    with ThreadPoolExecutor(1) as pool:
        with app.app_context(), transaction() as first:
            ana = add_learner(first, name="Diaz, A.", email="ana@example.com").id
            again = pool.submit(add_again)
            with pytest.raises(TimeoutError):
                again.result(0.5)  # It waits for the commit.
        assert again.result(10) == ana
    assert [learner.name for learner in list_learners(session)] == ["Diaz, Ana"]
    assert set(get_learner(session, ana).identities) == {("email", "ana@example.com"), ("user_id", "ana")}
