"""The list of erased people outside of the database, and putting it back into one that is restored."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app import clock
from app.db import on_conflict_insert
from app.keeping.backup_file import written_durably
from app.keeping.engines import opened, writing
from app.keeping.erasing import erase
from app.keeping.whereabouts import find_whereabouts
from app.learners.erased import digest_name, remember_key
from app.learners.values import IdentityKind, Name
from app.models.erased import ErasedIdentity
from app.models.learning import Identity, Learner
from app.settings import Settings

FILE_NAME = "erased-people"


@dataclass(frozen=True, slots=True)
class Listed:
    """One digest of the list."""

    digest: bytes
    person: str
    erased_at: datetime


def keep_list(session: Session, data_dir: Path) -> None:
    """Write the list beside the secret key: a backup that is older than an erasure knows nothing of it."""
    lines = [
        json.dumps([each.digest.hex(), each.person, clock.to_microseconds(each.erased_at)]) + "\n"
        for each in _read(session)
    ]
    with written_durably(data_dir / FILE_NAME) as file:
        file.writelines(line.encode() for line in lines)


def gather_list(settings: Settings) -> list[Listed]:
    """Return the list of the file, and of the database as far as it can be read."""
    listed = _read_file(settings.data_dir / FILE_NAME)
    try:
        with opened(settings.database_url) as engine, Session(engine) as session:
            listed += _read(session)
    except DBAPIError:
        # It is to be replaced, perhaps for being broken, or is older than the list.
        pass
    return list({each.digest: each for each in listed}.values())


def erase_listed(url: str, settings: Settings, listed: Iterable[Listed]) -> int:
    """Erase everybody on the list from another database of this version; returns how many were there."""
    with opened(url) as engine:
        remember_key(engine, settings.secret_key)
        with writing(engine) as connection, Session(connection) as session:
            for each in listed:
                values = {"digest": each.digest, "person": each.person, "erased_at": each.erased_at}
                row = on_conflict_insert(session, ErasedIdentity).values(**values)
                session.execute(row.on_conflict_do_nothing())
            session.flush()
        return _erase_known(engine)


def _erase_known(engine: Engine) -> int:
    with Session(engine) as session:
        digests = {each.digest for each in _read(session)}
        if not digests:
            return 0
        row = Identity
        query = select(row.learner_id, row.kind, row.namespace, row.value).order_by(row.id)
        learner_ids = {
            learner_id: None
            for learner_id, kind, namespace, value in session.execute(query)
            if digest_name(session, Name(IdentityKind(kind), namespace, value)) in digests
        }
    for learner_id in learner_ids:
        with writing(engine) as connection, Session(connection) as session:
            if session.get(Learner, learner_id) is not None:
                erase(session, find_whereabouts(session, learner_id, is_thorough=True), now=clock.now())
                session.flush()
    return len(learner_ids)


def _read(session: Session) -> list[Listed]:
    row = ErasedIdentity
    query = select(row.digest, row.person, row.erased_at).order_by(row.erased_at, row.digest)
    return [Listed(bytes(digest), person, erased_at) for digest, person, erased_at in session.execute(query)]


def _read_file(path: Path) -> list[Listed]:
    if not path.exists():
        return []
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    return [
        Listed(bytes.fromhex(digest), person, clock.from_microseconds(moment))
        for digest, person, moment in lines
    ]
