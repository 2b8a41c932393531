"""Who may speak: a HACP request becomes a message, and a message is admitted or refused.

The order of questions is that of CMI001 v4.0 §6.4.3 and of most servers: is this host ours, is the command
known, whose session is it, may it still speak.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.access.host_registry import HostVerdict, judge_host
from app.access.integrations import Integration, UnknownIntegration, get_integration
from app.access.launches import Launch, resolve_session
from app.access.organisation import Organisation, load_organisation
from app.hacp.aicc_data import AiccData, parse_groups
from app.hacp.errors import (
    BadHostHeader,
    BodyTooLarge,
    HacpError,
    InvalidCommand,
    InvalidSession,
    MisdirectedRequest,
)
from app.hacp.journal import Received
from app.hacp.vocabulary import Command
from app.hacp.wire import MAX_BODY_BYTES, HacpRequest, parse_request
from app.inspector.findings import Finding
from app.settings import Settings

COMMANDS = frozenset(Command)
PUTS = frozenset({Command.PUT_PARAM, Command.EXIT_PARAM})
RECORDS = frozenset(
    {
        Command.PUT_COMMENTS,
        Command.PUT_OBJECTIVES,
        Command.PUT_INTERACTIONS,
        Command.PUT_PATH,
        Command.PUT_PERFORMANCE,
    }
)
DATA_COMMANDS = frozenset(command.value for command in PUTS | RECORDS)


@dataclass(frozen=True, slots=True)
class Message:
    """A request as received and as understood; `error` says why it was not understood."""

    received: Received
    request: HacpRequest
    data: AiccData
    error: HacpError | None = None

    @property
    def label(self) -> str:
        """Name the command for counting: one of ours or `unknown`, never what a client typed."""
        return self.request.command if self.request.command in COMMANDS else "unknown"


@dataclass(frozen=True, slots=True)
class Situation:
    """An admitted message: whose it is and when it came."""

    message: Message
    command: Command
    launch: Launch
    integration: Integration
    now: datetime
    host_finding: Finding | None = None


def understand(received: Received) -> Message:
    """Return the message that a request holds; needs no database, and never fails."""
    try:
        request = _parse(received)
    except HacpError as error:
        return Message(received, HacpRequest(command=""), AiccData(), error)
    data = parse_groups(request.aicc_data) if request.command in DATA_COMMANDS else AiccData()
    return Message(received, request, data)


def admit(session: Session, settings: Settings, message: Message) -> Situation:
    """Return whose message this is; raises HacpError when it may not speak. Locks the session's row."""
    organisation = load_organisation(session, settings)
    host_finding = _check_any_host(session, organisation, message.received.host)
    if message.error is not None:
        raise message.error
    command = _known_command(message.request.command)
    launch = resolve_session(session, message.request.session_id)
    if launch is None:
        raise InvalidSession("the session id is unknown", finding="A2")
    situation = Situation(
        message=message,
        command=command,
        launch=launch,
        integration=_live_integration(session, launch),
        now=message.received.received_at,
        host_finding=host_finding,
    )
    _check_own_host(session, organisation, situation)
    _check_state(settings, situation)
    return situation


def _parse(received: Received) -> HacpRequest:
    if received.is_too_large:
        raise BodyTooLarge(f"the body is longer than {MAX_BODY_BYTES} bytes")
    if received.method != "POST":
        raise InvalidCommand(f"{received.method} is not how a message is sent")
    return parse_request(received.body, received.content_type, received.query)


def _known_command(name: str) -> Command:
    try:
        return Command(name)
    except ValueError:
        raise InvalidCommand(f"the command is {name[:40]!r}") from None


def _check_any_host(session: Session, organisation: Organisation, host: str) -> Finding | None:
    verdict = judge_host(session, organisation, host)
    if verdict is HostVerdict.BAD:
        raise BadHostHeader(f"the Host header is {host[:100]!r}")
    if verdict is HostVerdict.UNKNOWN:
        raise MisdirectedRequest(f"the request named {host}, which no integration lists", finding="H1")
    return Finding("H1", f"the request named {host}") if verdict is HostVerdict.OBSERVED else None


def _check_own_host(session: Session, organisation: Organisation, situation: Situation) -> None:
    host, launch = situation.message.received.host, situation.launch
    verdict = judge_host(session, organisation, host, integration_id=launch.integration_id)
    if verdict in (HostVerdict.OK, HostVerdict.OBSERVED):
        return
    name = situation.integration.name
    kind, code = (InvalidSession, "H2") if verdict is HostVerdict.FOREIGN else (MisdirectedRequest, "H1")
    raise kind(
        f"the request named {host}, which is not among the host names of {name!r}",
        finding=code,
        launch_id=launch.id,
        integration_id=launch.integration_id,
    )


def _live_integration(session: Session, launch: Launch) -> Integration:
    try:
        integration = get_integration(session, launch.integration_id)
    except UnknownIntegration:
        integration = None
    if integration is None or not integration.is_enabled:
        raise InvalidSession(
            "the integration is switched off",
            finding="I1",
            launch_id=launch.id,
            integration_id=launch.integration_id,
        )
    return integration


def _check_state(settings: Settings, situation: Situation) -> None:
    """Refuse what comes after the session's time, or after the grace that follows ExitAU."""
    launch, now = situation.launch, situation.now
    grace = timedelta(minutes=settings.grace_minutes)
    if launch.is_expired(settings, now):
        reason, code = "the session has expired", "A2"
    elif launch.ended_at is not None and now - launch.ended_at > grace:
        reason, code = "the session was closed by ExitAU", "A9"
    else:
        return
    raise InvalidSession(reason, finding=code, launch_id=launch.id, integration_id=launch.integration_id)
