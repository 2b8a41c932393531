"""Statements: each in a line. The statements themselves are read over xAPI, by who may."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from marshmallow import ValidationError, fields, validates_schema
from sqlalchemy.orm import Session

from app import clock
from app.access.integrations import Kind, list_integrations
from app.api.cursors import decode_cursor, encode_cursor
from app.api.nouns import Item, Missing, Noun, Page, Wanted, moment
from app.api.parts import ListQuery, Record, choice, query_id, query_moment, query_of_format, query_text
from app.xapi.browsing import Line, Wanted as Search, list_lines
from app.xapi.people_filter import find_agents
from app.xapi.query_rules import HIGHEST_KEY
from app.xapi.statement_filter import LONGEST_KEY, NAMES, StatementFilter, make_wanted, read_filter

_LANGUAGES = ("en",)
# Statements are mostly small, and may be of megabytes.
_MOST_AT_ONCE = 100


class StatementQuery(ListQuery):
    integration = query_id("One integration.")
    person = query_text("ana@example.com", "A name, e-mail address, user id or account.")
    verb = query_text("completed", "A known verb's word, or its id.")
    activity = query_text("urn:li:lyndaCourse:77", "An activity id, wherever in the statement.")
    registration = query_of_format("uuid", "0d1f0e5c-8a4f-4a52-9d5b-2c9a4e1f7b10", "A registration, a UUID.")
    since = query_of_format("date", "2026-11-28", "The first day of storing, of the organisation's zone.")
    until = query_of_format("date", "2026-11-28", "The last day of storing.")
    id = query_text("0d1f0e5c-8a4f-4a52-9d5b-2c9a4e1f7b11", "A statement id.")
    voided = choice("Leaves out what was voided.", "no")
    updated_since = query_moment("Statements that were stored at this moment or later.")

    @validates_schema
    def check_filters(self, data: Mapping[str, Any], **_: Any) -> None:
        for name, sentence in _filter(data).faults:
            raise ValidationError(f"{sentence}.", name)


class StatementSchema(Record):
    key = fields.String(required=True, metadata={"description": "Where it stands among all statements."})
    id = fields.String(required=True)
    integration_id = fields.String(required=True)
    stored_at = fields.DateTime(required=True)
    timestamp = fields.String(required=True, metadata={"description": "As the sender wrote it."})
    actor = fields.String(required=True, metadata={"example": "Ana Diaz"})
    actor_id = fields.String(required=True)
    verb = fields.String(required=True, metadata={"example": "completed"})
    verb_id = fields.String(required=True)
    object = fields.String(required=True)
    object_id = fields.String(required=True)
    registration = fields.String(required=True)
    result = fields.List(
        fields.String(), required=True, metadata={"description": "Its facts in words, each as `name: text`."}
    )
    attachments = fields.Integer(required=True)
    voided = fields.Boolean(required=True)


def list_page(session: Session, wanted: Wanted) -> Page:
    """Return a page, the newest first; raises BadCursor."""
    before = _read_mark(wanted.cursor)
    limit = min(wanted.limit, _MOST_AT_ONCE)
    found = list_lines(session, _search(session, wanted, before), limit=limit + 1, languages=_LANGUAGES)
    shown = found[:limit]
    mark = encode_cursor("statements", str(shown[-1].key)) if len(found) > limit else None
    return Page([describe(each) for each in shown], mark)


def get(session: Session, keys: Sequence[str]) -> Item:
    """Return the one with this key; raises Missing."""
    key = _read_key(keys[0])
    sources = tuple(_sources(session))
    around = Search(integration_ids=sources, after=key - 1, before=key + 1)
    found = list_lines(session, around, limit=1, languages=_LANGUAGES) if 0 < key < HIGHEST_KEY else []
    if not found:
        raise Missing("there is no such statement")
    return describe(found[0])


def describe(line: Line) -> Item:
    """Return a statement's summary as JSON."""
    sentence, ids = line.sentence, line.ids
    return {
        "key": str(line.key),
        "id": line.statement_id,
        "integration_id": line.integration_id,
        "stored_at": moment(line.stored_at),
        "timestamp": line.timestamp,
        "actor": sentence.actor,
        "actor_id": ids.actor,
        "verb": sentence.verb,
        "verb_id": ids.verb,
        "object": sentence.thing,
        "object_id": ids.thing,
        "registration": ids.registration,
        "result": [f"{name}: {text}" for name, text in sentence.result],
        "attachments": line.attachments,
        "voided": line.is_voided,
    }


def _search(session: Session, wanted: Wanted, before: int | None) -> Search:
    given = _filter(wanted.values, before=before)
    person = given.values["person"]
    agents = find_agents(session, person) if person else None
    return make_wanted(given, _sources(session), agents, wanted.zone)


def _filter(values: Mapping[str, Any], *, before: int | None = None) -> StatementFilter:
    """Read the filters as the pages do; `updated_since` is a key too, for a statement never changes."""
    texts = {name: str(values[name]) for name in NAMES if values.get(name)}
    since = values.get("updated_since")
    if since is not None:
        texts["after"] = str((clock.to_microseconds(since) << 10) - 1)
    if before is not None:
        texts["before"] = str(before)
    return read_filter(texts)


def _sources(session: Session) -> Iterator[str]:
    return (each.id for each in list_integrations(session) if each.kind is not Kind.AICC)


def _read_mark(cursor: str | None) -> int | None:
    return _read_key(decode_cursor("statements", cursor, str)) if cursor else None


def _read_key(text: str) -> int:
    is_key = text.isascii() and text.isdecimal() and len(text) <= LONGEST_KEY
    return min(int(text), HIGHEST_KEY) if is_key else 0


STATEMENTS = Noun(
    name="statements",
    one="statement",
    words="A line for each xAPI statement, the newest first.",
    scope="statements:read",
    item=StatementSchema(),
    query=StatementQuery(),
    list_page=list_page,
    get=get,
    keys=("key",),
)
