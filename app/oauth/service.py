"""Answer a token request and keep the exchange, in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

import orjson
from sqlalchemy.orm import Session

from app import clock
from app.access.clients import mark_client_seen
from app.access.credentials import ask_credential, check_credential, find_integration_id, note_use
from app.access.host_registry import HostVerdict, judge_host
from app.access.integrations import Milestone
from app.access.organisation import ask_organisation
from app.inspector.exchanges import NewExchange, write_exchange, write_refusal
from app.inspector.findings import Finding
from app.oauth.form import BadTokenRequest, TokenRequest, parse_token_request, redact_form
from app.oauth.server import Answer, Check, TokenServer
from app.settings import Settings


@dataclass(frozen=True, slots=True)
class TokenCall:
    """A request as it arrived; `draft` holds what the exchange log keeps of any request."""

    draft: NewExchange
    body: bytes
    query: bytes
    authorization: str | None


@dataclass(frozen=True, slots=True)
class Reply:
    """Status, headers besides the usual ones, and the JSON text; `result` is `issued` or the error code."""

    status: int
    body: bytes
    headers: Mapping[str, str]
    result: str


def answer(session: Session, settings: Settings, call: TokenCall) -> Reply:
    """Answer one request; what is refused changes nothing but the log."""
    asked_organisation = ask_organisation(session, settings)
    parsed = _parse(call)
    # In one round with the organisation, and before the host is judged; the answer does not show.
    check = ask_credential(session, _client_id(parsed)) if isinstance(parsed, TokenRequest) else None
    verdict = judge_host(session, asked_organisation(), call.draft.host)
    if verdict not in (HostVerdict.OK, HostVerdict.OBSERVED):
        status = 400 if verdict is HostVerdict.BAD else 421
        text = "no integration lists this host name"
        return _refuse(session, call, status, _error("invalid_request", text), Finding("H1", call.draft.host))
    if isinstance(parsed, BadTokenRequest):
        text = str(parsed)
        status = 401 if parsed.code == "invalid_client" else 400
        return _refuse(session, call, status, _error(parsed.code, text), Finding("X2", text))
    assert check is not None
    return _answer_parsed(session, settings, call, parsed, check)


def _parse(call: TokenCall) -> TokenRequest | BadTokenRequest:
    try:
        return parse_token_request(call.body, call.query, call.authorization)
    except BadTokenRequest as error:
        return error


def _answer_parsed(
    session: Session, settings: Settings, call: TokenCall, request: TokenRequest, check: Check
) -> Reply:
    if request.has_query_credentials and not _may_use_query(session, request):
        text = "credentials belong in the body or in the Authorization header, not in the URL"
        return _refuse(session, call, 400, _error("invalid_request", text), Finding("X2", text))
    ttl = timedelta(seconds=settings.token_ttl_seconds)
    server = TokenServer(session, _client_id(request), check, ttl=ttl)
    headers = {"Authorization": call.authorization} if request.basic and call.authorization else {}
    decided = server.answer(request, headers)
    if decided.status != 200:
        return _refuse_client(session, call, request, decided)
    assert decided.client is not None
    note_use(session, decided.client)
    mark_client_seen(session, decided.client, Milestone.TOKEN)
    body = orjson.dumps(decided.body)
    exchange = _exchange(call, 200, f"Token issued for {decided.body['scope']}", body)
    exchange = replace(
        exchange,
        integration_id=decided.client.integration_id,
        credential_id=decided.client.credential_id,
        is_demo=decided.client.is_demo,
    )
    write_exchange(session, exchange)
    return Reply(200, body, {}, "issued")


def _may_use_query(session: Session, request: TokenRequest) -> bool:
    """Tell whether this client's integration has the switch on; it is off at first: URLs end up in logs."""
    fields = request.fields
    client = check_credential(session, fields.get("client_id", ""), fields.get("client_secret", ""))
    return client is not None and client.allows_query_credentials


def _refuse_client(session: Session, call: TokenCall, request: TokenRequest, decided: Answer) -> Reply:
    code = decided.body["error"]
    finding = Finding("X2", str(decided.body["error_description"]))
    integration_id = decided.client.integration_id if decided.client else None
    if code == "invalid_client":
        client_id = _client_id(request)
        finding = Finding("X1", f"client id {client_id[:64]!r}")
        if decided.client is not None:
            finding = Finding("I1", f"client id {client_id[:64]!r}")
        else:
            # Asked for in both cases, so that an unknown id takes as long as a wrong secret.
            integration_id = find_integration_id(session, client_id)
    is_known = decided.client is not None
    return _refuse(
        session, call, decided.status, decided.body, finding, integration_id=integration_id, is_known=is_known
    )


def _client_id(request: TokenRequest) -> str:
    return request.basic.client_id if request.basic else request.fields.get("client_id", "")


def _refuse(
    session: Session,
    call: TokenCall,
    status: int,
    body: Mapping[str, object],
    finding: Finding,
    *,
    integration_id: str | None = None,
    is_known: bool = False,
) -> Reply:
    text = orjson.dumps(body)
    exchange = _exchange(call, status, f"Refused: {body['error_description']} ({body['error']})", text)
    exchange = replace(exchange, integration_id=integration_id, findings=(finding,))
    write_refusal(session, exchange, is_anonymous=not is_known)
    # RFC 7235 §3.1: a 401 always says how to authenticate.
    headers = {"WWW-Authenticate": 'Basic realm="waymark", charset="UTF-8"'} if status == 401 else {}
    return Reply(status, text, headers, str(body["error"]))


def _error(code: str, text: str) -> dict[str, str]:
    return {"error": code, "error_description": text}


def _exchange(call: TokenCall, status: int, result: str, reply: bytes) -> NewExchange:
    query = redact_form(call.query).decode("ascii") if call.query else ""
    return replace(
        call.draft,
        path=call.draft.path + (f"?{query}" if query else ""),
        request_body=redact_form(call.body),
        reply_body=reply,
        status=status,
        result=result,
        duration=clock.now() - call.draft.received_at,
    )
