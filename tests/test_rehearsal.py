"""The comparison of what was acknowledged with the records must notice every kind of loss."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from app.access.integrations import Kind, add_integration
from app.access.organisation import load_organisation
from app.catalog.service import add_course, resolve_identifier
from app.learners.service import add_learner, resolve_identity
from app.learners.values import IdentityKind
from app.models import learning
from app.progress.service import Evidence, record
from app.progress.values import Channel, Report, Status
from app.rehearsal import Stage, Verification, verify
from app.settings import Settings
from app.simulator.cast import cast_courses, cast_learners
from app.simulator.ledger import Acknowledged, Identity, Summary
from app.simulator.plan import Channels, Enrolment, make_plan

END = datetime(2026, 11, 22, tzinfo=UTC)
PERSON = cast_learners(1, 1)[0]
COURSE = cast_courses(1, 1)[0]


@dataclass
class Scene:
    """One learner, one course, and what was acknowledged of them."""

    session: Session
    stage: Stage
    plan: list[Enrolment]
    reports: list[Acknowledged] = field(default_factory=list)
    sources: int = 0

    def acknowledge(self, percent: int, *, completed: bool = False, channel: str = "xapi") -> None:
        identity = (
            Identity("user_id", PERSON.user_id) if channel == "xapi" else Identity("email", PERSON.email)
        )
        self.reports.append(Acknowledged(identity, COURSE.activity_id, percent, completed, channel))

    def keep(
        self, percent: int, *, kind: IdentityKind = IdentityKind.EMAIL, value: str = PERSON.email,
        activity_id: str = COURSE.activity_id, status: Status = Status.IN_PROGRESS,
    ) -> None:  # fmt: skip
        self.sources += 1
        report = Report(Channel.XAPI, f"s{self.sources}", status, END, END, percent=Decimal(percent))
        record(
            self.session,
            identity=resolve_identity(self.session, kind=kind, value=value),
            identifier=resolve_identifier(self.session, activity_id),
            report=report,
            evidence=Evidence("statement", "1"),
            integration_id=self.stage.integration.id,
        )

    def verify(self) -> Verification:
        return verify(self.session, self.stage, self.plan, Summary(reports=self.reports))


@pytest.fixture
def scene(session: Session, settings: Settings) -> Scene:
    integration = add_integration(
        session, load_organisation(session, settings), kind=Kind.LINKEDIN_LEARNING, name="L"
    )
    learner = add_learner(session, name=PERSON.name, email=PERSON.email, user_id=PERSON.user_id)
    course = add_course(
        session, integration_id=integration.id, title="C", activity_id=COURSE.activity_id, launch_url=None
    )
    plan = make_plan(
        1, [PERSON], [COURSE], channels=Channels.BOTH, start=END - timedelta(days=1), end=END, density=1
    )
    stage = Stage(integration, {PERSON.email: learner.id}, {COURSE.activity_id: course.id}, {})
    return Scene(session, stage, plan)


def test_what_is_there_is_good(scene: Scene) -> None:
    scene.keep(40)
    scene.acknowledge(20)
    scene.acknowledge(40)
    assert scene.verify() == Verification(checked=2, rows=1)
    assert scene.verify().is_good


def test_a_row_that_is_not_there_is_missing(scene: Scene) -> None:
    scene.acknowledge(40)
    assert "no row" in scene.verify().missing[0]


def test_a_lower_percentage_is_missing(scene: Scene) -> None:
    scene.keep(20)
    scene.acknowledge(40)
    assert "20 %" in scene.verify().missing[0]


def test_a_lost_completion_is_missing(scene: Scene) -> None:
    scene.keep(100)
    scene.acknowledge(100, completed=True)
    assert "in_progress" in scene.verify().missing[0]


def test_a_lost_channel_is_missing(scene: Scene) -> None:
    scene.keep(40)
    scene.acknowledge(40)
    scene.acknowledge(40, channel="aicc")
    assert "aicc" in scene.verify().missing[0]


def test_a_statement_that_is_not_in_the_store_is_missing(scene: Scene) -> None:
    scene.keep(40)
    identity = Identity("email", PERSON.email)
    scene.reports.append(Acknowledged(identity, COURSE.activity_id, 40, False, "xapi", "no-such-statement"))
    assert scene.verify().missing == ["statement no-such-statement is not in the store"]


def test_a_learner_who_became_two_is_doubled(scene: Scene) -> None:
    scene.keep(40)
    scene.acknowledge(40)
    scene.keep(40, kind=IdentityKind.AICC_STUDENT_ID, value="1001")
    assert len(scene.verify().doubled) == 1
    other = add_learner(scene.session, name="Other, O")
    scene.session.execute(
        update(learning.Identity).where(learning.Identity.value == PERSON.user_id).values(learner_id=other.id)
    )
    assert len(scene.verify().doubled) == 2


def test_a_course_that_became_two_is_doubled(scene: Scene) -> None:
    scene.keep(40)
    scene.acknowledge(40)
    number = COURSE.activity_id.rpartition(":")[2]
    scene.keep(40, activity_id=f"urn:other:{number}")
    assert "again" in scene.verify().doubled[0]
