"""The record store over HTTP: bytes in, transaction, one service, bytes out (xAPI 1.0.3 Part 3 §1, §2).

One dispatcher for each resource: only after 1.0.3's alternate syntax is decoded is it known which method
a request means and who sends it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from functools import partial
from urllib.parse import parse_qsl

from flask import Blueprint, Response, current_app, g, request
from werkzeug.exceptions import HTTPException

from app import clock, db, metrics
from app.group_commit import transact_together
from app.inspector.exchanges import NewExchange
from app.inspector.redact import redact
from app.outbound.hops import HEADER, parse_hops
from app.settings import settings_of
from app.xapi import service
from app.xapi.about import tell_about
from app.xapi.activities import get_activity
from app.xapi.admission import read_authorization
from app.xapi.agents import get_person
from app.xapi.alternate import Message, decode, is_alternate, short_type
from app.xapi.call import DOCUMENTS, Act, Call, Desk, Reply, Resource
from app.xapi.consistency import format_horizon
from app.xapi.documents import delete_one_or_all, get_document, post_document, put_document
from app.xapi.errors import (
    ERROR_TYPES,
    BodyTooLarge,
    MethodNotAllowed,
    NotAllowed,
    NotAuthenticated,
    XapiError,
    format_error,
)
from app.xapi.journal import keep_refusal
from app.xapi.reading import get_statements
from app.xapi.versions import Version, find_version
from app.xapi.wire import MAX_BODY_BYTES

blueprint = Blueprint("xapi", __name__)

_DOCUMENT_ACTS: Mapping[str, Act] = {
    "GET": get_document,
    "PUT": put_document,
    "POST": post_document,
    "DELETE": delete_one_or_all,
}
ACTS: Mapping[Resource, Mapping[str, Act]] = {
    Resource.STATEMENTS: {
        "GET": get_statements,
        "PUT": service.put_statement,
        "POST": service.post_statements,
    },
    Resource.STATE: _DOCUMENT_ACTS,
    Resource.ACTIVITY_PROFILE: _DOCUMENT_ACTS,
    Resource.AGENT_PROFILE: _DOCUMENT_ACTS,
    Resource.ACTIVITIES: {"GET": get_activity},
    Resource.AGENTS: {"GET": get_person},
}
# Tracking URLs are pasted by hand, so the statements stand at /xapi too, with and without a slash.
_MORE_PATHS = {Resource.STATEMENTS: ("/xapi/statements/", "/xapi", "/xapi/")}
_HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
_VERSION, _CONSISTENT = "X-Experience-API-Version", "X-Experience-API-Consistent-Through"


def _register(path: str, name: str, view: Callable[[], Response], acts: Mapping[str, object]) -> None:
    # POST always: it may carry any other method in the alternate syntax.
    methods = {"POST", *acts}
    blueprint.add_url_rule(path, name, view, methods=methods, provide_automatic_options=False)


def answer(resource: Resource) -> Response:
    """Act in one transaction; a refusal is logged in a second one, after the first was rolled back."""
    settings, desk = settings_of(current_app), Desk(_draft(), request.headers.get(_VERSION))
    try:
        desk.call = call = _receive(resource, desk)
        act = ACTS[resource][call.method]
        reply = transact_together(lambda session: act(session, settings, desk))
    except XapiError as error:
        refusal = error
    else:
        for result, number in reply.counts.items():
            metrics.count_statements(result, number)
        return _reply(reply)
    transact_together(lambda session: keep_refusal(session, desk, refusal))
    if resource is Resource.STATEMENTS and request.method in ("POST", "PUT"):
        metrics.count_statements("refused")
    return _refusal_reply(refusal, desk)


def answer_about() -> Response:
    """Tell anybody which versions are spoken here, without credentials and unlogged."""
    message = _read_message()
    try:
        if is_alternate(message):
            message = decode(replace(message, body=_read_body()))
        if message.method not in ("GET", "HEAD"):
            raise MethodNotAllowed(("GET",))
        return _reply(tell_about(message.parameters, message.headers.get(_VERSION.lower())))
    except XapiError as error:
        return _refusal_reply(error, Desk(_draft(), message.headers.get(_VERSION.lower())))


_register("/xapi/about", "about", answer_about, {"GET": None})
for _resource, _acts in ACTS.items():
    for _path in (f"/xapi/{_resource}", *_MORE_PATHS.get(_resource, ())):
        _register(_path, _path.replace("/", "-"), partial(answer, _resource), _acts)


@blueprint.errorhandler(HTTPException)
def answer_http_error(error: HTTPException) -> Response:
    """Answer a body that is too large or was cut off."""
    return error_reply(error.code or 400, error.name, {})


@blueprint.errorhandler(db.DatabaseUnavailable)
def answer_database_trouble(error: db.DatabaseUnavailable) -> Response:
    """Answer that nothing was kept and that the sender should come again."""
    return error_reply(503, "not stored, please send again", {"Retry-After": str(error.retry_after_seconds)})


def error_reply(status: int, text: str, headers: Mapping[str, str]) -> Response:
    """Answer an HTTP error under /xapi in this face's form."""
    error = XapiError(text)
    error.status = status
    version = find_version(request.headers.get(_VERSION)) or Version.V1
    return _error_reply(error, version, headers)


