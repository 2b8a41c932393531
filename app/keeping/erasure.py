"""The erasure of a learner from beginning to end, each step in a transaction and safe to repeat."""

from __future__ import annotations

from dataclasses import asdict, replace

from sqlalchemy.orm import Session

from app import clock, db
from app.access.audit import Actor, write_audit
from app.access.audit_chain import ERASED_IN
from app.keeping.erased_list import keep_list
from app.keeping.erasing import Erased, erase, put_learner_on_list
from app.keeping.whereabouts import Whereabouts, find_whereabouts
from app.settings import Settings


def erase_learner(settings: Settings, learner_id: str, *, actor: Actor) -> Erased:
    """Erase a learner; raises UnknownLearner. Needs an application context and opens its own transactions.

    First nothing more comes in, then everything is looked for, then it is erased: reading every text there
    is must not keep SQLite's only writer waiting.
    """
    now = clock.now()
    db.transact(lambda session: put_learner_on_list(session, learner_id, now=now))
    with db.reading() as session:
        keep_list(session, settings.data_dir)
        found = find_whereabouts(session, learner_id, is_thorough=True)
    erased = db.transact(lambda session: _erase(session, found, actor))
    fold_log()
    return erased


def _erase(session: Session, found: Whereabouts, actor: Actor) -> Erased:
    """Erase what was found, and what has come in since."""
    newer = find_whereabouts(session, found.learner_id, is_thorough=False)
    whole = replace(
        newer,
        statements=found.statements | newer.statements,
        mentions=(found.mentions | newer.mentions) - newer.statements,
        agent_digests=found.agent_digests | newer.agent_digests,
        speaking=found.speaking,
    )
    erased = erase(session, whole, now=clock.now())
    counts = {name: str(value) for name, value in asdict(erased).items() if name != "learner_id"}
    if whole.audit_ids():
        counts[ERASED_IN] = " ".join(map(str, whole.audit_ids()))
    # Without whom: this entry stays, and the id leads nowhere any more.
    write_audit(session, actor=actor, action="learner.erased", target="a learner", detail=counts)
    return erased


def fold_log() -> None:
    """Let SQLite empty its write-ahead log, in which the erased rows may still be read."""
    engine = db.db.engine
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            connection.connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
