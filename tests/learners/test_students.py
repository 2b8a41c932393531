"""Student ids of LMSs mean one learner each, and the one known by e-mail or user id where that is agreed."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from app.learners.service import add_learner, get_learner
from app.learners.students import Student, resolve_student
from app.learners.values import IdentityKind


def student(session: Session, student_id: str, *, of: str = "lms.example", **policy: IdentityKind) -> Student:
    return resolve_student(session, namespace=of, student_id=student_id, name="Diaz, Ana", **policy)


def test_two_lmss_may_both_have_a_1001(session: Session) -> None:
    first = student(session, "1001")
    assert first.is_new
    assert student(session, "1001") == Student(first.learner_id, is_new=False)
    other = student(session, "1001", of="other.example")
    assert other.learner_id != first.learner_id
    learner = get_learner(session, first.learner_id)
    assert (learner.name, learner.is_provisional) == ("Diaz, Ana", True)
    assert learner.identities == (("aicc_student_id", "1001"),)


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        (IdentityKind.EMAIL, {"email": "ana@example.com"}),
        (IdentityKind.USER_ID, {"user_id": "ana@example.com"}),
    ],
)
def test_an_id_that_is_an_e_mail_or_user_id_names_the_known_learner(
    session: Session, kind: IdentityKind, given: dict[str, str]
) -> None:
    ana = add_learner(session, name="Diaz, Ana", **given)
    found = student(session, "Ana@Example.com", student_id_is=kind)
    assert found == Student(ana.id, is_new=False)
    kinds = {each for each, _ in get_learner(session, ana.id).identities}
    assert kinds == {kind.value, "aicc_student_id"}


def test_somebody_unknown_by_e_mail_is_met_again_by_it(session: Session) -> None:
    found = student(session, "ana@example.com", student_id_is=IdentityKind.EMAIL)
    assert found.is_new
    assert student(session, "ana@example.com", student_id_is=IdentityKind.EMAIL).is_new is False
    assert add_learner(session, name="Diaz, Ana", email="ana@example.com").id == found.learner_id


def test_what_is_no_e_mail_is_not_taken_for_one(session: Session) -> None:
    found = student(session, "1001", student_id_is=IdentityKind.EMAIL)
    assert get_learner(session, found.learner_id).identities == (("aicc_student_id", "1001"),)