def _refusal_reply(error: XapiError, desk: Desk) -> Response:
    headers = {} if desk.horizon is None else {_CONSISTENT: format_horizon(desk.horizon)}
    if isinstance(error, NotAuthenticated):
        is_token = error.is_bearer
        headers["WWW-Authenticate"] = 'Bearer error="invalid_token"' if is_token else 'Basic realm="waymark"'
    if isinstance(error, NotAllowed) and desk.caller is not None and desk.caller.is_bearer:
        headers["WWW-Authenticate"] = 'Bearer error="insufficient_scope"'
    if isinstance(error, MethodNotAllowed):
        headers["Allow"] = ", ".join(error.methods)
    default = Version(desk.caller.client.xapi_default_version) if desk.caller else Version.V1
    version = find_version(desk.version_header) or default
    return _error_reply(error, version, headers)


def _error_reply(error: XapiError, version: Version, headers: Mapping[str, str]) -> Response:
    kind = request.accept_mimetypes.best_match(ERROR_TYPES) or ERROR_TYPES[0]
    content_type = kind if kind == ERROR_TYPES[0] else f"{kind}; charset=utf-8"
    body = format_error(error, kind)
    return _reply(Reply(error.status, body, version, headers, content_type=content_type))


def _draft() -> NewExchange:
    return NewExchange(
        request_id=g.request_id,
        face="xapi",
        method=request.method,
        path=redact(request.full_path.rstrip("?").encode()).decode(),
        status=0,
        result="",
        received_at=clock.now(),
        duration=timedelta(0),
        client_address=request.remote_addr or "",
        user_agent=request.headers.get("User-Agent", ""),
        host=request.headers.get("Host", ""),
    )


def _receive(resource: Resource, desk: Desk) -> Call:
    """Find out what is asked and with which credentials; a stranger's body is left unread."""
    message = _read_message()
    max_bytes = MAX_BODY_BYTES
    if resource in DOCUMENTS:
        max_bytes = settings_of(current_app).document_max_mb * 1024 * 1024
    is_form = is_alternate(message)
    if is_form:
        # Its credentials may stand in the body.
        message = decode(replace(message, body=_read_body(max_bytes)))
        desk.version_header = message.headers.get(_VERSION.lower())
    method = "GET" if message.method == "HEAD" else message.method
    if method not in ACTS[resource]:
        raise MethodNotAllowed(tuple(ACTS[resource]))
    headers = message.headers
    authorization = read_authorization(headers.get("authorization"))
    content_type = headers.get("content-type", "")
    return Call(
        draft=desk.draft,
        resource=resource,
        method=method,
        authorization=authorization,
        body=message.body if is_form else _read_body(max_bytes),
        parameters=message.parameters,
        version_header=headers.get(_VERSION.lower()),
        content_type=content_type,
        media_type=short_type(content_type),
        if_match=headers.get("if-match"),
        if_none_match=headers.get("if-none-match"),
        accept_language=headers.get("accept-language"),
        is_query_readable=message.is_query_readable,
        hops=parse_hops(headers.get(HEADER.lower())),
    )


def _read_message() -> Message:
    """Read all but the body. A query need not be percent-encoded, but it should be UTF-8."""
    headers = {name.lower(): value for name, value in request.headers.items()}
    raw, is_readable = request.query_string, True
    try:
        pairs = parse_qsl(raw.decode(), keep_blank_values=True, errors="strict")
    except UnicodeError:
        pairs, is_readable = parse_qsl(raw.decode("utf-8", "replace"), keep_blank_values=True), False
    return Message(request.method, tuple(pairs), headers, is_query_readable=is_readable)


def _read_body(max_bytes: int = MAX_BODY_BYTES) -> bytes:
    # One byte more: of a body without Content-Length Werkzeug gives the first part without a word.
    request.max_content_length = max_bytes + 1
    if (request.content_length or 0) > max_bytes:
        raise BodyTooLarge(f"the body is larger than {max_bytes} bytes")
    body = request.get_data(cache=False)
    if len(body) > max_bytes:
        raise BodyTooLarge(f"the body is larger than {max_bytes} bytes")
    return body


def _reply(reply: Reply) -> Response:
    stamps = {_VERSION: reply.version.value, _CONSISTENT: clock.format_rfc3339(clock.now())}
    response = Response(reply.body, reply.status, {**_HEADERS, **stamps, **reply.headers})
    if reply.status != 204:
        response.headers["Content-Type"] = reply.content_type
    else:
        del response.headers["Content-Type"]
    return response
