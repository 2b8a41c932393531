"""The demo, and the test message: the simulator played into this server's own application.

Everything made here is marked as demo: shown with a badge, never passed on, and cleared in one go.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import count

from flask import Flask
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app import clock, db
from app.access.integrations import (
    Integration,
    Kind,
    add_integration,
    delete_integration,
    get_integration,
    list_integrations,
)
from app.access.organisation import load_organisation
from app.catalog.service import delete_demo_courses
from app.learners.service import delete_demo_learners
from app.models import access, launches, records, store
from app.rehearsal import Performance, Verification, Watch, is_good, perform, watch_nothing
from app.settings import settings_of
from app.simulator.cast import cast_courses, cast_learners
from app.simulator.ledger import Summary
from app.simulator.plan import Channels, Enrolment, make_plan
from app.simulator.transport import WsgiTransport
from app.simulator.webhook import UserType
from app.words import worded

DEMO_NAME = "LinkedIn Learning (demo)"
DEMO_LEARNERS = 40
DEMO_COURSES = 12
DEMO_DAYS = 60
_SEED = 2026
_DOMAIN = "demo.example"
# Far from real courses, and from those of the `simulate` command.
_FIRST_DEMO_COURSE = 9_900_000_001
_TEST_COURSE = 9_990_000_001


class DemoRefused(Exception):
    """The demo or test message cannot be played; the message says why."""


@dataclass(frozen=True, slots=True)
class Played:
    """What came of it; `is_good` when everything was acknowledged and is in the records."""

    integration: Integration
    account: Summary
    verification: Verification

    @property
    def is_good(self) -> bool:
        return is_good(self.account, self.verification)

    @property
    def summary(self) -> str:
        """One sentence for the person who pressed the button."""
        sent = self.account.acknowledged
        if self.is_good:
            return worded(
                "%(n)s messages were sent and acknowledged, "
                "and the progress table shows them, marked as demo.",
                n=sent,
            )
        if not self.account.is_clean:
            problem = (self.account.problems or [worded("no message was sent")])[0]
            return worded(
                "%(n)s messages were sent and acknowledged, %(refused)s were refused, "
                "%(failed)s had no answer. First: %(problem)s",
                n=sent,
                refused=self.account.refused,
                failed=self.account.failed,
                problem=problem,
            )
        fault = (self.verification.missing + self.verification.doubled)[0]
        return worded(
            "%(n)s messages were sent and acknowledged, but the records differ. First: %(fault)s",
            n=sent,
            fault=fault,
        )


@dataclass(frozen=True, slots=True)
class Cleared:
    """How much was removed."""

    integrations: int
    learners: int
    courses: int


def load_demo(
    app: Flask,
    *,
    learners: int = DEMO_LEARNERS,
    courses: int = DEMO_COURSES,
    watch: Watch = watch_nothing,
) -> Played:
    """Fill a demo of the last 60 days over both channels; an earlier demo is cleared first.

    Needs an application context; opens its own transactions.
    """
    settings = settings_of(app)
    db.transact(clear_demo)
    with db.transaction() as session:
        organisation = load_organisation(session, settings)
        integration = add_integration(
            session, organisation, kind=Kind.LINKEDIN_LEARNING, name=DEMO_NAME, is_demo=True
        )
    now = clock.now()
    plan = make_plan(
        _SEED,
        cast_learners(_SEED, learners, domain=_DOMAIN),
        cast_courses(_SEED, courses, first_number=_FIRST_DEMO_COURSE),
        channels=Channels.BOTH,
        start=now - timedelta(days=DEMO_DAYS),
        end=now,
    )
    performance = Performance(plan=_mix_channels(plan), is_demo=True, plays_the_past=True)
    transport = WsgiTransport(app.wsgi_app, organisation.public_url)
    summary, verification = perform(settings, organisation, integration, transport, performance, watch=watch)
    return Played(integration, summary, verification)


def send_test(app: Flask, integration_id: str) -> Played:
    """Play one learner and one course over the channels of this integration, marked as demo.

    Needs an application context and must not be called inside a transaction. The real learners, courses
    and the checklist stay untouched. Raises UnknownIntegration, DemoRefused.
    """
    settings = settings_of(app)
    with db.reading() as session:
        organisation = load_organisation(session, settings)
        integration = get_integration(session, integration_id)
    if not integration.is_enabled:
        raise DemoRefused(worded("%(name)s is disabled: enable it to send a test", name=integration.name))
    plan = _test_plan(_CHANNELS[integration.kind])
    user_type = UserType(integration.user_type.value) if integration.user_type else UserType.EMAIL
    performance = Performance(plan=plan, user_type=user_type, is_demo=True, workers=1)
    transport = WsgiTransport(app.wsgi_app, organisation.public_url)
    summary, verification = perform(settings, organisation, integration, transport, performance)
    return Played(integration, summary, verification)


def clear_demo(session: Session) -> Cleared:
    """Remove everything marked as demo, the test messages of real integrations too, and nothing else."""
    demo_credentials = select(access.Credential.id).where(access.Credential.is_demo)
    demo_exchanges = select(records.Exchange.id).where(records.Exchange.is_demo)
    integrations = [each for each in list_integrations(session) if each.is_demo]
    is_demo_statement = records.Statement.credential_id.in_(demo_credentials)
    demo_keys = select(records.Statement.key).where(is_demo_statement)
    session.execute(delete(store.StatementLink).where(store.StatementLink.key.in_(demo_keys)))
    session.execute(delete(records.Statement).where(is_demo_statement))
    session.execute(delete(records.FindingRow).where(records.FindingRow.exchange_id.in_(demo_exchanges)))
    session.execute(delete(records.Exchange).where(records.Exchange.is_demo))
    session.execute(delete(launches.Launch).where(launches.Launch.is_demo))
    session.execute(delete(access.Credential).where(access.Credential.is_demo))
    learners = delete_demo_learners(session)
    courses = delete_demo_courses(session)
    for each in integrations:
        delete_integration(session, each.id, erase_data=True)
    return Cleared(integrations=len(integrations), learners=learners, courses=courses)


_CHANNELS = {
    Kind.LINKEDIN_LEARNING: Channels.BOTH,
    Kind.AICC: Channels.AICC,
    Kind.XAPI: Channels.XAPI,
}


def _mix_channels(plan: list[Enrolment]) -> list[Enrolment]:
    """Report some courses over one channel only, as it is where both are in use."""
    chance = random.Random(_SEED)
    weighted = (Channels.BOTH, Channels.BOTH, Channels.XAPI, Channels.XAPI, Channels.AICC)
    return [replace(enrolment, channels=chance.choice(weighted)) for enrolment in plan]


def _test_plan(channels: Channels) -> list[Enrolment]:
    """Let one learner finish one course just now: a test shows every kind of message."""
    now = clock.now()
    learner = replace(
        cast_learners(_SEED, 1, domain="test.example")[0], given_name="Tess", family_name="Test"
    )
    course = replace(cast_courses(_SEED, 1, first_number=_TEST_COURSE)[0], title="Test course")
    for seed in count():
        plan = make_plan(seed, [learner], [course], channels=channels, start=now, end=now, density=1.0)
        if plan[0].steps[-1].completed:
            return plan
    raise AssertionError("some seed finishes the course")
