"""Erase one learner: their rows go, others' rows lose their names, and counts stay what they were.

Progress and observations move to a learner without a name, so that no course's numbers change.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

import orjson
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from app.access.audit_chain import forget_salts
from app.db import Base
from app.keeping.personal import SPEAKING
from app.keeping.whereabouts import (
    AT_ONCE,
    Key,
    Whereabouts,
    find_traces,
    in_any,
    is_lenient,
    list_exchanges,
    select_rows,
)
from app.learners.erased import digest_name, put_on_list
from app.learners.service import name_columns, own_identity
from app.learners.values import IdentityKind
from app.models.base import new_id
from app.models.delivery import Delivery
from app.models.imports import LearnerSheet
from app.models.learning import Learner, Observation, ProgressDecision, ProgressRow
from app.models.records import Exchange, FindingRow, Statement
from app.models.store import Attachment, AttachmentUse, Document, StatementLink, XapiAgent
from app.xapi.agent_names import without
from app.xapi.links import Kind, digest
from app.xapi.raw_text import read_exactly
from app.xapi.wire import JsonObject

NOBODY = "Erased learner"


@dataclass(frozen=True, slots=True)
class Erased:
    """What became of one learner's data, in numbers."""

    learner_id: str
    statements: int
    mentions: int
    sessions: int
    courses: int
    identities: int


def put_learner_on_list(session: Session, learner_id: str, *, now: datetime) -> None:
    """Let nothing more come in of a learner who is about to be erased; raises UnknownLearner."""
    names = [name for name in find_traces(session, learner_id).names if name.kind is not IdentityKind.LEARNER]
    put_on_list(session, {digest_name(session, name) for name in names}, now)


def erase(session: Session, found: Whereabouts, *, now: datetime) -> Erased:
    """Erase what was found of a learner."""
    courses = _move_progress(session, found, now)
    exchanges = list_exchanges(session, found)
    _erase_statements(session, found)
    _clean_mentions(session, found)
    _erase_store(session, found)
    _erase_deliveries(session, found)
    _clean_exchanges(session, exchanges)
    for name, keys in found.speaking.items():
        _clean_rows(session, found, name, keys)
    session.execute(delete(LearnerSheet))
    forget_salts(session, found.audit_ids())
    session.execute(delete(Learner).where(Learner.id.in_(found.learner_ids)))
    return Erased(
        learner_id=found.learner_id,
        statements=len(found.statements),
        mentions=len(found.mentions),
        sessions=len(found.launch_ids),
        courses=courses,
        identities=len(found.identity_ids),
    )


def _move_progress(session: Session, found: Whereabouts, now: datetime) -> int:
    """Give progress and what it was computed from to a learner whom nothing leads to or from."""
    row = Learner
    is_demo = bool(session.scalar(select(row.is_demo).where(row.id == found.learner_id)))
    has_any = select(func.count()).select_from(ProgressRow)
    courses = session.scalar(has_any.where(ProgressRow.learner_id.in_(found.learner_ids))) or 0
    if not courses:
        return 0
    nobody = new_id()
    session.execute(
        insert(row).values(
            id=nobody, **name_columns(NOBODY), is_provisional=False, is_demo=is_demo, created_at=now
        )
    )
    identity_id = own_identity(session, nobody).id
    session.execute(
        update(ProgressRow).where(ProgressRow.learner_id.in_(found.learner_ids)).values(learner_id=nobody)
    )
    for some in in_any(Observation.identity_id, found.identity_ids):
        _rename_sources(
            session,
            identity_id,
            session.execute(select(Observation.id, Observation.source).where(some)).all(),
        )
    for some in in_any(ProgressDecision.identity_id, found.identity_ids):
        values = {"identity_id": identity_id, "reason": "", "attempts": "[]"}
        session.execute(update(ProgressDecision).where(some).values(values))
    return courses


def _rename_sources(session: Session, identity_id: int, rows: Sequence[object]) -> None:
    """Part observations from the messages they came from; those of one message stay together."""
    sources: dict[str, str] = {}
    for observation_id, source in cast(Sequence[tuple[int, str]], rows):
        values = {
            "identity_id": identity_id,
            "source": sources.setdefault(source, new_id()),
            "evidence_kind": "erased",
            "evidence_id": "",
        }
        session.execute(update(Observation).where(Observation.id == observation_id).values(values))


def _clean_exchanges(session: Session, exchanges: Sequence[str]) -> None:
    """Leave the line of what happened when, without bodies and without who."""
    values = {
        "request_body": None,
        "reply_body": None,
        "repairs": "",
        "changes": "",
        "learner_id": None,
        "launch_id": None,
        "statement_key": None,
        "client_address": "",
        "user_agent": "",
        "is_parked": False,
    }
    for some in in_any(Exchange.id, exchanges):
        session.execute(update(Exchange).where(some).values(values))
    for some in in_any(FindingRow.exchange_id, exchanges):
        session.execute(update(FindingRow).where(some).values(detail=""))


