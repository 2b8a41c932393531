"""What owners do with accounts: invite, choose roles, disable, and give links for setting a password.

There is no mail: a link is shown once to whoever made it, who passes it on. Some owner can always sign in.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from app import clock
from app.access.people import BadPerson, Person, change_password, clean_name, create_person, get_person
from app.access.person_sessions import end_sessions
from app.access.roles import Role
from app.models.access import Person as Row, PersonLink
from app.words import worded

LINK_LIFE = timedelta(days=7)


class LastOwner(ValueError):
    """Nobody could choose roles any more: the last owner stays what they are."""

    def __init__(self) -> None:
        super().__init__(worded("this is the last owner; make somebody else an owner first"))


@dataclass(frozen=True, slots=True)
class NewLink:
    """A link's token, readable this once, and until when it opens."""

    token: str
    expires_at: datetime


def invite(session: Session, *, email: str, role: str, name: str = "") -> tuple[Person, NewLink]:
    """Add an account that a link lets its person take; raises BadPerson."""
    # Nobody knows this password: until the link is used there is no way in.
    person = create_person(
        session,
        email=email,
        name=name.strip() or email.strip().partition("@")[0] or "–",
        password=secrets.token_urlsafe(32),
        role=parse_role(role),
        is_invited=True,
    )
    return person, make_link(session, person.id)


def make_link(session: Session, person_id: str) -> NewLink:
    """Make the one link of an account by which a password is set; an earlier one stops working."""
    person = get_person(session, person_id)
    if person.is_disabled:
        raise BadPerson("email", worded("This account is disabled; enable it first"))
    made = NewLink(secrets.token_urlsafe(24), clock.now() + LINK_LIFE)
    session.execute(delete(PersonLink).where(PersonLink.person_id == person_id))
    session.execute(
        insert(PersonLink).values(
            person_id=person_id, token_hash=_hash(made.token), expires_at=made.expires_at
        )
    )
    return made


def find_by_link(session: Session, token: str) -> Person | None:
    """Return whose link this is; None when it is unknown, used, over, or the account is disabled."""
    person_id = session.scalar(
        select(PersonLink.person_id)
        .join(Row, Row.id == PersonLink.person_id)
        .where(
            PersonLink.token_hash == _hash(token),
            PersonLink.expires_at > clock.now(),
            Row.is_disabled.is_(False),
        )
    )
    return get_person(session, person_id) if person_id else None


def use_link(session: Session, token: str, *, password: str, name: str | None = None) -> Person | None:
    """Set the password, and the name of somebody invited; the link is spent. None when it is no good.

    Raises BadPassword and BadPerson, and then the link still works.
    """
    person = find_by_link(session, token)
    if person is None:
        return None
    # Two who use it at once: the second finds it gone.
    link = delete(PersonLink).where(PersonLink.token_hash == _hash(token)).returning(PersonLink.person_id)
    if session.execute(link).first() is None:
        return None
    change_password(session, person.id, password=password)
    if name is not None:
        session.execute(update(Row).where(Row.id == person.id).values(name=clean_name(name)))
    return get_person(session, person.id)


def set_role(session: Session, person_id: str, role: str) -> Person:
    """Give another role and end the person's sign-ins; raises LastOwner, BadPerson, UnknownPerson."""
    role = parse_role(role)
    person = get_person(session, person_id)
    if role != Role.OWNER:
        _keep_an_owner(session, person_id)
    if role != person.role:
        session.execute(update(Row).where(Row.id == person_id).values(role=role))
        end_sessions(session, person_id)
    return get_person(session, person_id)


def set_disabled(session: Session, person_id: str, *, is_disabled: bool) -> Person:
    """Let somebody in no more, and end their sign-ins and link, or let them in again; raises LastOwner."""
    get_person(session, person_id)
    if is_disabled:
        _keep_an_owner(session, person_id)
        end_sessions(session, person_id)
        session.execute(delete(PersonLink).where(PersonLink.person_id == person_id))
    session.execute(update(Row).where(Row.id == person_id).values(is_disabled=is_disabled))
    return get_person(session, person_id)


def withdraw(session: Session, person_id: str) -> Person:
    """Delete an account that nobody has taken yet; raises BadPerson for one that is in use."""
    person = get_person(session, person_id)
    if not person.is_invited:
        raise BadPerson(
            "email", worded("This account is in use: disable it, so that the audit log stays readable")
        )
    session.execute(delete(Row).where(Row.id == person_id))
    return person


def parse_role(text: str) -> str:
    """Return the role of this name; raises BadPerson."""
    if text not in list(Role):
        raise BadPerson("role", worded("A role is one of %(roles)s", roles=", ".join(Role)))
    return text


def _keep_an_owner(session: Session, person_id: str) -> None:
    # Locked, so that two owners who demote each other at once do not both succeed.
    owners = session.scalars(
        select(Row)
        .where(Row.role == Role.OWNER, Row.is_disabled.is_(False), Row.is_invited.is_(False))
        .order_by(Row.id)
        .with_for_update()
    ).all()
    if [owner.id for owner in owners] == [person_id]:
        raise LastOwner


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
