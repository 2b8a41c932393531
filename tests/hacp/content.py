"""A content that speaks HACP through the test client, and looks at what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from flask.testing import FlaskClient
from sqlalchemy import inspect, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.access.integrations import Integration
from app.access.launches import OpenLaunch, open_launch
from app.access.organisation import Organisation
from app.catalog.service import Course
from app.hacp.aicc_data import AiccData, parse_groups
from app.learners.values import Learner
from app.models.launches import AiccRecord, Attempt, Launch as LaunchRow
from app.models.learning import ProgressRow
from app.models.records import Exchange, FindingRow
from app.settings import Settings

FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Reply:
    """A HACP reply taken apart."""

    response: TestResponse
    error: int
    error_text: str
    version: str
    data: AiccData

    @property
    def core(self) -> dict[str, str]:
        return dict(self.data.keywords.get("core", {}))


@dataclass
class Content:
    """One launched content: it knows its session id and sends messages."""

    client: FlaskClient
    launch: OpenLaunch
    headers: dict[str, str]

    def post(self, body: bytes, *, content_type: str = FORM, **options: Any) -> Reply:
        return read_reply(
            self.client.post("/hacp", data=body, content_type=content_type, headers=self.headers, **options)
        )

    def send(self, command: str, aicc_data: str | None = None, *, version: str = "4.0") -> Reply:
        body = f"command={command}&version={version}&session_id={self.launch.session_id}"
        if aicc_data is not None:
            body += "&aicc_data=" + quote(aicc_data, safe="")
        return self.post(body.encode())

    def get(self) -> Reply:
        return self.send("GetParam")

    def put(self, core: str = "", *, lesson: str | None = None) -> Reply:
        """Send a PutParam; `core` is `keyword=value` items divided by `|`."""
        lines = ["[core]", *filter(None, core.split("|"))]
        if lesson is not None:
            lines += ["[core_lesson]", lesson]
        return self.send("PutParam", "\r\n".join(lines))

    def leave(self) -> Reply:
        return self.send("ExitAU")


@dataclass
class Classroom:
    """One learner, one course, one integration; opens contents and reads the database."""

    client: FlaskClient
    session: Session
    settings: Settings
    organisation: Organisation
    integration: Integration
    course: Course
    learner: Learner

    def open(self, **headers: str) -> Content:
        launch = open_launch(
            self.session,
            self.settings,
            self.organisation,
            integration_id=self.integration.id,
            course_id=self.course.id,
            learner_id=self.learner.id,
        )
        self.session.commit()
        return Content(self.client, launch, headers)

    def progress(self) -> ProgressRow | None:
        return self._one(ProgressRow)

    def attempt(self) -> Attempt | None:
        return self._one(Attempt)

    def launch_row(self, content: Content) -> LaunchRow:
        self._look_again()
        row = self.session.get(LaunchRow, content.launch.launch_id)
        assert row is not None
        return row

    def records(self) -> list[AiccRecord]:
        return self._all(AiccRecord)

    def exchanges(self) -> list[Exchange]:
        return self._all(Exchange)

    def findings(self) -> list[FindingRow]:
        return self._all(FindingRow)

    def _one(self, table: Any) -> Any:
        rows = self._all(table)
        assert len(rows) <= 1
        return rows[0] if rows else None

    def _all(self, table: Any) -> list[Any]:
        self._look_again()
        return list(self.session.scalars(select(table).order_by(*inspect(table).primary_key)).all())

    def _look_again(self) -> None:
        self.session.rollback()
        self.session.expire_all()


def read_reply(response: TestResponse) -> Reply:
    """Read a reply as the strictest known clients do; fail on anything they would stumble over."""
    text = response.get_data().decode("utf-8")
    assert response.content_type == "text/plain; charset=utf-8"
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "Set-Cookie" not in response.headers
    assert response.headers["X-Request-Id"]
    assert text.endswith("\r\n")
    lines = text.split("\r\n", 3)
    assert [line.split("=", 1)[0] for line in lines[:3]] == ["error", "error_text", "version"]
    rest = lines[3]
    assert rest == "" or rest.startswith("aicc_data=[core]\r\n")
    error, error_text, version = (line.split("=", 1)[1] for line in lines[:3])
    return Reply(response, int(error), error_text, version, parse_groups(rest.removeprefix("aicc_data=")))
