"""Where findings are provoked: one server, its senders, an LMS, and Ben who looks at the pages."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from html import unescape
from itertools import count
from pathlib import Path
from typing import Any, Unpack
from urllib.parse import quote, urlsplit

import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.access.integrations import Kind, Policy, add_integration, update_integration
from app.access.organisation import load_organisation
from app.catalog.service import add_course, get_unit
from app.delivery.destinations import add_webhook
from app.delivery.worker import deliver_due
from app.learners.service import add_learner
from app.settings import Settings
from tests.admin.desk import PASSWORD, Desk
from tests.delivery.receiver import Receiver
from tests.hacp.content import Classroom
from tests.xapi.conftest import Sender, make_sender
from tests.xapi.statements import Json, plain

MakeApp = Callable[[Settings], Flask]


@dataclass
class Stage:
    """Everything that a row of the table needs; each classroom and sender is a new integration."""

    app: Flask
    session: Session
    settings: Settings
    desk: Desk
    lms: Receiver
    make_app: MakeApp
    folder: Path

    def __post_init__(self) -> None:
        self._numbers = count(1)

    @property
    def client(self) -> FlaskClient:
        return self.app.test_client()

    def classroom(
        self,
        kind: Kind = Kind.AICC,
        *,
        host_names: tuple[str, ...] = (),
        launch_url: str | None = "https://content.example/go",
        **policy: Unpack[Policy],
    ) -> Classroom:
        """Make an integration with a course and a learner of its own."""
        number, organisation = next(self._numbers), load_organisation(self.session, self.settings)
        made = add_integration(self.session, organisation, kind=kind, name=f"School {number}")
        given = dict(policy) | ({"host_names": host_names} if host_names else {})
        if given:
            made = update_integration(self.session, made.id, **given)  # type: ignore[arg-type]
        course = add_course(
            self.session,
            integration_id=made.id,
            title=f"Knots {number}",
            activity_id=f"urn:li:lyndaCourse:{number}",
            launch_url=launch_url,
        )
        learner = add_learner(self.session, name=f"Diaz {number}, Ana", email=f"ana{number}@example.com")
        self.session.commit()
        return Classroom(self.client, self.session, self.settings, organisation, made, course, learner)

    def sender(self, kind: Kind = Kind.LINKEDIN_LEARNING, **more: Any) -> Sender:
        return make_sender(self.client, self.session, self.settings, kind=kind, **more)

    def statement(self, **members: Any) -> Json:
        """Give a statement with an id, a learner and a course of its own."""
        number = next(self._numbers)
        return {
            **plain(),
            "id": f"0d4a8a5e-1c62-4c7e-9a1a-{number:012}",
            "actor": {"mbox": f"mailto:seen{number}@example.org"},
            "object": {"id": f"urn:li:lyndaCourse:9{number}"},
            **members,
        }

    def open_from_lms(self, classroom: Classroom, url: str, *, unit_id: str = "") -> str:
        """Open a course as an LMS at this address would; returns the request's id."""
        unit = unit_id or get_unit(self.session, classroom.course.id).id
        self.session.commit()
        query = f"AICC_SID=theirs-77&AICC_URL={quote(url, safe='')}"
        reply = self.client.get(f"/aicc/{classroom.integration.id}/{unit}?{query}")
        return reply.headers["X-Request-Id"]

    def webhook(self, name: str, url: str) -> str:
        """Register a receiver of results; returns its id."""
        made, _ = add_webhook(self.session, self.settings, name=name, url=url)
        self.session.commit()
        return made.id

    def deliver(self, settings: Settings | None = None) -> None:
        self.session.rollback()
        with self.app.app_context():
            deliver_due(settings or self.settings, holder="test")

    def run(self, *statements: str) -> None:
        """Change the database itself."""
        for each in statements:
            self.session.execute(text(each))
        self.session.commit()

    def changed(self, **changes: Any) -> Settings:
        return replace(self.settings, **changes)

    def look(self, path: str = "/admin/system", **changes: Any) -> str:
        """Return a page; with `changes` as a server with other settings shows it under its own name."""
        if not changes:
            return self.desk.get(path).text
        settings = self.changed(**changes)
        app, url = self.make_app(settings), urlsplit(settings.public_url)
        app.config |= {"PREFERRED_URL_SCHEME": url.scheme, "SERVER_NAME": url.netloc}
        desk = Desk(app.test_client())
        assert desk.post("/login", email="ben@example.org", password=PASSWORD).status_code == 303
        return desk.get(path).text


@contextmanager
def ago(**span: float) -> Iterator[None]:
    """Let it be earlier."""
    with time_machine.travel(datetime.now(UTC) - timedelta(**span)):
        yield


def words_of(page: str) -> str:
    """Return the words of a page as they are read: blocks are apart, marks within a line are not."""
    lines = re.sub(r"</?(?:a|bdi|code|span|strong)\b[^>]*>", "", page)
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", lines)).split())
