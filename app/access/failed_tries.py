"""Growing delays after failed sign-ins, for each account at each address; nobody is ever locked out.

Somebody who guesses at one address makes that pair wait; the account's owner elsewhere does not notice.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from app import clock
from app.models.access import FailedTry as Row

FREE_TRIES = 3
LONGEST_WAIT = timedelta(seconds=60)
FORGOTTEN_AFTER = timedelta(hours=1)


def find_wait(session: Session, *key: str) -> timedelta:
    """Return how long this key must still wait before its next try; zero when it need not."""
    row = session.execute(
        select(Row.count.label("failures"), Row.last_at).where(Row.key_hash == _hash(key))
    ).first()
    if row is None:
        return timedelta(0)
    until: timedelta = row.last_at + delay_after(row.failures) - clock.now()
    return max(timedelta(0), until)


def delay_after(count: int) -> timedelta:
    """Return the wait after this many failures in a row: none for three, then 1 s, 2 s, 4 s … 60 s."""
    if count < FREE_TRIES:
        return timedelta(0)
    return min(LONGEST_WAIT, timedelta(seconds=1 << min(count - FREE_TRIES, 6)))


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
