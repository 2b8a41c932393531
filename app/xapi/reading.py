"""GET of the statements resource: one statement by its id, or a page of a list (xAPI 1.0.3 Part 3 §2.1.3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from email.utils import format_datetime

import orjson
from sqlalchemy.orm import Session

from app import clock
from app.inspector.exchanges import write_exchange
from app.settings import Settings
from app.xapi.admission import Caller, check_read, enter
from app.xapi.attachment_store import find, find_sizes
from app.xapi.attachments import format_multipart, list_hashes, name_parts
from app.xapi.call import Call, Desk, Reply
from app.xapi.consistency import CONSISTENT_THROUGH, find_horizon, format_horizon
from app.xapi.cursor import PARAMETER, Cursor, format_cursor, parse_cursor
from app.xapi.definitions import find_definitions
from app.xapi.errors import BadRequest, NotFound
from app.xapi.formats import format_canonical, format_ids, list_activity_digests
from app.xapi.journal import describe_exchange
from app.xapi.languages import parse_accept_language
from app.xapi.links import Kind, agent_text, digest
from app.xapi.queries import Page, find_page
from app.xapi.query_rules import Format, Lookup, Output, Query, parse_query
from app.xapi.statements import find_statement

_PATH = "/xapi/statements"
# A list with attachments is held in memory, whole.
_MOST_DATA_BYTES = 32 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class _Reader:
    """Who asks what: one request on its way through this file."""

    session: Session
    settings: Settings
    call: Call
    caller: Caller
    is_own_only: bool

    @property
    def integration_id(self) -> str:
        return self.caller.client.integration_id


@dataclass(frozen=True, slots=True)
class _Body:
    data: bytes
    content_type: str


def get_statements(session: Session, settings: Settings, desk: Desk) -> Reply:
    """Give a statement, or a page of those that the parameters ask for; raises NotFound."""
    call, caller = enter(session, settings, desk)
    # Asked first: what is committed before this moment is seen by every query after it.
    desk.horizon = horizon = find_horizon(session)
    reader = _Reader(session, settings, call, caller, is_own_only=check_read(caller, call))
    parameters = dict(call.parameters)
    cursor = _open_cursor(reader, parameters)
    query = parse_query(
        cursor.parameters if cursor else parameters,
        caller.version(call),
        is_lenient=caller.client.is_lenient,
    )
    if isinstance(query, Lookup):
        return _give_one(reader, query, horizon)
    if cursor is not None:
        query = replace(query, after=cursor.after, before=cursor.before)
        return _give_page(reader, query, cursor.parameters, horizon)
    query = replace(query, before=min(query.before, horizon << 10))
    return _give_page(reader, query, parameters, horizon)


def _open_cursor(reader: _Reader, parameters: dict[str, str]) -> Cursor | None:
    if PARAMETER not in parameters:
        return None
    if len(parameters) > 1:
        raise BadRequest(f"the query parameter {PARAMETER!r} stands alone: it holds all others")
    return parse_cursor(
        parameters[PARAMETER], secret_key=reader.settings.secret_key, owner=reader.caller.client.credential_id
    )


def _give_one(reader: _Reader, lookup: Lookup, horizon: int) -> Reply:
    found = find_statement(
        reader.session,
        reader.caller,
        lookup.statement_id,
        is_own_only=reader.is_own_only,
        is_voided=lookup.is_voided,
    )
    if found is None:
        raise NotFound(f"there is no {'voided ' if lookup.is_voided else ''}statement with this id")
    [text] = _format(reader, [found.text], lookup.output)
    body = _attach(reader, text, [found.text], lookup.output)
    return _answer(reader, body, "Statement read", [found.key], horizon)


def _give_page(reader: _Reader, query: Query, parameters: Mapping[str, str], horizon: int) -> Reply:
    page = _find(reader, query)
    if query.output.has_attachments:
        page = _shorten(reader, page)
    kept = [text for _, text in page.statements]
    texts = _format(reader, kept, query.output)
    more = _continue(reader, query, parameters, page)
    body = b'{"statements":[' + b",".join(texts) + b'],"more":' + orjson.dumps(more) + b"}"
    keys = [key for key, _ in page.statements]
    whole = _attach(reader, body, kept, query.output)
    return _answer(reader, whole, f"{len(keys)} statements read", keys, horizon)


def _shorten(reader: _Reader, page: Page) -> Page:
    """Leave as many statements as have no more data than is good to give at once, but one at least."""
    hashes = [list_hashes([orjson.loads(text)]) for _, text in page.statements]
    sizes = find_sizes(reader.session, reader.integration_id, {sha2 for each in hashes for sha2 in each})
    seen: set[str] = set()
    for number, each in enumerate(hashes):
        seen |= each.keys()
        if number and sum(sizes.get(sha2, 0) for sha2 in seen) > _MOST_DATA_BYTES:
            return Page(page.statements[:number], has_more=True)
    return page


def _attach(reader: _Reader, body: bytes, kept: Sequence[bytes], output: Output) -> _Body:
    """Put the attachments' data behind the JSON, each once, named as the statement names it."""
    if not output.has_attachments:
        return _Body(body, "application/json")
    statements = [orjson.loads(text) for text in kept]
    parts = find(reader.session, reader.integration_id, list(list_hashes(statements)))
    return _Body(*format_multipart(body, name_parts(parts, statements)))


