"""The list of erased people, by keyed digests of their names: late messages bring nobody back."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import Engine, delete, select
from sqlalchemy.orm import Session

from app.db import on_conflict_insert
from app.learners.values import BadLearner, IdentityKind, Name, normalise_value
from app.models.base import new_id, table_of
from app.models.erased import ErasedIdentity as Row
from app.prepared import Asked, Prepared
from app.words import worded

_OPTION = "waymark_erased_key"
_NAMES_AT_ONCE = 500
_ANY = Prepared(select(table_of(Row).c.digest).limit(1))


class ErasedLearner(BadLearner):
    """The name is of somebody who was erased here."""


def remember_key(engine: Engine, secret_key: str) -> None:
    """Let every session of this engine digest names: whoever has the database alone cannot try them."""
    key = hashlib.sha256(b"waymark erased people\0" + secret_key.encode()).digest()
    engine.update_execution_options(**{_OPTION: key})


def digest_name(session: Session, name: Name) -> bytes:
    """Return what is kept of a name; case makes no difference."""
    key = session.get_bind().get_execution_options()[_OPTION]
    text = "\0".join((name.kind.value, name.namespace.casefold(), name.value.casefold()))
    return hmac.digest(key, text.encode("utf-8", "surrogatepass"), "sha256")


def ask_any(session: Session) -> Asked:
    """Ask, in the round of whatever is asked next, whether anybody was ever erased."""
    return _ANY.ask(session)


def find_erased(session: Session, names: Collection[Name]) -> set[Name]:
    """Return those of the names that are on the list."""
    digests = {digest_name(session, name): name for name in names}
    listed, found = list(digests), set()
    for start in range(0, len(listed), _NAMES_AT_ONCE):
        some = listed[start : start + _NAMES_AT_ONCE]
        found |= {
            digests[bytes(each)] for each in session.scalars(select(Row.digest).where(Row.digest.in_(some)))
        }
    return found


def check_not_erased(session: Session, kind: IdentityKind, namespace: str, value: str) -> None:
    """Raise ErasedLearner for a name that is on the list; our own ids are never given twice."""
    if kind is IdentityKind.LEARNER or not find_erased(session, [Name(kind, namespace, value)]):
        return
    raise ErasedLearner(
        worded("somebody of this name was erased here: `learner readmit` lets them come back")
    )


def put_on_list(session: Session, digests: Iterable[bytes], at: datetime) -> None:
    """Add the digests of one person's names."""
    person = new_id()
    for digest in digests:
        values = {"digest": digest, "person": person, "erased_at": at}
        session.execute(on_conflict_insert(session, Row).values(**values).on_conflict_do_nothing())


def readmit(session: Session, kind: IdentityKind, value: str, *, namespace: str = "") -> int:
    """Take the person of this name off the list, with all their names; returns how many these were."""
    digest = digest_name(session, Name(kind, namespace, normalise_value(kind, value)))
    person = session.scalar(select(Row.person).where(Row.digest == digest))
    if person is None:
        return 0
    return len(session.scalars(delete(Row).where(Row.person == person).returning(Row.digest)).all())
