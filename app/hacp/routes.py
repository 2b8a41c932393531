"""POST /hacp: bytes in, transaction, one service, bytes out (AICC CMI001 v4.0 §6.4).

No cookie, no sign-in, no CSRF token: the session id alone authorises, and content calls from other origins,
from servers and as a beacon. So every reply, errors too, may be read by any origin, and none is ever cached.
"""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, Response, current_app, g, request
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from app import clock, db, metrics
from app.group_commit import transact_together
from app.hacp import service, wire
from app.hacp.admission import understand
from app.hacp.errors import HacpError
from app.hacp.journal import Received
from app.outbound.hops import HEADER, parse_hops
from app.settings import settings_of

blueprint = Blueprint("hacp", __name__)

_HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "X-Request-Id, Retry-After",
    "Cache-Control": "no-store",
    "Pragma": "no-cache",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
_PREFLIGHT_HEADERS = {
    "Access-Control-Allow-Methods": "POST, GET, OPTIONS",
    "Access-Control-Allow-Headers": "Content-Type, Accept, X-Requested-With",
    "Access-Control-Max-Age": "86400",
}


@blueprint.route("/hacp", methods=["GET", "POST"], provide_automatic_options=False)
@blueprint.route("/hacp/", methods=["GET", "POST"], provide_automatic_options=False)
def hacp() -> Response:
    """Answer one message; protocol errors are HTTP 200, since some clients read nothing else."""
    message = understand(_receive())
    settings = settings_of(current_app)
    try:
        reply = transact_together(lambda session: service.answer(session, settings, message))
        status, code = 200, 0
    except HacpError as error:
        refusal, status, code = error, error.status, error.code
        reply = transact_together(lambda session: service.refuse(session, message, refusal))
    metrics.count_hacp(message.label, str(code))
    return _reply(reply.body, status, {HEADER: reply.hops} if reply.hops else None)


@blueprint.route("/hacp", methods=["OPTIONS"], provide_automatic_options=False)
@blueprint.route("/hacp/", methods=["OPTIONS"], provide_automatic_options=False)
def preflight() -> Response:
    """Let a browser send its message from any origin."""
    return Response(status=204, headers={**_HEADERS, **_PREFLIGHT_HEADERS})


@blueprint.errorhandler(HTTPException)
def answer_http_error(error: HTTPException) -> Response:
    """Answer a body that was cut off on its way."""
    return error_reply(error.code or 400, error.name, {})


@blueprint.errorhandler(db.DatabaseUnavailable)
def answer_database_trouble(error: db.DatabaseUnavailable) -> Response:
    """Answer that nothing was kept and that the sender should come again."""
    headers = {"Retry-After": str(error.retry_after_seconds)}
    return error_reply(503, "Not stored, please send again", headers)


def error_reply(status: int, text: str, headers: Mapping[str, str]) -> Response:
    """Answer an HTTP error under /hacp in HACP's own form; `error` is never 0 here."""
    line = " ".join(text.split())
    return _reply(wire.format_reply(1, line), status, headers)


def _receive() -> Received:
    body = _read_body()
    return Received(
        request_id=g.request_id,
        method=request.method,
        path=request.path,
        query=request.query_string,
        body=body or b"",
        content_type=request.content_type or "",
        host=request.headers.get("Host", ""),
        client_address=request.remote_addr or "",
        user_agent=request.headers.get("User-Agent", ""),
        received_at=clock.now(),
        is_too_large=body is None,
        hops=parse_hops(request.headers.get(HEADER)),
    )


def _read_body() -> bytes | None:
    """Return the body, None for one above the limit.

    One byte more than the limit is let in: Werkzeug cuts a chunked body at its limit without a word.
    """
    request.max_content_length = wire.MAX_BODY_BYTES + 1
    try:
        body = request.get_data(cache=False)
    except RequestEntityTooLarge:
        return None
    return body if len(body) <= wire.MAX_BODY_BYTES else None


def _reply(body: bytes, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    return Response(
        body, status, {**_HEADERS, **(headers or {}), **_HEADERS}, content_type="text/plain; charset=utf-8"
    )
