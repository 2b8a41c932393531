"""Statements for people to look at: lists over several integrations, and one with what it did."""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.catalog.identifiers import normalise_identifier
from app.models.access import Credential, Integration
from app.models.learning import Course, CourseIdentifier, Identity, Learner, Observation
from app.models.records import Exchange, Statement as Row
from app.models.store import Attachment
from app.progress.values import Channel
from app.xapi.attachments import Part, list_attachments
from app.xapi.definitions import find_definitions
from app.xapi.formats import list_activity_digests
from app.xapi.links import Kind, Link, agent_text, digest, find_target
from app.xapi.queries import find_page
from app.xapi.query_rules import HIGHEST_KEY, LOWEST_KEY
from app.xapi.sentences import (
    Fact,
    Known,
    Sentence,
    choose_text,
    list_facts,
    make_sentence,
    person_key,
)
from app.xapi.targeting import list_referrers
from app.xapi.voiding import is_voiding
from app.xapi.wire import JsonObject

_REFERRERS_SHOWN = 20
# No learner's or course's identifier is longer.
_LONGEST_KEY = 2000


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which statements: of these integrations, with one of `agents` and all other links, in a range of keys.

    `agents` None asks for anybody, an empty one for nobody.
    """

    integration_ids: tuple[str, ...]
    agents: tuple[Link, ...] | None = None
    links: tuple[Link, ...] = ()
    after: int = LOWEST_KEY
    before: int = HIGHEST_KEY
    hides_voided: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One statement in a list."""

    key: int
    integration_id: str
    statement_id: str
    sentence: Sentence
    stored_at: datetime
    timestamp: str
    is_voided: bool
    is_voiding: bool
    attachments: int
    kind: str
    text: bytes


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
    integration_name: str
    client_id: str | None
    exchange_id: str | None
    facts: tuple[Fact, ...]
    moved: tuple[Moved, ...]
    target: Near | None
    target_id: str | None
    referrers: tuple[Near, ...]
    files: tuple[File, ...]


def list_lines(session: Session, wanted: Wanted, *, limit: int, languages: Sequence[str]) -> list[Line]:
    """Return the newest of the wanted statements; ranges of indexes, one for each integration and agent."""
    pages = [
        [(key, integration_id, text) for key, text in page.statements]
        for integration_id in wanted.integration_ids
        for links in _links(wanted)
        for page in (
            find_page(
                session,
                integration_id,
                links,
                after=wanted.after,
                before=wanted.before,
                limit=limit,
                is_ascending=False,
                is_voided=False if wanted.hides_voided else None,
            ),
        )
    ]
    merged = heapq.merge(*pages, key=lambda found: -found[0])
    return _to_lines(session, list(_first(merged, limit)), languages)


def find_key(session: Session, integration_ids: Collection[str], statement_id: str) -> int | None:
    """Return the key of a statement by its id, in the first of these integrations that has it."""
    query = select(Row.key).where(
        Row.integration_id.in_(integration_ids), Row.statement_id == statement_id.lower()
    )
    return session.scalars(query.order_by(Row.key.desc()).limit(1)).first()


def find_agents(session: Session, text: str) -> tuple[Link, ...]:
    """Return the links of everybody whose address, user id or account name this may be."""
    texts = {agent_text({"openid": text}), agent_text({"mbox": text})}
    query = select(Identity.kind, Identity.namespace, Identity.value, Identity.home_page).where(
        Identity.folded == text.lower()
    )
    for row in session.execute(query.limit(100)):
        if row.kind in ("user_id", "account"):
            home_page = row.home_page or row.namespace or None
            texts.add(agent_text({"account": {"homePage": home_page, "name": row.value}}))
        elif row.kind == "email":
            texts.add(agent_text({"mbox": row.value}))
    return tuple((int(Kind.AGENT), digest(each)) for each in sorted(filter(None, texts)))


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
    [line] = _to_lines(session, [(row.key, row.integration_id, text)], languages)
    definitions = find_definitions(session, row.integration_id, list_activity_digests([text]))
    target_id = find_target(value)
    referrers = list_referrers(session, row.integration_id, line.statement_id)[:_REFERRERS_SHOWN]
    kept = session.scalars(select(Exchange.id).where(Exchange.id == row.exchange_id)).first()
    return Shown(
        line=line,
        integration_name=row.name,
        client_id=row.client_id,
        exchange_id=kept,
        facts=tuple(list_facts(value, definitions, languages)),
        moved=tuple(_moved(session, key)),
        target=None if target_id is None else _near(session, row.integration_id, target_id),
        target_id=target_id,
        referrers=tuple(Near(each.key, each.statement_id, each.is_voiding) for each in referrers),
        files=tuple(_files(session, row.integration_id, value, languages)),
    )


