"""One statement for people to look at: what it holds, what it changed and what refers to it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models.access import Credential, Integration
from app.models.learning import Course, CourseIdentifier, Identity, Learner, Observation
from app.models.records import Exchange, Statement as Row
from app.models.store import Attachment
from app.progress.values import Channel
from app.xapi.attachments import Part, list_attachments
from app.xapi.browsing import Line, to_lines
from app.xapi.definitions import find_definitions
from app.xapi.formats import list_activity_digests
from app.xapi.links import find_target
from app.xapi.progress_map import find_event_time
from app.xapi.sentences import Fact, choose_text, list_facts
from app.xapi.wire import JsonObject

_REFERRERS_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Moved:
    """What a statement said of a learner's progress in a course."""

    learner_id: str
    learner_name: str
    course_id: str
    course_title: str
    status: str
    percent: float | None
    is_withdrawn: bool


@dataclass(frozen=True, slots=True)
class Near:
    """A statement that refers to the one shown, or that it refers to."""

    key: int
    statement_id: str
    is_voiding: bool


@dataclass(frozen=True, slots=True)
class File:
    """An attachment: what the statement says of it; `size_bytes` is None when its data is not here."""

    number: int
    name: str
    usage: str
    content_type: str
    sha2: str
    file_url: str
    size_bytes: int | None


@dataclass(frozen=True, slots=True)
class Shown:
    """One statement with everything that is known of it."""

    line: Line
    happened_at: datetime | None
    integration_name: str
    client_id: str | None
    exchange_id: str | None
    facts: tuple[Fact, ...]
    moved: tuple[Moved, ...]
    target: Near | None
    target_id: str | None
    referrers: tuple[Near, ...]
    files: tuple[File, ...]


def get_shown(session: Session, key: int, *, languages: Sequence[str]) -> Shown | None:
    """Return one statement with all about it; None when there is none."""
    query = (
        select(
            Row.key, Row.integration_id, Row.payload, Row.exchange_id, Integration.name, Credential.client_id
        )
        .join(Integration, Integration.id == Row.integration_id)
        .outerjoin(Credential, Credential.id == Row.credential_id)
        .where(Row.key == key)
    )
    row = session.execute(query).first()
    if row is None:
        return None
    text = row.payload.encode()
    value: JsonObject = orjson.loads(text)
    [line] = to_lines(session, [(row.key, row.integration_id, text)], languages)
    definitions = find_definitions(session, row.integration_id, list_activity_digests([text]))
    target_id = find_target(value)
    referrers = _referrers(session, row.integration_id, line.statement_id)
    kept = session.scalars(select(Exchange.id).where(Exchange.id == row.exchange_id)).first()
    return Shown(
        line=line,
        happened_at=find_event_time(line.timestamp),
        integration_name=row.name,
        client_id=row.client_id,
        exchange_id=kept,
        facts=tuple(list_facts(value, definitions, languages)),
        moved=tuple(_moved(session, key)),
        target=None if target_id is None else _near(session, row.integration_id, target_id),
        target_id=target_id,
        referrers=tuple(referrers),
        files=tuple(_files(session, row.integration_id, value, languages)),
    )


def read_file(
    session: Session, key: int, number: int, *, languages: Sequence[str]
) -> tuple[File, Part] | None:
    """Return one attachment of a statement with its data; None when there is no such, or no data of it."""
    row = session.execute(select(Row.integration_id, Row.payload).where(Row.key == key)).first()
    if row is None:
        return None
    files = list(_files(session, row.integration_id, orjson.loads(row.payload), languages))
    if number >= len(files):
        return None
    query = select(Attachment.sha2, Attachment.content_type, Attachment.body).where(
        Attachment.integration_id == row.integration_id, Attachment.sha2 == files[number].sha2.lower()
    )
    found = session.execute(query).first()
    return None if found is None else (files[number], Part(found.sha2, found.content_type, found.body))


def _moved(session: Session, key: int) -> Iterator[Moved]:
    query = (
        select(
            Learner.id.label("learner_id"),
            Learner.name,
            Course.id.label("course_id"),
            Course.title,
            Observation.status,
            Observation.percent,
            Observation.is_withdrawn,
        )
        .join(Identity, Identity.id == Observation.identity_id)
        .join(Learner, Learner.id == Identity.learner_id)
        .join(CourseIdentifier, CourseIdentifier.id == Observation.identifier_id)
        .join(Course, Course.id == CourseIdentifier.course_id)
        .where(Observation.source == str(key), Observation.channel == Channel.XAPI.value)
    )
    for row in session.execute(query):
        yield Moved(
            row.learner_id,
            row.name,
            row.course_id,
            row.title,
            row.status,
            row.percent,
            row.is_withdrawn,
        )


def _referrers(session: Session, integration_id: str, statement_id: str) -> Iterator[Near]:
    """Yield some of the statements about this one, those that void it first: there may be any number."""
    query = (
        select(Row.key, Row.statement_id, Row.is_voiding)
        .where(Row.integration_id == integration_id, Row.target_id == statement_id)
        .order_by(Row.is_voiding.desc(), Row.key)
        .limit(_REFERRERS_SHOWN)
    )
    for row in session.execute(query):
        yield Near(row.key, row.statement_id, row.is_voiding)


def _near(session: Session, integration_id: str, statement_id: str) -> Near | None:
    query = select(Row.key, Row.statement_id, Row.is_voiding).where(
        Row.integration_id == integration_id, Row.statement_id == statement_id
    )
    row = session.execute(query).first()
    return None if row is None else Near(row.key, row.statement_id, row.is_voiding)


def _files(
    session: Session, integration_id: str, value: JsonObject, languages: Sequence[str]
) -> Iterator[File]:
    described = [one for _, one in list_attachments(value)]
    hashes = [str(one.get("sha2", "")).lower() for one in described]
    query = select(Attachment.sha2, Attachment.size_bytes).where(
        Attachment.integration_id == integration_id, Attachment.sha2.in_(hashes)
    )
    sizes = {row.sha2: row.size_bytes for row in session.execute(query)} if hashes else {}
    for number, (one, sha2) in enumerate(zip(described, hashes, strict=True)):
        yield File(
            number=number,
            name=choose_text(one.get("display"), languages),
            usage=str(one.get("usageType", "")),
            content_type=str(one.get("contentType", "")),
            sha2=sha2,
            file_url=str(one.get("fileUrl", "")),
            size_bytes=sizes.get(sha2),
        )