def _find(reader: _Reader, query: Query) -> Page:
    links, credential_id = query.links, None
    if reader.is_own_only:
        # All that a credential wrote carries its authority, so that this is a range too.
        credential_id = reader.caller.client.credential_id
        authority = agent_text(orjson.loads(reader.caller.authority)) or ""
        links = (*links, (Kind.AGENT_ANY, digest(authority)))
    return find_page(
        reader.session,
        reader.integration_id,
        tuple(dict.fromkeys(links)),
        after=query.after,
        before=query.before,
        limit=query.limit,
        is_ascending=query.is_ascending,
        credential_id=credential_id,
    )


def _continue(reader: _Reader, query: Query, parameters: Mapping[str, str], page: Page) -> str:
    if not page.has_more:
        return ""
    last_key, _ = page.statements[-1]
    cursor = (
        Cursor(parameters, last_key, query.before)
        if query.is_ascending
        else Cursor(parameters, query.after, last_key)
    )
    text = format_cursor(
        cursor, secret_key=reader.settings.secret_key, owner=reader.caller.client.credential_id
    )
    return f"{_PATH}?{PARAMETER}={text}"


def _format(reader: _Reader, texts: Sequence[bytes], output: Output) -> list[bytes]:
    if output.format is Format.IDS:
        return [format_ids(text) for text in texts]
    if output.format is Format.CANONICAL:
        digests = list_activity_digests(texts)
        definitions = find_definitions(reader.session, reader.integration_id, digests, is_exact=True)
        languages = parse_accept_language(reader.call.accept_language)
        return [format_canonical(text, definitions, languages) for text in texts]
    return list(texts)


def _answer(reader: _Reader, body: _Body, result: str, keys: Sequence[int], horizon: int) -> Reply:
    findings = (reader.caller.host_finding,) if reader.caller.host_finding else ()
    exchange = describe_exchange(reader.caller, reader.call, result)
    statement_key = keys[0] if len(keys) == 1 else None
    write_exchange(reader.session, replace(exchange, statement_key=statement_key, findings=findings))
    headers = {CONSISTENT_THROUGH: format_horizon(horizon)}
    if keys:
        newest = clock.from_microseconds(max(keys) >> 10)
        headers["Last-Modified"] = format_datetime(newest, usegmt=True)
    version = reader.caller.version(reader.call)
    return Reply(200, body.data, version, headers, content_type=body.content_type)
