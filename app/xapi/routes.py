"""The statements resource: bytes in, transaction, one service, JSON out (xAPI 1.0.3 Part 3 §2.1).

Tracking URLs are pasted by hand, so the same stands at /xapi/statements and /xapi, with and without a slash.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import parse_qsl

from flask import Blueprint, Response, current_app, g, request
from werkzeug.exceptions import HTTPException

from app import clock, db, metrics
from app.inspector.exchanges import NewExchange
from app.inspector.redact import redact
from app.settings import settings_of
from app.xapi import service
from app.xapi.admission import Call, Caller, Desk, read_authorization
from app.xapi.errors import BodyTooLarge, NotAllowed, NotAuthenticated, XapiError
from app.xapi.versions import Version, find_version
from app.xapi.wire import MAX_BODY_BYTES

blueprint = Blueprint("xapi", __name__)

_PATHS = ("/xapi/statements", "/xapi/statements/", "/xapi", "/xapi/")
_HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
_VERSION, _CONSISTENT = "X-Experience-API-Version", "X-Experience-API-Consistent-Through"


def post_statements() -> Response:
    """Take one statement or an array; 200 and the ids."""
    return _answer(service.post_statements)


def put_statement() -> Response:
    """Take one statement under the id of the parameter statementId; 204."""
    return _answer(service.put_statement)


def get_statement() -> Response:
    """Give the statement of the parameter statementId."""
    return _answer(service.get_statement)


for _path in _PATHS:
    _name = _path.strip("/").replace("/", "_") + ("_slash" if _path.endswith("/") else "")
    for _method, _view in (("POST", post_statements), ("PUT", put_statement), ("GET", get_statement)):
        blueprint.add_url_rule(
            _path, f"{_view.__name__}_{_name}", _view, methods=[_method], provide_automatic_options=False
        )


def _answer(act: service.Act) -> Response:
    """Act in one transaction; a refusal is logged in a second one, after the first was rolled back."""
    settings, desk = settings_of(current_app), Desk(_draft())
    try:
        desk.call = _receive(desk.draft)
        reply = db.transact(lambda session: act(session, settings, desk))
    except XapiError as error:
        refusal = error
    else:
        for result, number in reply.counts.items():
            metrics.count_statements(result, number)
        return _reply(reply.status, reply.body, reply.version, reply.headers)
    db.transact(lambda session: service.keep_refusal(session, desk, refusal))
    if request.method in ("POST", "PUT"):
        metrics.count_statements("refused")
    return _refusal_reply(refusal, desk.caller)


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
    return _reply(status, service.format_error(error), _asked_version(), headers)


def _refusal_reply(error: XapiError, caller: Caller | None) -> Response:
    headers = {}
    if isinstance(error, NotAuthenticated):
        is_token = error.is_bearer
        headers["WWW-Authenticate"] = 'Bearer error="invalid_token"' if is_token else 'Basic realm="waymark"'
    if isinstance(error, NotAllowed) and caller is not None and caller.is_bearer:
        headers["WWW-Authenticate"] = 'Bearer error="insufficient_scope"'
    default = Version(caller.client.xapi_default_version) if caller else Version.V1
    return _reply(error.status, service.format_error(error), _asked_version(default), headers)


def _asked_version(default: Version = Version.V1) -> Version:
    return find_version(request.headers.get(_VERSION)) or default


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


def _receive(draft: NewExchange) -> Call:
    # Strangers are turned away before their body is read.
    authorization = read_authorization(request.headers.get("Authorization"))
    return Call(
        draft=draft,
        authorization=authorization,
        body=_read_body(),
        parameters=tuple(parse_qsl(request.query_string.decode("utf-8", "replace"), keep_blank_values=True)),
        version_header=request.headers.get(_VERSION),
        media_type=request.mimetype,
    )


def _read_body() -> bytes:
    # One byte more: of a body without Content-Length Werkzeug gives the first part without a word.
    request.max_content_length = MAX_BODY_BYTES + 1
    if (request.content_length or 0) > MAX_BODY_BYTES:
        raise BodyTooLarge(f"the body is larger than {MAX_BODY_BYTES} bytes")
    body = request.get_data(cache=False)
    if len(body) > MAX_BODY_BYTES:
        raise BodyTooLarge(f"the body is larger than {MAX_BODY_BYTES} bytes")
    return body


def _reply(status: int, body: bytes, version: Version, headers: Mapping[str, str] | None = None) -> Response:
    consistent = {_VERSION: version.value, _CONSISTENT: clock.format_rfc3339(clock.now())}
    response = Response(body, status, {**(headers or {}), **_HEADERS, **consistent})
    if status != 204:
        response.headers["Content-Type"] = "application/json"
    else:
        del response.headers["Content-Type"]
    return response
