"""Growing delays after failed tries, counted by key; nobody is ever locked out.

At sign-in the keys are: the account at this address, this address whatever the account, and the account from
wherever. Somebody who guesses makes these wait. The account's owner, at an address that they signed in from
before, waits for the failures of their own account there alone.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from app import clock
from app.models.access import FailedTry as Row

FREE_TRIES = 3
# Whole offices share an address, and many people forget their password on the same morning.
FREE_TRIES_OF_AN_ADDRESS = 20
FREE_TRIES_FROM_ANYWHERE = 10
LONGEST_WAIT = timedelta(seconds=60)
FORGOTTEN_AFTER = timedelta(hours=1)


def find_wait(session: Session, *key: str, free: int = FREE_TRIES) -> timedelta:
    """Return how long this key must still wait before its next try; zero when it need not."""
    row = session.execute(
        select(Row.count.label("failures"), Row.last_at).where(Row.key_hash == _hash(key))
    ).first()
    if row is None:
        return timedelta(0)
    since: timedelta = clock.now() - row.last_at
    # A failure from the future: the clock was set back, and nobody waits until it is there again.
    if since < -LONGEST_WAIT:
        return timedelta(0)
    return max(timedelta(0), delay_after(row.failures, free=free) - max(timedelta(0), since))


def delay_after(count: int, *, free: int = FREE_TRIES) -> timedelta:
    """Return the wait after this many failures in a row: none while they are free, then 1 s, 2 s … 60 s."""
    if count < free:
        return timedelta(0)
    return min(LONGEST_WAIT, timedelta(seconds=1 << min(count - free, 6)))


def add_failure(session: Session, *key: str) -> None:
    """Count one more failure of this key; old ones of all keys are forgotten on the way."""
    now = clock.now()
    session.execute(delete(Row).where(Row.last_at < now - FORGOTTEN_AFTER))
    changed = session.execute(
        update(Row)
        .where(Row.key_hash == _hash(key))
        .values(count=Row.count + 1, last_at=now)
        .returning(Row.count)
    ).first()
    if changed is None:
        session.execute(insert(Row).values(key_hash=_hash(key), count=1, last_at=now))


def clear_failures(session: Session, *key: str) -> None:
    session.execute(delete(Row).where(Row.key_hash == _hash(key)))


def _hash(key: tuple[str, ...]) -> bytes:
    return hashlib.sha256("\x00".join(key).encode("utf-8", "surrogatepass")).digest()
