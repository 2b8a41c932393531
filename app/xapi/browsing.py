"""Lists of statements for people to look at, over several integrations."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter, itemgetter

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.catalog.identifiers import normalise_identifier
from app.models.learning import Course, CourseIdentifier, Identity, Learner
from app.models.records import Statement as Row
from app.xapi.attachments import list_attachments
from app.xapi.definitions import find_definitions
from app.xapi.formats import list_activity_digests
from app.xapi.identifiers import normalise_id
from app.xapi.links import Link
from app.xapi.queries import find_page
from app.xapi.query_rules import HIGHEST_KEY, LOWEST_KEY
from app.xapi.sentences import (
    Ids,
    Known,
    Sentence,
    list_ids,
    make_sentence,
    person_key,
)
from app.xapi.voiding import is_voiding
from app.xapi.wire import JsonObject

# No learner's or course's identifier is longer.
_LONGEST_KEY = 2000


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which statements: of these integrations, with one of `agents` and all other links, in a range of keys.

    `agents` None asks for anybody, an empty one for nobody. An id says all: only the integrations count then.
    """

    integration_ids: tuple[str, ...]
    agents: tuple[Link, ...] | None = None
    links: tuple[Link, ...] = ()
    after: int = LOWEST_KEY
    before: int = HIGHEST_KEY
    hides_voided: bool = False
    statement_id: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One statement in a list."""

    key: int
    integration_id: str
    statement_id: str
    sentence: Sentence
    ids: Ids
    stored_at: datetime
    timestamp: str
    is_voided: bool
    is_voiding: bool
    attachments: int
    kind: str
    text: bytes


def list_lines(
    session: Session, wanted: Wanted, *, limit: int, languages: Sequence[str], is_ascending: bool = False
) -> list[Line]:
    """Return the first of the wanted statements; ranges of indexes, one for each integration and agent."""
    if wanted.statement_id:
        return to_lines(session, _find_by_id(session, wanted), languages)
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
                is_ascending=is_ascending,
                is_voided=False if wanted.hides_voided else None,
            ),
        )
    ]
    merged = heapq.merge(*pages, key=itemgetter(0), reverse=not is_ascending)
    return to_lines(session, list(_first(merged, limit)), languages)


def _find_by_id(session: Session, wanted: Wanted) -> list[tuple[int, str, bytes]]:
    """Return the statements of an id: at most one of each integration."""
    query = select(Row.key, Row.integration_id, Row.payload).where(
        Row.integration_id.in_(wanted.integration_ids),
        Row.statement_id == normalise_id(wanted.statement_id),
    )
    # So few that the database need not be tempted to sort or to walk along the keys.
    rows = sorted(session.execute(query), key=attrgetter("key"), reverse=True)
    return [(row.key, row.integration_id, row.payload.encode()) for row in rows]


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


def to_lines(
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
        ids=list_ids(value),
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
