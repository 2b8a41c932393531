"""Every phase of a session, every command, lenient and strict: the whole table."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.hacp.session_rules import RULINGS, Lifetime, Limits, Phase, Ruling, find_phase, rule
from app.hacp.vocabulary import Command

T0 = datetime(2026, 11, 22, 9, tzinfo=UTC)
LIMITS = Limits(idle=timedelta(hours=24), absolute=timedelta(days=7), grace=timedelta(minutes=15))
HOUR = timedelta(hours=1)
TICK = timedelta(microseconds=1)


@pytest.mark.parametrize("command", Command)
@pytest.mark.parametrize(
    ("phase", "lenient", "strict"),
    [
        (Phase.NEW, Ruling.TAKE, Ruling.WRONG_COMMAND),
        (Phase.RUNNING, Ruling.TAKE, Ruling.TAKE),
        (Phase.GRACE, Ruling.TAKE, Ruling.WRONG_SESSION),
        (Phase.CLOSED, Ruling.WRONG_SESSION, Ruling.WRONG_SESSION),
        (Phase.EXPIRED, Ruling.WRONG_SESSION, Ruling.WRONG_SESSION),
    ],
)
def test_a_phase_decides_what_may_be_said(
    phase: Phase, lenient: Ruling, strict: Ruling, command: Command
) -> None:
    if phase is Phase.NEW and command is Command.GET_PARAM:
        strict = Ruling.TAKE
    assert rule(phase, command, is_strict=False) is lenient
    assert rule(phase, command, is_strict=True) is strict


def test_the_table_is_complete() -> None:
    assert set(RULINGS) == {(phase, command) for phase in Phase for command in Command}


@pytest.mark.parametrize(
    ("life", "now", "phase"),
    [
        (Lifetime(T0), T0, Phase.NEW),
        (Lifetime(T0), T0 + 24 * HOUR, Phase.NEW),
        (Lifetime(T0), T0 + 24 * HOUR + TICK, Phase.EXPIRED),
        (Lifetime(T0, T0, T0 + 20 * HOUR), T0 + 44 * HOUR, Phase.RUNNING),
        (Lifetime(T0, T0, T0 + 20 * HOUR), T0 + 44 * HOUR + TICK, Phase.EXPIRED),
        (Lifetime(T0, T0, T0 + 167 * HOUR), T0 + 168 * HOUR, Phase.RUNNING),
        (Lifetime(T0, T0, T0 + 167 * HOUR), T0 + 168 * HOUR + TICK, Phase.EXPIRED),
        (Lifetime(T0, T0, T0, ended_at=T0 + HOUR), T0 + HOUR + LIMITS.grace, Phase.GRACE),
        (Lifetime(T0, T0, T0, ended_at=T0 + HOUR), T0 + HOUR + LIMITS.grace + TICK, Phase.CLOSED),
        (Lifetime(T0, T0, T0, ended_at=T0 + HOUR), T0 + 999 * HOUR, Phase.CLOSED),
        (Lifetime(T0, T0, T0, ended_at=T0 + HOUR, was_expired=True), T0 + HOUR, Phase.EXPIRED),
    ],
)
def test_time_decides_the_phase(life: Lifetime, now: datetime, phase: Phase) -> None:
    assert find_phase(life, LIMITS, now) is phase
