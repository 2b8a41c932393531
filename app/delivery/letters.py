"""Write what is sent: a delivery's row becomes a request, and how its answer is to be read."""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app import clock
from app.access.instance import instance_id
from app.access.organisation import load_organisation
from app.access.sealing import DESTINATION, CannotUnseal, unseal
from app.delivery import access_tokens, lms_letters
from app.delivery.lanes import Result, Task
from app.delivery.letter import CannotWrite, Letter, excerpt_of, show_call
from app.delivery.queue import EXIT, LRS, PUT, WEBHOOK
from app.delivery.targets import lrs, webhook
from app.delivery.verdicts import Verdict, judge_status
from app.models.delivery import Delivery, Destination
from app.models.records import Statement
from app.outbound.guard import Answer, Call, Way
from app.outbound.hops import HEADER, next_hops, parse_hops
from app.settings import Settings
from app.words import worded


def write_letter(session: Session, settings: Settings, task: Task) -> Letter | Result:
    """Return the request for a delivery, or what came of it where none was needed.

    Raises CannotWrite for one that can never be sent.
    """
    row, lane = session.get(Delivery, task.delivery_id), session.get(Destination, task.destination_id)
    if row is None or lane is None:
        raise CannotWrite("deleted", worded("the destination was deleted"))
    way = find_way(session, settings)
    if row.kind in (PUT, EXIT):
        return lms_letters.write(session, settings, way, row, lane)
    if lane.kind == WEBHOOK:
        return write_webhook(settings, way, lane, row.message_id, row.payload.encode(), at=clock.now())
    assert lane.kind == LRS, f"nothing of this kind is sent to {lane.kind}"
    return write_statement(settings, way, lane, _statement_text(session, row), hops=row.hops)


def find_way(session: Session, settings: Settings) -> Way:
    """Return the way out, on which we do not meet ourselves."""
    host = load_organisation(session, settings).public_host
    return Way.of(settings, own_hosts=[str(host)])


def write_webhook(
    settings: Settings, way: Way, lane: Destination, message_id: str, body: bytes, *, at: datetime
) -> Letter:
    """Return a signed message."""
    secrets = read_secrets(settings, lane)
    live = [each["secret"] for each in secrets["signing"] if _is_live(each, at)]
    headers = webhook.sign(live, message_id, int(at.timestamp()), body)
    call = Call("POST", lane.url, headers, body)
    return Letter(way, call, show_call(call), _judge_with(judge_status))


def write_statement(settings: Settings, way: Way, lane: Destination, text: str, *, hops: str = "") -> Letter:
    """Return a PUT of one statement under its own id."""
    statement = json.loads(text)
    version = "2.0.0" if str(statement.get("version", "1")).startswith("2") else "1.0.3"
    # What stored it last says so itself.
    for name in ("stored", "authority"):
        statement.pop(name, None)
    headers = {
        "Content-Type": "application/json",
        lrs.VERSION_HEADER: version,
        HEADER: str(next_hops(parse_hops(hops), instance_id=instance_id(settings))),
    }
    body = json.dumps(statement, ensure_ascii=False).encode()
    call = Call("PUT", lrs.statement_url(lane.url, statement["id"]), headers, body)
    return Letter(way, call, show_call(call), _judge_store(lane), _authorize(settings, way, lane))


def read_secrets(settings: Settings, lane: Destination) -> dict[str, Any]:
    """Return a destination's secrets; raises CannotWrite when they were sealed with another key."""
    try:
        found = json.loads(unseal(settings, lane.secrets or b"", purpose=DESTINATION))
    except CannotUnseal as error:
        raise CannotWrite(
            "sealed", worded("the secrets of this destination are %(reason)s", reason=str(error))
        ) from error
    assert isinstance(found, dict)
    return found


def _statement_text(session: Session, row: Delivery) -> str:
    if row.statement_key is None:
        return row.payload
    statement = session.get(Statement, row.statement_key)
    if statement is None:
        raise CannotWrite("erased", worded("the statement was erased before it could be passed on"))
    return statement.payload


def _authorize(settings: Settings, way: Way, lane: Destination) -> Callable[[], str]:
    secrets, options, store = read_secrets(settings, lane), json.loads(lane.options), _as_registered(lane)
    if options.get("auth") == "oauth2":
        return lambda: access_tokens.find(way, store, options, secrets)
    return lambda: lrs.basic_authorization(options.get("user", ""), secrets.get("password", ""))


def _judge_store(lane: Destination) -> Callable[[Answer], Verdict]:
    judge, store = _judge_with(lrs.judge), _as_registered(lane)

    def judged(answer: Answer) -> Verdict:
        if answer.status == 401:
            access_tokens.forget(store)
        return judge(answer)

    return judged


def _as_registered(lane: Destination) -> Hashable:
    return lane.id, lane.url, lane.options, lane.secrets


def _judge_with(judge: Callable[[int, dict[str, str], str], Verdict]) -> Callable[[Answer], Verdict]:
    return lambda answer: judge(answer.status, dict(answer.headers), excerpt_of(answer))


def _is_live(secret: Mapping[str, Any], at: datetime) -> bool:
    until = secret.get("until")
    return until is None or datetime.fromisoformat(until) > at
