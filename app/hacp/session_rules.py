"""What a session may do in which phase of its life: one table (AICC CMI001 v4.0 §6.4, and the rule of grace).

The standard wants GetParam first, ExitAU last and nothing after it. Real content cannot keep to that: its
last messages leave as beacons that overtake each other, and content that posts blindly never sends GetParam.
So the lenient column takes everything that may belong to a session; the strict one is the standard's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from app.hacp.vocabulary import Command


class Phase(StrEnum):
    """Never heard of; heard of; ended a moment ago; ended; quiet for too long or too old."""

    NEW = "new"
    RUNNING = "running"
    GRACE = "grace"
    CLOSED = "closed"
    EXPIRED = "expired"


class Ruling(StrEnum):
    """Taken; refused as a command (error=1); refused as a session (error=3). Refused data is parked."""

    TAKE = "take"
    WRONG_COMMAND = "wrong command"
    WRONG_SESSION = "wrong session"


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a session may be quiet, how long it may live, and how long its last beacons may take."""

    idle: timedelta
    absolute: timedelta
    grace: timedelta


@dataclass(frozen=True, slots=True)
class Lifetime:
    """When a session was opened, heard and ended; `was_expired` once the worker has closed it."""

    opened_at: datetime
    first_message_at: datetime | None = None
    last_message_at: datetime | None = None
    ended_at: datetime | None = None
    was_expired: bool = False


_TAKE, _COMMAND, _SESSION = Ruling.TAKE, Ruling.WRONG_COMMAND, Ruling.WRONG_SESSION
_RECORDING = tuple(command for command in Command if command is not Command.GET_PARAM)

RULINGS: Mapping[tuple[Phase, Command], tuple[Ruling, Ruling]] = MappingProxyType(
    {
        # phase, command: lenient, strict
        (Phase.NEW, Command.GET_PARAM): (_TAKE, _TAKE),
        **{(Phase.NEW, command): (_TAKE, _COMMAND) for command in _RECORDING},
        **{(Phase.RUNNING, command): (_TAKE, _TAKE) for command in Command},
        **{(Phase.GRACE, command): (_TAKE, _SESSION) for command in Command},
        **{(Phase.CLOSED, command): (_SESSION, _SESSION) for command in Command},
        **{(Phase.EXPIRED, command): (_SESSION, _SESSION) for command in Command},
    }
)
"""For every phase and command: the lenient ruling, then the strict one."""


def find_phase(life: Lifetime, limits: Limits, now: datetime) -> Phase:
    """Return the phase a session is in; a session that ended by itself no longer expires."""
    if life.was_expired:
        return Phase.EXPIRED
    if life.ended_at is not None:
        return Phase.GRACE if now - life.ended_at <= limits.grace else Phase.CLOSED
    quiet_since = life.last_message_at or life.opened_at
    if now - quiet_since > limits.idle or now - life.opened_at > limits.absolute:
        return Phase.EXPIRED
    return Phase.NEW if life.first_message_at is None else Phase.RUNNING


def rule(phase: Phase, command: Command, *, is_strict: bool) -> Ruling:
    """Return what becomes of a command in this phase."""
    lenient, strict = RULINGS[phase, command]
    return strict if is_strict else lenient
