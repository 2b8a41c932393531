"""POST /oauth/token: bytes in, transaction, one service, JSON out (RFC 6749 §3.2, §5)."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import timedelta

import orjson
from flask import Blueprint, Response, current_app, g, request
from flask.blueprints import BlueprintSetupState
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from app import clock, db, metrics
from app.group_commit import transact_together
from app.inspector.exchanges import NewExchange
from app.oauth import service
from app.settings import settings_of

MAX_BODY_BYTES = 16 * 1024

blueprint = Blueprint("oauth", __name__)

_HEADERS = {
    "Cache-Control": "no-store",
    "Pragma": "no-cache",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
_ERROR_CODES = {500: "server_error", 503: "temporarily_unavailable"}


@blueprint.record_once
def _quieten(_state: BlueprintSetupState) -> None:
    # At debug level Authlib logs the tokens that it issues.
    logging.getLogger("authlib").setLevel(logging.WARNING)


@blueprint.post("/oauth/token", provide_automatic_options=False)
@blueprint.post("/oauth/token/", provide_automatic_options=False)
def token() -> Response:
    """Give a client a token for its id and secret."""
    call = _receive()
    settings = settings_of(current_app)
    reply = transact_together(lambda session: service.answer(session, settings, call))
    metrics.count_token(reply.result)
    return _reply(reply.status, reply.body, reply.headers)


@blueprint.errorhandler(HTTPException)
def answer_http_error(error: HTTPException) -> Response:
    """Answer a body that is too large or was cut off."""
    return error_reply(error.code or 400, error.name, {})


@blueprint.errorhandler(db.DatabaseUnavailable)
def answer_database_trouble(error: db.DatabaseUnavailable) -> Response:
    """Answer that it is our trouble and passing: a client must not take its credentials for wrong."""
    return error_reply(503, "please ask again", {"Retry-After": str(error.retry_after_seconds)})


def error_reply(status: int, text: str, headers: Mapping[str, str]) -> Response:
    """Answer an HTTP error under /oauth in the form of RFC 6749 §5.2."""
    # The standard allows printable ASCII without quote and backslash here.
    clean = "".join(c if " " <= c <= "~" and c not in '"\\' else " " for c in text)
    body = {"error": _ERROR_CODES.get(status, "invalid_request"), "error_description": clean}
    return _reply(status, orjson.dumps(body), headers)


def _receive() -> service.TokenCall:
    body = _read_body()
    draft = NewExchange(
        request_id=g.request_id,
        face="oauth",
        method=request.method,
        path=request.path,
        status=0,
        result="",
        received_at=clock.now(),
        duration=timedelta(0),
        client_address=request.remote_addr or "",
        user_agent=request.headers.get("User-Agent", ""),
        host=request.headers.get("Host", ""),
    )
    return service.TokenCall(draft, body, request.query_string, request.headers.get("Authorization"))


def _read_body() -> bytes:
    # One byte more: of a body without Content-Length Werkzeug gives the first part without a word.
    request.max_content_length = MAX_BODY_BYTES + 1
    if (request.content_length or 0) > MAX_BODY_BYTES:
        raise RequestEntityTooLarge
    body = request.get_data(cache=False)
    if len(body) > MAX_BODY_BYTES:
        raise RequestEntityTooLarge
    return body


def _reply(status: int, body: bytes, headers: Mapping[str, str]) -> Response:
    return Response(body, status, {**headers, **_HEADERS}, content_type="application/json;charset=UTF-8")
