"""HACP messages in the exchange log: who sent what, what was answered, without any session id."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from app import clock
from app.access.launches import SESSION_ID_LENGTH, Launch
from app.hacp import wire
from app.hacp.errors import HacpError
from app.inspector.exchanges import NewExchange, RecordedChange, write_exchange, write_refusal
from app.inspector.findings import Finding
from app.outbound.hops import Hops

UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Received:
    """One HTTP request as it arrived."""

    request_id: str
    method: str
    path: str
    query: bytes
    body: bytes
    content_type: str
    host: str
    client_address: str
    user_agent: str
    received_at: datetime
    is_too_large: bool = False
    # How often it was passed on before it came here.
    hops: Hops | None = None


def keep_answer(
    session: Session,
    received: Received,
    launch: Launch,
    *,
    session_id: str,
    result: str,
    reply: bytes,
    findings: tuple[Finding, ...],
    repairs: tuple[str, ...],
    changes: tuple[RecordedChange, ...],
    is_parked: bool,
) -> None:
    """Write the exchange of an accepted message."""
    exchange = _exchange(received, result, reply, session_id, launch.id, findings)
    write_exchange(
        session,
        replace(
            exchange,
            integration_id=launch.integration_id,
            launch_id=launch.id,
            learner_id=launch.learner_id,
            is_demo=launch.is_demo,
            repairs=tuple(_clean(each, session_id, launch.id) for each in repairs),
            changes=tuple(
                (what, _clean(before, session_id, launch.id), _clean(after, session_id, launch.id))
                for what, before, after in changes
            ),
            is_parked=is_parked,
        ),
    )


def keep_refusal(
    session: Session,
    received: Received,
    error: HacpError,
    *,
    session_id: str,
    reply: bytes,
    repairs: tuple[str, ...],
    is_parked: bool,
) -> None:
    """Write the exchange of a refused message: whole when it named a session we know, else in the ring."""
    findings = (Finding(error.finding, error.reason),) if error.finding else ()
    result = f"Refused: {error.reason} (error {error.code})"
    exchange = _exchange(received, result, reply, session_id, error.launch_id or UNKNOWN, findings)
    exchange = replace(
        exchange,
        status=error.status,
        integration_id=error.integration_id,
        launch_id=error.launch_id,
        repairs=tuple(_clean(each, session_id, error.launch_id or UNKNOWN) for each in repairs),
        is_parked=is_parked,
    )
    write_refusal(session, exchange, is_anonymous=error.launch_id is None)


def _exchange(
    received: Received,
    result: str,
    reply: bytes,
    session_id: str,
    replacement: str,
    findings: tuple[Finding, ...],
) -> NewExchange:
    query = wire.redact_query(received.query, replacement.encode())
    query = _without_session_id(query, session_id, replacement)
    body = wire.redact(received.body, received.content_type, replacement.encode())
    return NewExchange(
        request_id=received.request_id,
        face="hacp",
        method=received.method,
        path=received.path + ("?" + query.decode("latin-1") if query else ""),
        status=200,
        result=_clean(result, session_id, replacement),
        received_at=received.received_at,
        duration=clock.now() - received.received_at,
        client_address=received.client_address,
        user_agent=_clean(received.user_agent, session_id, replacement),
        host=received.host,
        request_body=_without_session_id(body, session_id, replacement),
        reply_body=_without_session_id(reply, session_id, replacement),
        findings=tuple(Finding(each.code, _clean(each.detail, session_id, replacement)) for each in findings),
    )


def _clean(text: str, session_id: str, replacement: str) -> str:
    raw = text.encode("utf-8", "surrogatepass")
    return _without_session_id(raw, session_id, replacement).decode("utf-8", "surrogatepass")


def _without_session_id(raw: bytes, session_id: str, replacement: str) -> bytes:
    """Take session ids out of anywhere else the content may have put them, such as its own address.

    Of a request that named none, whatever looks like one; of others their own, and any after AICC_SID.
    """
    if len(session_id) == SESSION_ID_LENGTH and session_id.isascii():
        raw = raw.replace(session_id.encode(), replacement.encode())
        return wire.hide_session_ids(raw, replacement.encode())
    return wire.hide_all_ids(raw, replacement.encode())
