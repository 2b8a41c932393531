"""The learner whom an LMS means by its student id."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.learners.service import attach_identity, find_identity, resolve_identity
from app.learners.values import Identity, IdentityKind


@dataclass(frozen=True, slots=True)
class Student:
    """The learner, and whether nobody had heard of them before."""

    learner_id: str
    is_new: bool


def resolve_student(
    session: Session,
    *,
    namespace: str,
    student_id: str,
    name: str,
    student_id_is: IdentityKind | None = None,
    is_demo: bool = False,
) -> Student:
    """Return the learner of an LMS's student id; an unseen one gets a provisional learner.

    `namespace` tells the LMSs apart: two of them both have a 1001. With `student_id_is` the id is at the same
    time the learner's e-mail or user id, and so links the LMS's person to the one who is known by that; what
    is no e-mail address is not taken for one.
    """
    kind = IdentityKind.AICC_STUDENT_ID
    known = find_identity(session, kind, namespace, student_id)
    if student_id_is is None or (student_id_is is IdentityKind.EMAIL and "@" not in student_id):
        found = resolve_identity(
            session, kind=kind, value=student_id, namespace=namespace, name=name, is_demo=is_demo
        )
        return Student(found.learner_id, is_new=known is None)
    is_new = find_identity(session, student_id_is, "", student_id) is None
    person = resolve_identity(session, kind=student_id_is, value=student_id, name=name, is_demo=is_demo)
    if known is None:
        _link(session, person, namespace, student_id)
    return Student(person.learner_id, is_new=is_new)


def _link(session: Session, person: Identity, namespace: str, student_id: str) -> None:
    attach_identity(session, person.learner_id, IdentityKind.AICC_STUDENT_ID, namespace, student_id)
