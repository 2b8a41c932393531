"""Any reports, in any order, with any repeats, over both channels, through services and database.

The expected row is worked out here from the list of reports in the plainest way, not by the rules under
test; and the rebuilt row must equal the stored one.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, seed, settings, strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access.integrations import Integration, Kind, add_integration
from app.access.organisation import Organisation
from app.catalog.service import resolve_identifier
from app.learners.service import add_learner, own_identity, resolve_identity
from app.learners.values import IdentityKind
from app.models.learning import ProgressRow
from app.progress.rebuild import rebuild
from app.progress.service import Evidence, record
from app.progress.values import Channel, Report, Status

START = datetime(2026, 3, 14, 8, tzinfo=UTC)
URNS = ["urn:li:lyndaCourse:5550101", "urn:lyndaCourse:5550101"]

percents = st.none() | st.integers(-5, 140).map(Decimal)
scores = st.none() | st.integers(0, 100).map(Decimal)


@st.composite
def aicc_reports(draw: st.DrawFn) -> Report:
    # The server stamps AICC reports, and a learner's percentage tells the moments apart.
    minute = draw(st.integers(0, 600))
    at = START + timedelta(minutes=minute)
    return Report(
        channel=Channel.AICC,
        source=draw(st.sampled_from(["launch-1", "launch-2"])),
        status=draw(st.sampled_from(list(Status))),
        percent=Decimal(minute) / 10,
        score=draw(scores),
        time=timedelta(seconds=draw(st.integers(0, 4000))),
        event_at=at,
        received_at=at,
    )


@st.composite
def xapi_reports(draw: st.DrawFn) -> Report:
    status = draw(st.sampled_from(list(Status)[1:]))
    received_at = START + timedelta(minutes=draw(st.integers(0, 600)))
    time = draw(st.none() | st.sampled_from([60, 270, 541]).map(lambda s: timedelta(seconds=s)))
    return Report(
        channel=Channel.XAPI,
        source=f"statement-{draw(st.integers(0, 10**9))}",
        status=status,
        percent=draw(percents),
        score=draw(scores),
        time=time,
        time_is_total=status.is_complete,
        event_at=received_at + timedelta(minutes=draw(st.integers(-3000, 20))),
        received_at=received_at,
    )


@st.composite
def deliveries(draw: st.DrawFn) -> list[Report]:
    """Some reports, some of them again, shuffled."""
    reports = draw(st.lists(st.one_of(aicc_reports(), xapi_reports()), min_size=1, max_size=6))
    repeats = draw(st.lists(st.sampled_from(reports), max_size=3))
    return draw(st.permutations(reports + repeats))


def expected_row(reports: list[Report]) -> dict[str, Any]:
    order = ["not_started", "in_progress", "failed", "completed", "passed"]
    status = order[max(order.index(r.status.value) for r in reports)]
    events = {
        r: r.received_at if r.event_at - r.received_at > timedelta(minutes=5) else r.event_at for r in reports
    }
    percents = [min(max(float(r.percent), 0.0), 100.0) for r in reports if r.percent is not None]
    done = [at for r, at in events.items() if r.status.value in ("completed", "passed")]
    sessions: dict[str, timedelta] = {}
    for r in reports:
        if r.channel is Channel.AICC and r.time is not None:
            sessions[r.source] = max(sessions.get(r.source, timedelta(0)), r.time)
    totals = [r.time for r in reports if r.channel is Channel.XAPI and r.time_is_total and r.time]
    parts = {r.time for r in reports if r.channel is Channel.XAPI and not r.time_is_total and r.time}
    aicc_time = sum(sessions.values(), timedelta(0))
    xapi_time = max([*totals, sum(parts, timedelta(0))])
    return {
        "status": status,
        "percent": 100.0 if status in ("completed", "passed") else max(percents, default=0.0),
        "score": max((float(r.score) for r in reports if r.score is not None), default=None),
        "first_seen": min(events.values()),
        "last_activity": max(events.values()),
        "completed_at": min(done, default=None),
        "has_aicc": any(r.channel is Channel.AICC for r in reports),
        "has_xapi": any(r.channel is Channel.XAPI for r in reports),
        "time": max(aicc_time, xapi_time),
    }


def stored_rows(session: Session) -> list[dict[str, Any]]:
    table = ProgressRow.__table__
    return [dict(row._mapping) for row in session.execute(select(table))]


def check(session: Session, integration: Integration, reports: list[Report]) -> None:
    """Deliver the reports as their channels would, look at the one row, rebuild it, and undo everything."""
    with session.begin_nested() as undo:
        learner = add_learner(session, name="Diaz, Ana", email="ana@example.com")
        for number, each in enumerate(reports):
            if each.channel is Channel.AICC:
                identity = own_identity(session, learner.id)
            else:
                identity = resolve_identity(session, kind=IdentityKind.EMAIL, value="mailto:Ana@Example.com")
            record(
                session,
                identity=identity,
                identifier=resolve_identifier(session, URNS[number % 2]),
                report=each,
                evidence=Evidence("exchange", str(number)),
                integration_id=integration.id,
            )
        [stored] = stored_rows(session)
        expected = expected_row(reports)
        assert {name: stored[name] for name in expected} == expected
        rebuild(session, [learner.id])
        assert stored_rows(session) == [stored]
        undo.rollback()


@pytest.fixture
def integration(session: Session) -> Integration:
    organisation = Organisation("http://localhost", "env", "UTC")
    return add_integration(session, organisation, kind=Kind.LINKEDIN_LEARNING, name="LinkedIn Learning")


# In parts, so that several processes may share the 10,000.
PARTS = 10


@pytest.mark.timeout(1500)
@pytest.mark.parametrize("part", range(PARTS))
def test_any_interleaving_gives_one_row_and_rebuild_agrees(
    session: Session, integration: Integration, database_kind: str, part: int
) -> None:
    @seed(part)
    @settings(
        max_examples=(10_000 if database_kind == "sqlite" else 500) // PARTS,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(deliveries())
    def run(reports: list[Report]) -> None:
        check(session, integration, reports)

    run()
