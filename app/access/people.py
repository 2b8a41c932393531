"""The people who sign in to the pages: their accounts and passwords."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import datetime

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app import clock
from app.access.passwords import BadPassword, check_new_password
from app.access.person_sessions import end_sessions
from app.access.setup_token import ensure_setup_token
from app.models.access import Person as Row, PersonLink
from app.words import worded

__all__ = [
    "BadPassword",
    "BadPerson",
    "Person",
    "UnknownPerson",
    "change_password",
    "check_password",
    "clean_name",
    "create_person",
    "ensure_setup_token",
    "find_person",
    "get_person",
    "has_owner",
    "list_people",
    "reset_password",
]

# OWASP's smallest Argon2id profile: 19 MiB, two passes, one lane.
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
# Each check takes 19 MiB: a burst of sign-ins must not take all memory, so the rest wait their turn.
_turns = threading.BoundedSemaphore(4)
# The hash of nothing in particular: an unknown account takes as long to refuse as a wrong password.
_DUMMY_HASH = (
    "$argon2id$v=19$m=19456,t=2,p=1$tMsqvUPSs0jtapmZjqo2tw$4EY6XopIASbAlLRcJiQIfqwfF8a9I7sZRJTo4vEkcAU"
)


class UnknownPerson(LookupError):
    """There is no account with this e-mail address or id."""


class BadPerson(ValueError):
    """The account cannot be kept as given; `field` names the part, the message is fit to show."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True)
class Person:
    id: str
    email: str
    name: str
    role: str
    is_disabled: bool
    is_invited: bool
    created_at: datetime
    last_sign_in_at: datetime | None

    @property
    def initials(self) -> str:
        """One or two letters that stand for the person where there is no room for the name."""
        words = [word for word in self.name.split() if word[0].isalnum()]
        return "".join(word[0] for word in words[:1] + words[1:][-1:]).upper() or "?"


def create_person(
    session: Session, *, email: str, name: str, password: str, role: str, is_invited: bool = False
) -> Person:
    """Add an account; raises BadPerson for a bad or known address, BadPassword for a weak password."""
    email, name = _clean_email(email), clean_name(name)
    check_new_password(password, about=(email, name))
    if session.scalar(select(Row.id).where(Row.email == email)):
        raise BadPerson("email", worded("There is an account with this e-mail address already"))
    row = Row(
        email=email,
        name=name,
        password_hash=_hash(password),
        role=role,
        is_invited=is_invited,
        created_at=clock.now(),
    )
    session.add(row)
    session.flush()
    return _to_value(row)


def clean_name(text: str) -> str:
    """Return a name as it is kept; raises BadPerson."""
    name = " ".join(text.split())
    if not name or len(name) > 200 or not name.isprintable():
        raise BadPerson("name", worded("Enter a name of 1 to 200 characters"))
    return name


def get_person(session: Session, person_id: str) -> Person:
    """Read one account; raises UnknownPerson."""
    row = session.get(Row, person_id)
    if row is None:
        raise UnknownPerson(f"there is no account {person_id!r}")
    return _to_value(row)


def find_person(session: Session, email: str) -> Person | None:
    """Look an account up by its e-mail address, in any case."""
    row = _find_row(session, email)
    return _to_value(row) if row else None


def list_people(session: Session) -> list[Person]:
    """List all accounts, oldest first."""
    return [_to_value(row) for row in session.scalars(select(Row).order_by(Row.id))]


def has_owner(session: Session) -> bool:
    """Tell whether anybody can sign in yet; until then the setup link is open."""
    return session.scalar(select(Row.id).where(Row.role == "owner").limit(1)) is not None


def check_password(session: Session, *, email: str, password: str) -> Person | None:
    """Return the person when the password is right and the account enabled.

    Takes about 30 ms whatever the outcome: call it outside a write transaction, or writers wait for it.
    """
    row = _find_row(session, email)
    is_right = _verify(row.password_hash if row else _DUMMY_HASH, password)
    return _to_value(row) if row and is_right and not row.is_disabled else None


def reset_password(session: Session, *, email: str, password: str) -> Person:
    """Give an account a new password and sign it out everywhere; raises UnknownPerson, BadPassword."""
    person = find_person(session, email)
    if person is None:
        raise UnknownPerson(f"there is no account with the address {email!r}")
    return change_password(session, person.id, password=password)


def change_password(
    session: Session, person_id: str, *, password: str, keep_token: str | None = None
) -> Person:
    """Set a new password; the person's link and sessions end, but the session of `keep_token` goes on."""
    person = get_person(session, person_id)
    check_new_password(password, about=(person.email, person.name))
    values = {"password_hash": _hash(password), "is_invited": False}
    session.execute(update(Row).where(Row.id == person_id).values(**values))
    session.execute(delete(PersonLink).where(PersonLink.person_id == person_id))
    end_sessions(session, person_id, keep_token=keep_token)
    return person


def _find_row(session: Session, email: str) -> Row | None:
    email = email.strip().casefold()
    # No address holds a control character, and PostgreSQL refuses even to look for a NUL.
    if len(email) > 254 or not email.isprintable():
        return None
    return session.scalar(select(Row).where(Row.email == email))


def _clean_email(text: str) -> str:
    email = text.strip().casefold()
    name, at, domain = email.rpartition("@")
    if (
        not (at and name and domain)
        or len(email) > 254
        or any(c.isspace() or not c.isprintable() for c in email)
    ):
        raise BadPerson("email", worded("Enter an e-mail address, like name@example.org"))
    return email


def _hash(password: str) -> str:
    with _turns:
        return _hasher.hash(password)


def _verify(password_hash: str, password: str) -> bool:
    with _turns:
        try:
            return _hasher.verify(password_hash, password)
        except (VerificationError, InvalidHashError):
            return False


def _to_value(row: Row) -> Person:
    return Person(
        id=row.id,
        email=row.email,
        name=row.name,
        role=row.role,
        is_disabled=row.is_disabled,
        is_invited=row.is_invited,
        created_at=row.created_at,
        last_sign_in_at=row.last_sign_in_at,
    )
