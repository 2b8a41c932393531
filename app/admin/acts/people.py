"""Acts on accounts and sign-ins."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.access import people, person_sessions
from app.access.audit import Actor, write_audit
from app.access.people import Person, change_password, create_person, has_owner
from app.access.setup_token import end_setup_token
from app.access.sign_in_tries import Try, add_failed_sign_in, forgive
from app.admin.acts import wizard
from app.settings import Settings


def found_organisation(
    session: Session, settings: Settings, *, email: str, name: str, password: str, address: str | None
) -> Person | None:
    """Make the owner's account and spend the setup token; None when somebody else was faster."""
    if has_owner(session):
        return None
    person = create_person(session, email=email, name=name, password=password, role="owner")
    end_setup_token(session, settings)
    wizard.move_on(session, wizard.ADDRESS)
    actor = Actor(id=person.id, name=person.name, address=address)
    write_audit(session, actor=actor, action="person.added", target=person.name, detail={"role": "owner"})
    return person


def sign_in(session: Session, actor: Actor, person: Person, *, user_agent: str, who: Try) -> str:
    """Begin a sign-in and return its token; earlier failures at this address are forgotten."""
    forgive(session, who)
    write_audit(session, actor=actor, action="person.signed_in", target=person.name)
    return person_sessions.start_session(session, person.id, address=actor.address, user_agent=user_agent)


def note_failed_sign_in(session: Session, actor: Actor, who: Try) -> None:
    """Count a failed try; only known addresses are written down, since people type passwords anywhere."""
    add_failed_sign_in(session, who)
    known = people.find_person(session, who.email)
    if known is not None:
        write_audit(session, actor=actor, action="person.sign_in_failed", target=known.name)


def sign_out(session: Session, actor: Actor, *, token: str) -> None:
    person_sessions.end_session(session, token)
    write_audit(session, actor=actor, action="person.signed_out", target=actor.name)


def set_own_password(session: Session, actor: Actor, person: Person, *, password: str, token: str) -> None:
    """Change a person's own password; the sign-in that did it goes on, all others end."""
    change_password(session, person.id, password=password, keep_token=token)
    write_audit(session, actor=actor, action="person.password_changed", target=person.name)
