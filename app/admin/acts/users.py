"""Acts of owners on other people's accounts, and of those who use the links that owners make."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.access import accounts
from app.access.accounts import NewLink
from app.access.audit import Actor, write_audit
from app.access.people import Person, get_person
from app.access.person_sessions import end_session_of, end_sessions


def invite(
    session: Session, actor: Actor, *, email: str, role: str, name: str = ""
) -> tuple[Person, NewLink]:
    """Add an account and the link that lets its person take it; raises BadPerson."""
    person, link = accounts.invite(session, email=email, role=role, name=name)
    write_audit(session, actor=actor, action="person.invited", target=person.email, detail={"role": role})
    return person, link


def make_link(session: Session, actor: Actor, person_id: str) -> NewLink:
    """Make a link for setting a new password; raises BadPerson for a disabled account."""
    link = accounts.make_link(session, person_id)
    write_audit(session, actor=actor, action="person.link_made", target=get_person(session, person_id).email)
    return link


def use_link(
    session: Session, address: str | None, token: str, *, password: str, name: str | None
) -> Person | None:
    """Take an account, or set a new password; None when the link is no good any more."""
    person = accounts.use_link(session, token, password=password, name=name)
    if person is not None:
        actor = Actor(id=person.id, name=person.name, address=address)
        action = "person.password_reset" if name is None else "person.joined"
        write_audit(session, actor=actor, action=action, target=person.email)
    return person


def set_role(session: Session, actor: Actor, person_id: str, role: str) -> Person:
    """Give another role; raises LastOwner, BadPerson."""
    before = get_person(session, person_id)
    after = accounts.set_role(session, person_id, role)
    if after.role != before.role:
        detail = {"role": f"{before.role} → {after.role}"}
        write_audit(session, actor=actor, action="person.role_changed", target=after.email, detail=detail)
    return after


def set_disabled(session: Session, actor: Actor, person_id: str, *, is_disabled: bool) -> Person:
    """Disable or enable an account; raises LastOwner."""
    before = get_person(session, person_id)
    after = accounts.set_disabled(session, person_id, is_disabled=is_disabled)
    if after.is_disabled != before.is_disabled:
        action = "person.disabled" if is_disabled else "person.enabled"
        write_audit(session, actor=actor, action=action, target=after.email)
    return after


def withdraw(session: Session, actor: Actor, person_id: str) -> Person:
    """Delete an account that nobody has taken yet; raises BadPerson."""
    person = accounts.withdraw(session, person_id)
    write_audit(session, actor=actor, action="person.withdrawn", target=person.email)
    return person


def end_one_session(session: Session, actor: Actor, person_id: str, key: str) -> bool:
    """End one sign-in of a person; False when it has ended already."""
    is_ended = end_session_of(session, person_id, key)
    if is_ended:
        _note_ended(session, actor, person_id, 1)
    return is_ended


def end_all_sessions(session: Session, actor: Actor, person_id: str, *, keep_token: str | None = None) -> int:
    """End a person's sign-ins, but for the one of `keep_token`; returns how many ended."""
    count = end_sessions(session, person_id, keep_token=keep_token)
    if count:
        _note_ended(session, actor, person_id, count)
    return count


def _note_ended(session: Session, actor: Actor, person_id: str, count: int) -> None:
    target = get_person(session, person_id).email
    detail = {"sessions": str(count)}
    write_audit(session, actor=actor, action="person.sessions_ended", target=target, detail=detail)