def _erase_statements(session: Session, found: Whereabouts) -> None:
    hashes = _list_attachments(session, found)
    for some in in_any(StatementLink.key, found.statements):
        session.execute(delete(StatementLink).where(some))
    for some in in_any(Statement.key, found.statements):
        session.execute(delete(Statement).where(some))
    for integration_id, sha2 in hashes:
        _erase_attachment(session, integration_id, sha2)


def _list_attachments(session: Session, found: Whereabouts) -> set[tuple[str, str]]:
    """Return integration and hash of the data that the learner's own statements speak of."""
    hashes = set()
    for some in in_any(Statement.key, found.statements):
        for integration_id, payload in session.execute(
            select(Statement.integration_id, Statement.payload).where(some)
        ):
            if '"attachments"' in payload:
                known = select(Attachment.sha2).where(Attachment.integration_id == integration_id)
                hashes |= {(integration_id, sha2) for sha2 in session.scalars(known) if sha2 in payload}
    return hashes


def _erase_attachment(session: Session, integration_id: str, sha2: str) -> None:
    """Erase an attachment's data unless a statement that stays speaks of it."""
    others = select(Statement.key).where(
        Statement.integration_id == integration_id, Statement.payload.contains(sha2, autoescape=True)
    )
    if session.execute(others.limit(1)).first() is not None:
        return
    place = (Attachment.integration_id == integration_id) & (Attachment.sha2 == sha2)
    size = session.scalar(delete(Attachment).where(place).returning(Attachment.size_bytes))
    session.execute(
        update(AttachmentUse)
        .where(AttachmentUse.integration_id == integration_id)
        .values(size_bytes=AttachmentUse.size_bytes - (size or 0))
    )


def _clean_mentions(session: Session, found: Whereabouts) -> None:
    """Put nobody into the learner's place in statements of others.

    Statements never change (xAPI 1.0.3 Part 2 §2.4); the right to be erased stands above that.
    """
    lenient = is_lenient(session)
    for some in in_any(Statement.key, found.mentions):
        query = select(Statement.key, Statement.integration_id, Statement.payload).where(some)
        for key, integration_id, payload in session.execute(query).all():

            def is_gone(agent: JsonObject, of: str = integration_id) -> bool:
                return found.traces.is_them(agent, is_lenient=lenient[of])

            text = str(found.traces.clean(orjson.dumps(without(read_exactly(payload), is_gone)).decode()))
            values = {"payload": text, "content_hash": hashlib.sha256(text.encode()).digest()}
            session.execute(update(Statement).where(Statement.key == key).values(values))


def _erase_store(session: Session, found: Whereabouts) -> None:
    """Erase what else the record store keeps under the learner's names."""
    kinds = (int(Kind.AGENT), int(Kind.AGENT_ANY))
    for integration_id in is_lenient(session):
        for some in in_any(StatementLink.value, found.agent_digests):
            link = StatementLink
            place = (link.integration_id == integration_id) & link.kind.in_(kinds)
            session.execute(delete(link).where(place, some))
    for some in in_any(XapiAgent.digest, found.agent_digests):
        session.execute(delete(XapiAgent).where(some))
    for some in in_any(Document.agent, found.agent_digests):
        session.execute(delete(Document).where(some))


def _erase_deliveries(session: Session, found: Whereabouts) -> None:
    """Erase outbox and dead letters with their tries; what was sent already is the receiver's to erase."""
    session.execute(delete(Delivery).where(Delivery.learner_id.in_(found.learner_ids)))
    for some in in_any(Delivery.launch_id, found.launch_ids):
        session.execute(delete(Delivery).where(some))
    for some in in_any(Delivery.statement_key, found.statements):
        session.execute(delete(Delivery).where(some))


def _clean_rows(session: Session, found: Whereabouts, name: str, keys: Sequence[Key]) -> None:
    """Take the learner's words out of rows that stay; a row that is called by such a word goes."""
    table = Base.metadata.tables[name]
    key, columns = list(table.primary_key.columns), SPEAKING[name]
    is_called_so = any(column.name in columns for column in key)
    for start in range(0, len(keys), AT_ONCE):
        for row in session.execute(select_rows(table, columns, keys[start : start + AT_ONCE])).all():
            same = [column == value for column, value in zip(key, row, strict=False)]
            if is_called_so:
                session.execute(delete(table).where(*same))
                continue
            texts = dict(zip(columns, row[len(key) :], strict=True))
            cleaned = {column: found.traces.clean(value) for column, value in texts.items()}
            session.execute(update(table).where(*same).values({**cleaned, **_digests(name, cleaned)}))


def _digests(name: str, cleaned: Mapping[str, object]) -> dict[str, object]:
    """Return what a document is found and told by, after it was changed."""
    if name != "document":
        return {}
    etag = hashlib.sha1(cast(bytes, cleaned["body"]), usedforsecurity=False).hexdigest()
    return {"name_digest": digest(str(cleaned["name"])), "etag": etag}
