"""What the statements resource does, each in one transaction with its line in the exchange log."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import orjson
from sqlalchemy.orm import Session

from app.access.clients import mark_client_seen
from app.access.integrations import Milestone
from app.delivery.queue import pass_on_statements
from app.inspector.exchanges import BODY_CAP_BYTES, write_exchange
from app.inspector.findings import Finding
from app.learners.erased import ask_any
from app.prepared import Asked
from app.progress.wording import describe_progress
from app.settings import Settings
from app.xapi.admission import Caller, check_write, enter
from app.xapi.attachment_store import keep
from app.xapi.attachments import leave_claimed
from app.xapi.call import Call, Desk, Reply
from app.xapi.consistency import CONSISTENT_THROUGH, format_horizon
from app.xapi.forgetting import Forgotten, forget_erased
from app.xapi.intake import Incoming, open_body, read_lenient, read_statement_id, read_strict
from app.xapi.journal import describe_exchange
from app.xapi.statements import Outcome, store
from app.xapi.tracking import Effect, plan, track


def post_statements(session: Session, settings: Settings, desk: Desk) -> Reply:
    """Take one statement or an array of them."""
    erased = ask_any(session)
    call, caller = enter(session, settings, desk)
    check_write(caller, call)
    received = _receive(session, settings, call, caller, erased)
    statements, outcome = received.statements, _take(session, caller, call, received)
    headers = _headers(outcome)
    return Reply(200, format_ids(statements), caller.version(call), headers, _counts(outcome))


def put_statement(session: Session, settings: Settings, desk: Desk) -> Reply:
    """Take one statement under the id that the URL names."""
    erased = ask_any(session)
    call, caller = enter(session, settings, desk)
    check_write(caller, call)
    put_id = read_statement_id(call.find_parameter("statementId"), is_lenient=caller.client.is_lenient)
    received = _receive(session, settings, call, caller, erased, put_id=put_id)
    outcome = _take(session, caller, call, received)
    return Reply(204, b"", caller.version(call), _headers(outcome), _counts(outcome))


def _receive(
    session: Session,
    settings: Settings,
    call: Call,
    caller: Caller,
    erased: Asked,
    *,
    put_id: str | None = None,
) -> Forgotten:
    """Read the body, and keep the attachments' data that it holds; `erased` tells whether anybody ever was.

    Inside the transaction, for only then is it known whose rules the body must keep.
    """
    integration_id, is_lenient = caller.client.integration_id, caller.client.is_lenient
    body, parts = open_body(call.body, call.content_type, is_lenient=is_lenient)
    if is_lenient:
        statements = read_lenient(body, integration_id, put_id=put_id)
        parts = leave_claimed(parts, (one.value for one in statements))
    else:
        version, request_id = caller.version(call), call.draft.request_id
        statements = read_strict(body, version, request_id=request_id, put_id=put_id, parts=parts)
    received = Forgotten(statements, tuple(parts))
    if erased.first() is not None:
        received = forget_erased(session, statements, tuple(parts), is_lenient=is_lenient)
    if received.parts:
        keep(session, integration_id, received.parts, max_mb=settings.attachment_max_mb)
    return received


def _take(session: Session, caller: Caller, call: Call, received: Forgotten) -> Outcome:
    """Store statements, move the progress they speak of, and log the exchange."""
    draft, statements = call.draft, received.statements
    body = call.body if received.body is None else received.body
    planned = plan(session, caller.client, statements, received_at=draft.received_at, hops=call.hops)
    outcome = store(session, caller, statements, version=caller.version(call), exchange_id=draft.request_id)
    effect = Effect()
    if outcome.new:
        keys, at = [stored.key for stored in outcome.new], draft.received_at
        integration_id = caller.client.integration_id
        pass_on_statements(session, planned.outlets(), keys, integration_id, at=at, hops=call.hops)
        counted = [stored for stored in outcome.new if stored.key not in outcome.voided]
        if counted:
            effect = track(session, caller.client, counted, planned)
        mark_client_seen(session, caller.client, Milestone.STATEMENT)
    is_parked = bool(outcome.changed) or effect.failed > 0
    exchange = describe_exchange(caller, call, _describe(outcome, effect))
    exchange = replace(
        exchange,
        learner_id=effect.learner_id,
        statement_key=outcome.new[-1].key if outcome.new else None,
        request_body=body if is_parked else body[:BODY_CAP_BYTES],
        reply_body=format_ids(statements) if call.method == "POST" else None,
        is_parked=is_parked,
        findings=received.findings + _findings(caller, outcome, effect),
    )
    write_exchange(session, exchange)
    return outcome


def _headers(outcome: Outcome) -> dict[str, str]:
    return {} if outcome.horizon is None else {CONSISTENT_THROUGH: format_horizon(outcome.horizon)}


def _counts(outcome: Outcome) -> dict[str, int]:
    counts = {"stored": len(outcome.new), "repeated": outcome.repeated, "parked": len(outcome.changed)}
    return {result: number for result, number in counts.items() if number}


def format_ids(statements: Sequence[Incoming]) -> bytes:
    """Write the reply to POST: the ids in the order of the statements."""
    return orjson.dumps([one.statement_id for one in statements])


def _findings(caller: Caller, outcome: Outcome, effect: Effect) -> tuple[Finding, ...]:
    findings = [*effect.findings.values()]
    if caller.host_finding:
        findings.append(caller.host_finding)
    if outcome.repeated:
        findings.append(Finding("X5", f"{outcome.repeated} came again"))
    findings += [Finding("X6", f"statement {incoming.statement_id}") for incoming in outcome.changed]
    return tuple(findings)


def _describe(outcome: Outcome, effect: Effect) -> str:
    """Say of one statement where the learner stands now, of several how many did what."""
    if len(outcome.new) == 1 and effect.change is not None:
        parts = [describe_progress(effect.change.before, effect.change.after)]
    elif outcome.new:
        parts = [f"{_count(len(outcome.new))} stored"]
    else:
        parts = ["Nothing new"]
    if outcome.repeated:
        parts.append(f"{outcome.repeated} repeated")
    if outcome.changed:
        parts.append(f"{len(outcome.changed)} parked")
    if effect.failed:
        parts.append(f"{effect.failed} without progress")
    return "; ".join(parts)


def _count(statements: int) -> str:
    return "1 statement" if statements == 1 else f"{statements} statements"
