"""The exchange log of the record store: every request's line, refused ones too."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy.orm import Session

from app import clock
from app.inspector.exchanges import BODY_CAP_BYTES, NewExchange, write_exchange, write_refusal
from app.inspector.findings import Finding
from app.xapi.admission import Caller
from app.xapi.call import Call, Desk
from app.xapi.consistency import find_horizon
from app.xapi.errors import (
    BadJson,
    BadStatement,
    NotAuthenticated,
    StatementConflict,
    XapiError,
    format_error,
)

# What a refused body of LinkedIn's holds is nowhere else, so it waits in the log, whole.
_PARKED_REFUSALS = (BadJson, BadStatement)


def describe_exchange(caller: Caller, call: Call, result: str, *, status: int | None = None) -> NewExchange:
    """Return the log's line of a request answered well: with 204 to PUT and 200 otherwise, if not told."""
    if status is None:
        status = 204 if call.method == "PUT" else 200
    duration = clock.now() - call.draft.received_at
    return _of_caller(replace(call.draft, status=status, result=result, duration=duration), caller)


def keep_exchange(session: Session, caller: Caller, call: Call, result: str, *, status: int = 200) -> None:
    """Log a request that stores no statement, with the start of its body."""
    exchange = describe_exchange(caller, call, result, status=status)
    findings = (caller.host_finding,) if caller.host_finding else ()
    body = call.body[:BODY_CAP_BYTES] if call.body else None
    write_exchange(session, replace(exchange, request_body=body, findings=findings))


def keep_refusal(session: Session, desk: Desk, error: XapiError) -> None:
    """Log a refused request; a stranger's only in the ring of those."""
    if desk.horizon is None:
        desk.horizon = find_horizon(session)
    detail = f"{error.pointer or ''} {error.text}".strip()
    exchange = replace(
        desk.draft,
        status=error.status,
        result=f"Refused: {error.text} ({error.status})",
        duration=clock.now() - desk.draft.received_at,
        reply_body=format_error(error),
        findings=(Finding(error.finding, detail),) if error.finding else (),
    )
    if desk.caller is None:
        integration_id = error.integration_id if isinstance(error, NotAuthenticated) else None
        exchange = replace(exchange, integration_id=integration_id)
        write_refusal(session, exchange, is_anonymous=integration_id is None)
        return
    body = desk.call.body if desk.call else b""
    is_parked = isinstance(error, StatementConflict) or (
        desk.caller.client.is_lenient and isinstance(error, _PARKED_REFUSALS)
    )
    exchange = replace(
        _of_caller(exchange, desk.caller),
        request_body=body if is_parked else body[:BODY_CAP_BYTES],
        is_parked=is_parked,
    )
    write_refusal(session, exchange, is_anonymous=False)


def _of_caller(exchange: NewExchange, caller: Caller) -> NewExchange:
    client = caller.client
    return replace(
        exchange,
        integration_id=client.integration_id,
        credential_id=client.credential_id,
        is_demo=client.is_demo,
    )
