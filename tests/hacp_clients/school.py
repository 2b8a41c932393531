"""What a client's session needs before it, and what is on record after it; made by our own services."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from typing import Any

from flask import Flask
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from app import clock
from app.access.integrations import Kind, Policy, add_integration
from app.access.launches import OpenLaunch, hash_session_id, make_launch_link, open_launch
from app.access.organisation import load_organisation
from app.catalog.service import add_course
from app.catalog.units import UnitFields, set_unit
from app.db import db, transaction
from app.learners.service import add_learner
from app.models.launches import AiccRecord, Attempt, Launch
from app.models.learning import ProgressRow
from app.models.records import Exchange
from app.settings import Settings
from tests.command_line import CommandLine
from tests.hacp_clients.scripts import OnRecord

_numbers = count(1)


class School:
    """One organisation on one database, reached by the services and not through any page."""

    def __init__(self, app: Flask, settings: Settings) -> None:
        self.app = app
        self.settings = settings
        with app.app_context():
            self.engine: Engine = db.engine

    def add_content(
        self, *, kind: Kind = Kind.AICC, launch_url: str, unit: UnitFields | None = None, **policy: Any
    ) -> Content:
        """Register an integration with one course of it."""
        with self.app.app_context(), transaction() as session:
            organisation = load_organisation(session, self.settings)
            wanted: Policy = policy  # type: ignore[assignment]
            integration = add_integration(session, organisation, kind=kind, name="Ana's content", **wanted)
            course = add_course(
                session,
                integration_id=integration.id,
                title="Knots",
                activity_id=f"urn:li:lyndaCourse:{next(_numbers)}",
                launch_url=launch_url,
            )
            if unit:
                set_unit(session, self.settings, course.id, **unit)
        return Content(self, integration.id, course.id)

    def close(self) -> None:
        self.engine.dispose()


@dataclass(frozen=True)
class Content:
    """A course of one integration."""

    school: School
    integration_id: str
    course_id: str

    def enrol(self) -> Pupil:
        """Give this course to one more learner of Ana's name."""
        with self.school.app.app_context(), transaction() as session:
            learner = add_learner(session, name="Diaz, Ana", email=f"ana{next(_numbers)}@example.com")
        return Pupil(self, learner.id)


@dataclass(frozen=True)
class Pupil:
    """One learner on one course."""

    content: Content
    learner_id: str

    def open(self) -> OpenLaunch:
        """Open a session without following a link."""
        with self.content.school.app.app_context(), transaction() as session:
            return open_launch(
                session,
                self.content.school.settings,
                load_organisation(session, self.content.school.settings),
                **self._keys,
            )

    def link(self) -> str:
        """Return a signed launch link."""
        with self.content.school.app.app_context(), transaction() as session:
            settings = self.content.school.settings
            return make_launch_link(
                settings, load_organisation(session, settings), **self._keys, now=clock.now()
            )

    def on_record(self) -> OnRecord:
        """Return what attempt and progress hold now."""
        with Session(self.content.school.engine) as session:
            attempt = session.scalars(select(Attempt).where(Attempt.learner_id == self.learner_id)).one()
            progress = session.scalars(
                select(ProgressRow).where(ProgressRow.learner_id == self.learner_id)
            ).one()
            assert attempt.total_time == progress.time
            return OnRecord(
                lesson_status=attempt.lesson_status,
                location=attempt.location,
                suspend=attempt.suspend_data.decode("utf-8", "surrogatepass"),
                score=attempt.score,
                seconds=attempt.total_time.total_seconds(),
                status=progress.status,
                percent=progress.percent,
                score_number=progress.score,
            )

    def interactions(self) -> list[dict[str, str]]:
        """Return the rows that PutInteractions brought, as `launch show` tells them."""
        cli = CommandLine(self.content.school.app)
        shown = [cli.json("launch", "show", launch.id) for launch in self.launches()]
        return [row for session in shown for row in session["interactions"]]

    def records(self, command: str) -> list[str]:
        """Return the texts that a Put command brought, as they were sent."""
        query = select(AiccRecord).join(Launch, Launch.id == AiccRecord.launch_id)
        query = query.where(Launch.learner_id == self.learner_id, AiccRecord.command == command)
        with Session(self.content.school.engine) as session:
            return [row.body.decode() for row in session.scalars(query.order_by(AiccRecord.received_at))]

    def launches(self) -> list[Launch]:
        """Return this learner's sessions, the oldest first."""
        query = select(Launch).where(Launch.learner_id == self.learner_id).order_by(Launch.opened_at)
        with Session(self.content.school.engine, expire_on_commit=False) as session:
            return list(session.scalars(query))

    def exchanges(self, session_id: str) -> list[Exchange]:
        """Return every message of a session, in order, refused ones too."""
        digest = hash_session_id(session_id)
        query = select(Exchange).join(Launch, Launch.id == Exchange.launch_id)
        query = query.where(Launch.session_hash == digest, Exchange.face == "hacp")
        with Session(self.content.school.engine, expire_on_commit=False) as session:
            return list(session.scalars(query.order_by(Exchange.received_at)))

    @property
    def _keys(self) -> dict[str, str]:
        return {
            "integration_id": self.content.integration_id,
            "course_id": self.content.course_id,
            "learner_id": self.learner_id,
        }
