"""Ana takes a course: an integration, a course, a learner, and a content that speaks HACP."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app import clock
from app.access.integrations import Kind, add_integration
from app.access.organisation import load_organisation
from app.catalog.service import add_course
from app.learners.service import add_learner
from app.settings import Settings
from tests.hacp.content import Classroom

NewClassroom = Callable[..., Classroom]
LAUNCH_URL = "https://content.example/go?course=7"


@pytest.fixture
def new_classroom(app: Flask, client: FlaskClient, session: Session, settings: Settings) -> NewClassroom:
    """Make classrooms: `new_classroom(Kind.LINKEDIN_LEARNING)`."""

    def make(
        kind: Kind = Kind.AICC, *, launch_url: str | None = "https://content.example/go?course=7"
    ) -> Classroom:
        organisation = load_organisation(session, settings)
        integration = add_integration(session, organisation, kind=kind, name="Ana's content")
        course = add_course(
            session,
            integration_id=integration.id,
            title="Knots",
            activity_id="urn:li:lyndaCourse:7",
            launch_url=launch_url,
        )
        learner = add_learner(session, name="Diaz, Ana", email="ana@example.com")
        session.commit()
        return Classroom(
            client=client,
            session=session,
            settings=settings,
            organisation=organisation,
            integration=integration,
            course=course,
            learner=learner,
        )

    return make


@pytest.fixture
def classroom(new_classroom: NewClassroom) -> Classroom:
    return new_classroom()


@pytest.fixture
def linkedin(new_classroom: NewClassroom) -> Classroom:
    return new_classroom(Kind.LINKEDIN_LEARNING)


@pytest.fixture
def pass_time(monkeypatch: pytest.MonkeyPatch) -> Callable[[timedelta], None]:
    """Let time pass for everything that reads the clock."""
    shift = timedelta(0)
    real_now = clock.now

    def later(span: timedelta) -> None:
        nonlocal shift
        shift += span

    def now() -> datetime:
        return real_now() + shift

    monkeypatch.setattr(clock, "now", now)
    return later