def read_file(session: Session, key: int, number: int) -> tuple[File, Part] | None:
    """Return one attachment of a statement with its data; None when there is no such, or no data of it."""
    row = session.execute(select(Row.integration_id, Row.payload).where(Row.key == key)).first()
    if row is None:
        return None
    files = list(_files(session, row.integration_id, orjson.loads(row.payload), ()))
    if number >= len(files):
        return None
    query = select(Attachment.sha2, Attachment.content_type, Attachment.body).where(
        Attachment.integration_id == row.integration_id, Attachment.sha2 == files[number].sha2.lower()
    )
    found = session.execute(query).first()
    return None if found is None else (files[number], Part(found.sha2, found.content_type, found.body))


def _links(wanted: Wanted) -> Iterable[tuple[Link, ...]]:
    if wanted.agents is None:
        return [wanted.links]
    return [(agent, *wanted.links) for agent in wanted.agents]


def _first(found: Iterable[tuple[int, str, bytes]], limit: int) -> Iterator[tuple[int, str, bytes]]:
    """Yield the first ones, each once: a statement may name a person in two ways."""
    last, count = None, 0
    for each in found:
        if each[0] != last and count < limit:
            yield each
            count += 1
        last = each[0]


def _to_lines(
    session: Session, found: Sequence[tuple[int, str, bytes]], languages: Sequence[str]
) -> list[Line]:
    marks = _marks(session, [key for key, _, _ in found])
    definitions: dict[str, Mapping[bytes, JsonObject]] = {}
    for integration_id in {each for _, each, _ in found}:
        digests = list_activity_digests([text for _, each, text in found if each == integration_id])
        definitions[integration_id] = find_definitions(session, integration_id, digests)
    values: list[JsonObject] = [orjson.loads(text) for _, _, text in found]
    known = _find_known(session, values)
    return [
        _to_line(key, integration_id, text, value, marks[key], sentence)
        for (key, integration_id, text), value in zip(found, values, strict=True)
        for sentence in (make_sentence(value, definitions[integration_id], languages, known),)
    ]


def _find_known(session: Session, values: Sequence[JsonObject]) -> Known:
    """Return the names of the learners and courses that statements name by their ids only."""
    people, things = set(), set()
    for value in values:
        actor, thing = value.get("actor"), value.get("object")
        if isinstance(actor, dict):
            people.add(person_key(actor)[:_LONGEST_KEY])
        if isinstance(thing, dict):
            things.add(normalise_identifier(str(thing.get("id", "")))[:_LONGEST_KEY])
    learners = (
        select(Identity.folded, Learner.name)
        .join(Learner, Learner.id == Identity.learner_id)
        .where(Identity.folded.in_(people - {""}), Learner.is_provisional.is_(False))
    )
    courses = (
        select(CourseIdentifier.value, Course.title)
        .join(Course, Course.id == CourseIdentifier.course_id)
        .where(CourseIdentifier.value.in_(things - {""}), Course.is_stub.is_(False))
    )
    return Known(
        {row.folded: row.name for row in session.execute(learners)},
        {row.value: row.title for row in session.execute(courses)},
    )


def _to_line(
    key: int,
    integration_id: str,
    text: bytes,
    value: JsonObject,
    mark: tuple[str, bool],
    sentence: Sentence,
) -> Line:
    thing = value.get("object")
    kind = thing.get("objectType", "Activity") if isinstance(thing, dict) else "Activity"
    timestamp = value.get("timestamp")
    return Line(
        key=key,
        integration_id=integration_id,
        statement_id=mark[0],
        sentence=sentence,
        stored_at=clock.from_microseconds(key >> 10),
        timestamp=timestamp if isinstance(timestamp, str) else "",
        is_voided=mark[1],
        is_voiding=is_voiding(value),
        attachments=sum(1 for _ in list_attachments(value)),
        kind=str(kind),
        text=text,
    )


def _marks(session: Session, keys: Sequence[int]) -> dict[int, tuple[str, bool]]:
    """Return the id of each statement, and whether it is voided."""
    query = select(Row.key, Row.statement_id, Row.is_voided).where(Row.key.in_(keys))
    return {row.key: (row.statement_id, row.is_voided) for row in session.execute(query)}


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
