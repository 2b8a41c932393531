"""Who may speak: a HACP request becomes a message, and a message is admitted or refused.

The order of questions is that of CMI001 v4.0 §6.4.3 and of most servers: is this host ours, is the command
known, whose session is it, is the password right, may it speak now.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypedDict

from sqlalchemy.orm import Session

from app.access.host_registry import HostVerdict, judge_host
from app.access.integrations import Integration
from app.access.launches import EndReason, Launch, LessonMode, ask_session
from app.access.organisation import Organisation, ask_organisation
from app.catalog.service import Identifier, Unit
from app.catalog.units import is_au_password
from app.delivery.queue import Outlet, ask_outlets
from app.hacp.aicc_data import AiccData, parse_groups
from app.hacp.attempt_rules import Attempt
from app.hacp.attempts import ask_attempt
from app.hacp.counterparts import ask_counterparts
from app.hacp.errors import (
    BadHostHeader,
    BodyTooLarge,
    HacpError,
    InvalidCommand,
    InvalidPassword,
    InvalidSession,
    MisdirectedRequest,
)
from app.hacp.journal import Received
from app.hacp.own_names import ask_own_names
from app.hacp.session_rules import Lifetime, Limits, Phase, Ruling, find_phase, rule
from app.hacp.vocabulary import Command, Manner
from app.hacp.wire import MAX_BODY_BYTES, HacpRequest, parse_request
from app.inspector.findings import Finding
from app.learners.values import Identity
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
    def repairs(self) -> tuple[str, ...]:
        """What had to be repaired to understand the message, one sentence each."""
        return (*self.request.repairs, *self.data.repairs)

    @property
    def label(self) -> str:
        """Name the command for counting: one of ours or `unknown`, never what a client typed."""
        return self.request.command if self.request.command in COMMANDS else "unknown"


@dataclass(frozen=True, slots=True)
class Situation:
    """An admitted message: whose it is and when it came; `attempt` and `own_names` give what is asked for."""

    message: Message
    command: Command
    launch: Launch
    integration: Integration
    unit: Unit
    now: datetime
    attempt: Callable[[], Attempt]
    own_names: Callable[[], tuple[Identity, Identifier]]
    outlets: Callable[[], tuple[Outlet, ...]]
    phase: Phase = Phase.RUNNING
    host_finding: Finding | None = None

    @property
    def manner(self) -> Manner:
        """How this session is taken."""
        mode = self.launch.lesson_mode
        return Manner(
            is_credit=self.launch.is_credit,
            is_browsing=mode is LessonMode.BROWSE,
            is_reviewing=mode is LessonMode.REVIEW,
        )


def understand(received: Received) -> Message:
    """Return the message that a request holds; needs no database, and never fails."""
    try:
        request = _parse(received)
    except HacpError as error:
        return Message(received, HacpRequest(command=""), AiccData(), error)
    data = parse_groups(request.aicc_data) if request.command in PUTS else AiccData()
    return Message(received, request, data)


def admit(session: Session, settings: Settings, message: Message) -> Situation:
    """Return whose message this is; raises HacpError when it may not speak. Locks the session's row."""
    asked_organisation = ask_organisation(session, settings)
    asked_launch = ask_session(session, message.request.session_id)
    organisation = asked_organisation()
    host_finding = _check_any_host(session, organisation, message.received.host)
    if message.error is not None:
        raise message.error
    command = _known_command(message.request.command)
    launch = asked_launch()
    if launch is None:
        raise InvalidSession("the session id is unknown", finding="A2")
    now = message.received.received_at
    asked_counterparts = ask_counterparts(session, launch)
    # What is looked at later comes in the same round.
    attempt, own_names = ask_attempt(session, launch, now=now), ask_own_names(session, launch)
    outlets = ask_outlets(session, launch.integration_id)
    integration, unit = asked_counterparts()
    situation = Situation(
        message=message,
        command=command,
        launch=launch,
        integration=_check_live(integration, launch),
        unit=unit,
        now=now,
        attempt=attempt,
        own_names=own_names,
        outlets=outlets,
        host_finding=host_finding,
    )
    _check_own_host(session, organisation, situation)
    _check_password(settings, situation)
    return replace(situation, phase=_check_phase(settings, situation))


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
        # Never quoted at length: somebody may have put the session id here.
        raise InvalidCommand(f"the command is {name[:20]!r}") from None


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
        **_owner(launch),
    )


def _check_live(integration: Integration | None, launch: Launch) -> Integration:
    if integration is None or not integration.is_enabled:
        raise InvalidSession(
            "the integration is switched off",
            finding="I1",
            **_owner(launch),
        )
    return integration


def _check_password(settings: Settings, situation: Situation) -> None:
    """Refuse a wrong AU_password, and a missing one where that is enforced: most clients never send it."""
    given = situation.message.request.au_password
    if not given and not situation.integration.enforces_au_password:
        return
    if is_au_password(settings, situation.unit, given or ""):
        return
    reason = "AU_password is missing" if not given else "AU_password is not the unit's"
    raise InvalidPassword(reason, finding="A10", **_owner(situation.launch))


def _check_phase(settings: Settings, situation: Situation) -> Phase:
    """Refuse what may not be said at this time of a session's life."""
    launch, command = situation.launch, situation.command
    limits = Limits(
        idle=timedelta(hours=settings.session_idle_hours),
        absolute=timedelta(days=settings.session_absolute_days),
        grace=timedelta(minutes=settings.grace_minutes),
    )
    life = Lifetime(
        opened_at=launch.opened_at,
        first_message_at=launch.first_message_at,
        last_message_at=launch.last_message_at,
        ended_at=launch.ended_at,
        was_expired=launch.end_reason not in (None, EndReason.EXIT),
    )
    phase = find_phase(life, limits, situation.now)
    ruling = rule(phase, command, is_strict=situation.integration.is_strict)
    if ruling is Ruling.WRONG_COMMAND:
        reason = "strict order: GetParam comes first"
        raise InvalidCommand(reason, finding="A11", **_owner(launch))
    if ruling is Ruling.WRONG_SESSION:
        reason, code = _REFUSALS[phase]
        raise InvalidSession(reason, finding=code, **_owner(launch))
    return phase


_REFUSALS = {
    Phase.GRACE: ("strict order: nothing comes after ExitAU", "A9"),
    Phase.CLOSED: ("the session was closed by ExitAU", "A9"),
    Phase.EXPIRED: ("the session has expired", "A2"),
}


class _Owner(TypedDict):
    launch_id: str
    integration_id: str


def _owner(launch: Launch) -> _Owner:
    """Say whose the refused message is: its data is parked there."""
    return {"launch_id": launch.id, "integration_id": launch.integration_id}
