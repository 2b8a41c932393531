"""What a text typed into the Inspector's search means: a request, a session, a statement or a learner."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.learners.values import IdentityKind
from app.models.access import Integration
from app.models.launches import Launch
from app.models.learning import Identity, Learner
from app.models.records import Exchange, FindingRow, Statement

# More people than this under one beginning of a name are no answer to who was meant.
MOST_LEARNERS = 20


@dataclass(frozen=True, slots=True)
class Found:
    """What a text stands for; at most one of the fields is set, none when nothing is called so."""

    launch_id: str = ""
    exchange_ids: tuple[str, ...] = ()
    learner_ids: tuple[str, ...] = ()


def find_meant(session: Session, typed: str) -> Found:
    """Look a text up: ids and identities are compared whole, names from their beginning."""
    if session.get(Exchange, typed) is not None:
        return Found(exchange_ids=(typed,))
    if session.get(Launch, typed) is not None:
        return Found(launch_id=typed)
    statements = select(Statement.exchange_id).where(
        Statement.integration_id.in_(select(Integration.id)), Statement.statement_id == typed.lower()
    )
    exchanges = tuple(session.scalars(statements.limit(MOST_LEARNERS)))
    if exchanges:
        # Another content under the same id (X6) was set aside: no statement, only the finding names it.
        aside = select(FindingRow.exchange_id).where(
            FindingRow.code == "X6", FindingRow.detail == f"statement {typed.lower()}"
        )
        more = session.scalars(aside.order_by(FindingRow.at.desc()).limit(MOST_LEARNERS))
        return Found(exchange_ids=tuple(dict.fromkeys((*exchanges, *more))))
    return Found(learner_ids=_find_learners(session, typed))


def list_names(session: Session, learner_id: str) -> tuple[str, ...]:
    """List every name that messages may give a learner."""
    return tuple(session.scalars(select(Identity.value).where(Identity.learner_id == learner_id)))


def _find_learners(session: Session, typed: str) -> tuple[str, ...]:
    if session.get(Learner, typed) is not None:
        return (typed,)
    folded = typed.casefold()
    named = select(Identity.learner_id).where(
        Identity.folded == folded, Identity.kind != IdentityKind.LEARNER.value
    )
    found = tuple(dict.fromkeys(session.scalars(named.limit(MOST_LEARNERS))))
    if found:
        return found
    by_name = select(Learner.id).where(Learner.sort_name.startswith(folded, autoescape=True))
    return tuple(session.scalars(by_name.order_by(Learner.sort_name).limit(MOST_LEARNERS)))
