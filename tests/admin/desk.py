"""A browser without pictures: remembers the CSRF token and reads forms and tables."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from html import unescape

from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.access.integrations import Integration, Kind, add_integration
from app.access.organisation import load_organisation
from app.catalog.service import resolve_identifier
from app.learners.service import resolve_identity
from app.learners.values import IdentityKind
from app.progress.service import Evidence, record
from app.progress.values import Channel, Report, Status
from app.settings import Settings

PASSWORD = "correct trail blaze 7"
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


class Desk:
    """One person at the pages."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def get(self, path: str, **kwargs: object) -> TestResponse:
        return self.client.get(path, **kwargs)  # type: ignore[arg-type]

    def post(self, path: str, /, *, headers: dict[str, str] | None = None, **fields: object) -> TestResponse:
        """Send a form with this session's CSRF token."""
        data = {"csrf_token": self.token(), **fields}
        return self.client.post(path, data=data, headers=headers or {})

    def token(self) -> str:
        for path in ("/login", "/admin/account", "/setup"):
            found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', self.get(path).text)
            if found:
                return unescape(found.group(1))
        raise AssertionError("no page with a form")


def integration(session: Session, settings: Settings, name: str = "LinkedIn") -> Integration:
    organisation = load_organisation(session, settings)
    return add_integration(session, organisation, kind=Kind.LINKEDIN_LEARNING, name=name)


def report(
    session: Session,
    where: Integration,
    *,
    learner: str,
    course: str,
    percent: int = 50,
    status: Status = Status.IN_PROGRESS,
    channel: Channel = Channel.XAPI,
    at: datetime = NOON,
    name: str | None = None,
    title: str | None = None,
    kind: IdentityKind = IdentityKind.EMAIL,
) -> None:
    """Report one learner on one course, as a face would."""
    identity = resolve_identity(session, kind=kind, value=learner, name=name)
    identifier = resolve_identifier(session, course, title=title)
    record(
        session,
        identity=identity,
        identifier=identifier,
        report=Report(
            channel,
            f"{learner}{course}{channel}"[:64],
            status,
            at,
            at,
            percent=Decimal(percent),
            time=timedelta(minutes=percent),
        ),
        evidence=Evidence("statement", "1"),
        integration_id=where.id,
    )
