"""Replay as test: what a kept message would be answered now. All of it is rolled back.

The message goes the way of every other: the face's own service, with the credentials of the integration as
they are today. Secrets are not kept, so the test lends new ones for the time of its transaction.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import NoReturn
from urllib.parse import parse_qsl

from sqlalchemy import select, update
from sqlalchemy.orm import Session
from structlog.contextvars import bound_contextvars

from app import clock
from app.access.authorization_header import Bearer
from app.access.clients import find_client
from app.access.launches import lend_session_id
from app.access.scopes import default_scopes
from app.access.tokens import issue_token
from app.admin.inspector_view import guess_type
from app.db import savepoint, transact
from app.hacp import service as hacp
from app.hacp.admission import understand
from app.hacp.errors import HacpError
from app.hacp.journal import Received
from app.inspector.exchanges import BODY_CAP_BYTES, NewExchange
from app.inspector.session_log import SessionMessage, find_message
from app.inspector.timeline import Line, get_line
from app.models.base import new_id
from app.models.launches import Launch
from app.models.learning import AssignableUnit
from app.settings import Settings
from app.xapi import service as xapi
from app.xapi.alternate import short_type
from app.xapi.call import Call, Desk, Resource
from app.xapi.errors import XapiError
from app.xapi.journal import keep_refusal

# A body is shorter by as much when secrets were taken out of it after it was cut.
_SPARE_BYTES = 512
_LONGEST_PATH = 500
_FORM = "application/x-www-form-urlencoded"
_STATEMENTS = re.compile(r"/xapi(/statements)?/?(\?(?!.*\bmethod=).*)?")
_PASSWORD = re.compile(rb"(?i)&?\bau_password=\[redacted\]")


@dataclass(frozen=True, slots=True)
class Trial:
    """What would have been kept of the message, had it come now."""

    line: Line
    message: SessionMessage


class CannotTry(Exception):
    """The message cannot be sent again, for lack of what it needs; the text says why."""


class _RolledBack(Exception):
    """Carries the result out of the transaction, which ends by it."""

    def __init__(self, trial: Trial) -> None:
        self.trial = trial


def may_try(line: Line, message: SessionMessage) -> bool:
    """Tell whether this is a message that can be tried: of a session or with statements, and kept whole."""
    body = message.request_body
    # What is as long as the columns may have been cut there.
    is_cut = not message.is_parked and len(body) > BODY_CAP_BYTES - _SPARE_BYTES
    if is_cut or message.is_request_cut or len(message.path) >= _LONGEST_PATH or line.integration_id is None:
        return False
    if line.kind == "hacp":
        # In a form of parts nothing stands for the session id.
        return line.launch_id is not None and not body.lstrip(b"\r\n").startswith(b"--")
    # A statement whose text looked like a secret is another one now.
    if b"[redacted]" in body:
        return False
    is_sent = line.method in ("POST", "PUT") and _STATEMENTS.fullmatch(line.path) is not None
    return line.kind == "xapi" and is_sent and bool(body)


def try_message(settings: Settings, line: Line, message: SessionMessage) -> Trial:
    """Let the message come now, roll everything back, and return what would have been kept of it.

    Raises CannotTry.
    """
    send = _send_hacp if line.kind == "hacp" else _send_statements

    def work(session: Session) -> NoReturn:
        request_id = new_id()
        send(session, settings, line, message, request_id)
        session.flush()
        seen, kept = get_line(session, request_id), find_message(session, request_id)
        if seen is None or kept is None:
            raise LookupError("every message leaves an exchange")
        raise _RolledBack(Trial(seen, kept))

    try:
        with bound_contextvars(trial=True):
            transact(work)
    except _RolledBack as done:
        return done.trial


def _send_hacp(
    session: Session, settings: Settings, line: Line, message: SessionMessage, request_id: str
) -> None:
    # The exchange names the launch where the session id stood.
    assert line.launch_id is not None
    named, lent = line.launch_id.encode(), lend_session_id(session, line.launch_id).encode()
    query = message.path.partition("?")[2].encode("latin-1", "replace")
    body, query = (_PASSWORD.sub(b"", each).replace(named, lent) for each in (message.request_body, query))
    # Nor is a unit's password kept, so none is asked for.
    unit = select(Launch.unit_id).where(Launch.id == line.launch_id).scalar_subquery()
    session.execute(update(AssignableUnit).where(AssignableUnit.id == unit).values(au_password_hash=None))
    received = Received(
        request_id=request_id,
        method=message.method,
        path=message.path.partition("?")[0],
        query=query,
        body=body,
        content_type=_FORM,
        host=message.host,
        client_address=message.client_address,
        user_agent=message.user_agent,
        received_at=clock.now(),
    )
    understood = understand(received)
    try:
        with savepoint(session):
            hacp.answer(session, settings, understood)
    except HacpError as error:
        hacp.refuse(session, understood, error)


def _send_statements(
    session: Session, settings: Settings, line: Line, message: SessionMessage, request_id: str
) -> None:
    client = find_client(session, line.integration_id or "")
    if client is None:
        raise CannotTry("the integration has no client that may sign in now")
    scopes = default_scopes(is_write_only=client.is_lenient and not client.has_widened_scopes)
    token = issue_token(session, client, scopes, ttl=timedelta(minutes=5))
    content_type = _find_type(message)
    desk = Desk(_draft(message, request_id), client.xapi_default_version)
    desk.call = Call(
        draft=desk.draft,
        resource=Resource.STATEMENTS,
        method=message.method,
        authorization=Bearer(token),
        body=message.request_body,
        parameters=tuple(parse_qsl(message.path.partition("?")[2], keep_blank_values=True)),
        version_header=client.xapi_default_version,
        content_type=content_type,
        media_type=short_type(content_type),
    )
    act = xapi.put_statement if message.method == "PUT" else xapi.post_statements
    try:
        with savepoint(session):
            act(session, settings, desk)
    except XapiError as error:
        keep_refusal(session, desk, error)


def _find_type(message: SessionMessage) -> str:
    """Return the type of statements: the header is not kept, but what is no multipart body is JSON."""
    kind = guess_type(message.request_body.decode("utf-8", "replace"))
    return kind if kind.startswith("multipart/") else "application/json"


def _draft(message: SessionMessage, request_id: str) -> NewExchange:
    return NewExchange(
        request_id=request_id,
        face="xapi",
        method=message.method,
        path=message.path,
        status=0,
        result="",
        received_at=clock.now(),
        duration=timedelta(0),
        client_address=message.client_address,
        user_agent=message.user_agent,
        host=message.host,
    )
