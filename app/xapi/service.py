"""What the statements resource does, each in one transaction with its line in the exchange log."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from email.utils import format_datetime

import orjson
from sqlalchemy.orm import Session

from app import clock
from app.access.clients import mark_client_seen
from app.access.integrations import Milestone
from app.inspector.exchanges import BODY_CAP_BYTES, NewExchange, write_exchange, write_refusal
from app.inspector.findings import Finding
from app.progress.wording import describe_progress
from app.settings import Settings
from app.xapi.admission import Call, Caller, Desk, admit, check_read, check_write
from app.xapi.errors import BadJson, BadStatement, NotAuthenticated, NotFound, StatementConflict, XapiError
from app.xapi.intake import Incoming, read_lenient, read_statement_id, read_strict
from app.xapi.statements import Outcome, find_statement, store
from app.xapi.tracking import Effect, track
from app.xapi.versions import Version

# What a refused body of LinkedIn's holds is nowhere else, so it waits in the log, whole.
_PARKED_REFUSALS = (BadJson, BadStatement)


@dataclass(frozen=True, slots=True)
class Reply:
    """What is answered; `counts` says how many statements were stored, repeated, parked."""

    status: int
    body: bytes
    version: Version
    headers: Mapping[str, str] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)


Act = Callable[[Session, Settings, Desk], Reply]


def post_statements(session: Session, settings: Settings, desk: Desk) -> Reply:
    """Take one statement or an array of them."""
    call, caller = _admit(session, settings, desk)
    check_write(caller, call, parameters=frozenset())
    statements = _read(call, caller)
    outcome = _take(session, caller, call, statements)
    return Reply(200, format_ids(statements), caller.version(call), counts=_counts(outcome))


def put_statement(session: Session, settings: Settings, desk: Desk) -> Reply:
    """Take one statement under the id that the URL names."""
    call, caller = _admit(session, settings, desk)
    check_write(caller, call, parameters=frozenset({"statementId"}))
    put_id = read_statement_id(call.find_parameter("statementId"), is_lenient=caller.client.is_lenient)
    outcome = _take(session, caller, call, _read(call, caller, put_id=put_id))
    return Reply(204, b"", caller.version(call), counts=_counts(outcome))


def get_statement(session: Session, settings: Settings, desk: Desk) -> Reply:
    """Give one statement; raises NotFound."""
    call, caller = _admit(session, settings, desk)
    is_own_only = check_read(caller, call)
    statement_id = read_statement_id(call.find_parameter("statementId"), is_lenient=caller.client.is_lenient)
    found = find_statement(session, caller, statement_id, is_own_only=is_own_only)
    if found is None:
        raise NotFound("there is no statement with this id")
    findings = (caller.host_finding,) if caller.host_finding else ()
    exchange = _exchange(caller, call, "Statement read")
    write_exchange(session, replace(exchange, statement_key=found.key, findings=findings))
    stored = format_datetime(clock.from_microseconds(found.key >> 10), usegmt=True)
    return Reply(200, found.text, caller.version(call), {"Last-Modified": stored})


def keep_refusal(session: Session, desk: Desk, error: XapiError) -> None:
    """Log a refused request; a stranger's only in the ring of those."""
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


def _admit(session: Session, settings: Settings, desk: Desk) -> tuple[Call, Caller]:
    assert desk.call is not None
    desk.caller = None
    desk.caller = admit(session, settings, desk.call)
    return desk.call, desk.caller


def _read(call: Call, caller: Caller, *, put_id: str | None = None) -> tuple[Incoming, ...]:
    """Read the body inside the transaction: only then is it known whose rules it must keep."""
    if caller.client.is_lenient:
        return read_lenient(call.body, caller.client.integration_id, put_id=put_id)
    return read_strict(call.body, caller.version(call), request_id=call.draft.request_id, put_id=put_id)


def _take(session: Session, caller: Caller, call: Call, statements: Sequence[Incoming]) -> Outcome:
    """Store statements, move the progress they speak of, and log the exchange."""
    draft = call.draft
    outcome = store(session, caller, statements, version=caller.version(call), exchange_id=draft.request_id)
    effect = Effect()
    if outcome.new:
        effect = track(session, caller.client, outcome.new, received_at=draft.received_at)
        mark_client_seen(session, caller.client, Milestone.STATEMENT)
    is_parked = bool(outcome.changed) or effect.failed > 0
    exchange = _exchange(caller, call, _describe(outcome, effect))
    exchange = replace(
        exchange,
        learner_id=effect.learner_id,
        statement_key=outcome.new[-1].key if outcome.new else None,
        request_body=call.body if is_parked else call.body[:BODY_CAP_BYTES],
        reply_body=format_ids(statements) if draft.method == "POST" else None,
        is_parked=is_parked,
        findings=_findings(caller, outcome, effect),
    )
    write_exchange(session, exchange)
    return outcome


def _counts(outcome: Outcome) -> dict[str, int]:
    counts = {"stored": len(outcome.new), "repeated": outcome.repeated, "parked": len(outcome.changed)}
    return {result: number for result, number in counts.items() if number}


def format_ids(statements: Sequence[Incoming]) -> bytes:
    """Write the reply to POST: the ids in the order of the statements."""
    return orjson.dumps([one.statement_id for one in statements])


def format_error(error: XapiError) -> bytes:
    """Write the reply to a refused request."""
    body: dict[str, object] = {"error": error.text, "status": error.status}
    if error.pointer is not None:
        body["pointer"] = error.pointer
    return orjson.dumps(body)


def _exchange(caller: Caller, call: Call, result: str) -> NewExchange:
    status = 204 if call.draft.method == "PUT" else 200
    duration = clock.now() - call.draft.received_at
    return _of_caller(replace(call.draft, status=status, result=result, duration=duration), caller)


def _of_caller(exchange: NewExchange, caller: Caller) -> NewExchange:
    client = caller.client
    return replace(
        exchange,
        integration_id=client.integration_id,
        credential_id=client.credential_id,
        is_demo=client.is_demo,
    )


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
