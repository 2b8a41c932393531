"""State, activity profiles and agent profiles (xAPI 1.0.3 Part 3 §2.2, §2.3, §2.6, §2.7, §3.1).

Judging and writing are one: the document is locked in between, and of two that make the same new one the
second looks again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime

import orjson
from sqlalchemy.orm import Session

from app.settings import Settings
from app.xapi.admission import Caller, check_other, enter
from app.xapi.call import Call, Desk, Reply, Resource
from app.xapi.concurrency import check_precondition, check_put_is_careful, format_etag, is_conditional
from app.xapi.document_rules import Content, merge, read_content
from app.xapi.document_store import (
    Context,
    Document,
    add_document,
    delete_document,
    delete_documents,
    find_document,
    list_documents,
    replace_document,
)
from app.xapi.errors import BadRequest, NotFound
from app.xapi.journal import keep_exchange
from app.xapi.links import agent_text, digest
from app.xapi.parameter_values import parse_agent, parse_iri, parse_moment, parse_uuid

# A document is shown as what its sender says it is; should a browser ever show one, it runs nothing in it.
_HARMLESS = {"Content-Security-Policy": "sandbox; default-src 'none'"}


@dataclass(frozen=True, slots=True)
class _Kind:
    """How the documents of one resource are called: in the table, by their parameter, and in the log."""

    kind: str
    name_parameter: str
    title: str
    has_activity: bool
    has_agent: bool


_KINDS = {
    Resource.STATE: _Kind("state", "stateId", "State", has_activity=True, has_agent=True),
    Resource.ACTIVITY_PROFILE: _Kind(
        "activity", "profileId", "Activity profile", has_activity=True, has_agent=False
    ),
    Resource.AGENT_PROFILE: _Kind("agent", "profileId", "Agent profile", has_activity=False, has_agent=True),
}


def get_document(session: Session, settings: Settings, desk: Desk) -> Reply:
    """Give one document, or the names of all; raises NotFound."""
    call, caller, context, kind = _enter(session, settings, desk)
    name, since = _find_name(call, kind), _find_since(call)
    if name is None:
        return _list(session, caller, call, context, since)
    document = find_document(session, context, name)
    if document is None:
        raise NotFound("there is no such document")
    keep_exchange(session, caller, call, f"{kind.title} read")
    headers = {
        "ETag": f'"{document.etag}"',
        "Last-Modified": format_datetime(document.updated_at, usegmt=True),
        **_HARMLESS,
    }
    content = document.content
    return Reply(200, content.body, caller.version(call), headers, content_type=content.content_type)


def put_document(session: Session, settings: Settings, desk: Desk) -> Reply:
    """Store a document in place of what was there; raises DocumentConflict, PreconditionFailed."""
    call, caller, context, kind = _enter(session, settings, desk)
    version, is_state = caller.version(call), call.resource is Resource.STATE
    content = read_content(call.body, call.content_type)

    def judge(existing: Document | None) -> Content:
        etag = existing.etag if existing else None
        check_precondition(etag, call.if_match, call.if_none_match)
        check_put_is_careful(
            etag,
            version,
            is_state=is_state,
            has_precondition=is_conditional(call.if_match, call.if_none_match),
        )
        return content

    existing = _write(session, context, _require_name(call, kind), judge)
    return _done(session, caller, call, f"{kind.title} {'replaced' if existing else 'stored'}")


def post_document(session: Session, settings: Settings, desk: Desk) -> Reply:
    """Store a document, or merge it into the one that is there; raises PreconditionFailed."""
    call, caller, context, kind = _enter(session, settings, desk)
    content = read_content(call.body, call.content_type)

    def judge(existing: Document | None) -> Content:
        check_precondition(existing.etag if existing else None, call.if_match, call.if_none_match)
        return merge(existing.content, content) if existing else content

    existing = _write(session, context, _require_name(call, kind), judge)
    return _done(session, caller, call, f"{kind.title} {'merged' if existing else 'stored'}")


def delete_one_or_all(session: Session, settings: Settings, desk: Desk) -> Reply:
    """Delete a document, there or not; of state without its name all that is there."""
    call, caller, context, kind = _enter(session, settings, desk)
    name = _find_name(call, kind) if call.resource is Resource.STATE else _require_name(call, kind)
    if name is None:
        number = delete_documents(session, context)
        return _done(session, caller, call, f"{number} state documents deleted")
    existing = find_document(session, context, name, is_locking=True)
    check_precondition(existing.etag if existing else None, call.if_match, call.if_none_match)
    if existing is None:
        return _done(session, caller, call, f"{kind.title} deleted, though none was there")
    delete_document(session, existing)
    return _done(session, caller, call, f"{kind.title} deleted")


def _enter(session: Session, settings: Settings, desk: Desk) -> tuple[Call, Caller, Context, _Kind]:
    call, caller = enter(session, settings, desk)
    check_other(caller, call)
    kind = _KINDS[call.resource]
    return call, caller, _read_context(caller, call, kind), kind


def _read_context(caller: Caller, call: Call, kind: _Kind) -> Context:
    version, activity, agent = caller.version(call), b"", b""
    if kind.has_activity:
        activity = digest(parse_iri("activityId", call.require_parameter("activityId"), version))
    if kind.has_agent:
        text = agent_text(parse_agent("agent", call.require_parameter("agent"), version))
        assert text is not None, "an agent that was judged has an identifier"
        agent = digest(text)
    registration = call.find_parameter("registration")
    return Context(
        integration_id=caller.client.integration_id,
        kind=kind.kind,
        activity=activity,
        agent=agent,
        registration=None if registration is None else parse_uuid("registration", registration),
    )


def _find_name(call: Call, kind: _Kind) -> str | None:
    name = call.find_parameter(kind.name_parameter)
    if name == "":
        raise BadRequest(f"the query parameter {kind.name_parameter!r} is empty")
    return name


def _require_name(call: Call, kind: _Kind) -> str:
    return _find_name(call, kind) or call.require_parameter(kind.name_parameter)


def _find_since(call: Call) -> datetime | None:
    """Return the moment of `since`, which limits lists only, but must be one in any case."""
    since = call.find_parameter("since")
    return None if since is None else parse_moment("since", since)


def _list(session: Session, caller: Caller, call: Call, context: Context, since: datetime | None) -> Reply:
    found = list_documents(session, context, since=since)
    body = orjson.dumps(list(found))
    headers = {"ETag": format_etag(body)}
    if found:
        headers["Last-Modified"] = format_datetime(max(found.values()), usegmt=True)
    keep_exchange(session, caller, call, f"{_KINDS[call.resource].title} listed: {len(found)}")
    return Reply(200, body, caller.version(call), headers)


def _write(
    session: Session, context: Context, name: str, judge: Callable[[Document | None], Content]
) -> Document | None:
    """Write what `judge` makes of what is there; returns what was there."""
    while True:
        existing = find_document(session, context, name, is_locking=True)
        content = judge(existing)
        if existing is not None:
            replace_document(session, existing, content)
            return existing
        if add_document(session, context, name, content):
            return None


def _done(session: Session, caller: Caller, call: Call, result: str) -> Reply:
    keep_exchange(session, caller, call, result, status=204)
    return Reply(204, b"", caller.version(call))
