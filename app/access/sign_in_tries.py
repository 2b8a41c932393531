"""How long a sign-in has to wait: by account and address, by address, and by account."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.orm import Session

from app.access.audit import has_signed_in_from
from app.access.failed_tries import (
    FREE_TRIES_FROM_ANYWHERE,
    FREE_TRIES_OF_AN_ADDRESS,
    add_failure,
    clear_failures,
    find_wait,
)
from app.access.people import find_person


@dataclass(frozen=True, slots=True)
class Try:
    """Somebody at an address who says that an account is theirs."""

    email: str
    address: str

    @property
    def pair(self) -> tuple[str, ...]:
        return ("sign-in", self.email.strip().casefold(), self.address)

    @property
    def whole_address(self) -> tuple[str, ...]:
        return ("sign-in at", self.address)

    @property
    def whole_account(self) -> tuple[str, ...]:
        return ("sign-in as", self.email.strip().casefold())


def find_sign_in_wait(session: Session, who: Try) -> timedelta:
    """Return how long this try must still wait.

    Guessing from many addresses is slowed by the account, trying many accounts by the address. Both spare
    somebody who signed in as this person from this address before: else a stranger could keep them out.
    """
    wait = find_wait(session, *who.pair)
    others = (
        find_wait(session, *who.whole_address, free=FREE_TRIES_OF_AN_ADDRESS),
        find_wait(session, *who.whole_account, free=FREE_TRIES_FROM_ANYWHERE),
    )
    if any(others):
        person = find_person(session, who.email)
        if person is None or not has_signed_in_from(session, person.id, who.address):
            wait = max(wait, *others)
    return wait


def add_failed_sign_in(session: Session, who: Try) -> None:
    for key in (who.pair, who.whole_address, who.whole_account):
        add_failure(session, *key)


def forgive(session: Session, who: Try) -> None:
    """Forget the failures of this account here; what others did at the address or to the account stays."""
    clear_failures(session, *who.pair)
