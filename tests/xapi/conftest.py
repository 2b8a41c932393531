"""Integrations, credentials and tokens for tests of the record store over HTTP."""

from __future__ import annotations

import base64
import io
import json
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.access.credentials import NewCredential, check_credential, issue_credential
from app.access.integrations import Integration, Kind, UserType, add_integration
from app.access.organisation import load_organisation
from app.access.tokens import issue_token
from app.settings import Settings

PATH = "/xapi/statements"


@dataclass(frozen=True)
class Sender:
    """A client of one integration, with a token or (token None) its id and secret."""

    client: FlaskClient
    integration: Integration
    credential: NewCredential
    token: str | None
    version: str | None = None

    @property
    def authorization(self) -> str:
        if self.token is not None:
            return f"Bearer {self.token}"
        pair = f"{self.credential.client_id}:{self.credential.client_secret}"
        return "Basic " + base64.b64encode(pair.encode()).decode()

    @property
    def headers(self) -> dict[str, str]:
        version = {} if self.version is None else {"X-Experience-API-Version": self.version}
        return {"Authorization": self.authorization, **version}

    def send(self, statement: Any, **more: Any) -> TestResponse:
        """POST a statement or an array; bytes go as they are."""
        return self.open("POST", statement, **more)

    def put(self, statement: Any, statement_id: str | None, **more: Any) -> TestResponse:
        return self.open("PUT", statement, query_string=_query(statement_id), **more)

    def get(self, statement_id: str | None, **more: Any) -> TestResponse:
        return self.client.get(PATH, query_string=_query(statement_id), headers=self.headers, **more)

    def open(self, method: str, statement: Any, **more: Any) -> TestResponse:
        body = statement if isinstance(statement, bytes) else json.dumps(statement).encode()
        headers = {**self.headers, **more.pop("headers", {})}
        path = more.pop("path", PATH)
        content_type = more.pop("content_type", "application/json")
        # As a stream: `data` of no bytes makes the test client write a form of its own.
        stream = io.BytesIO(body)
        return self.client.open(
            path, method=method, input_stream=stream, headers=headers, content_type=content_type, **more
        )

    def by_secret(self) -> Sender:
        return replace(self, token=None)


def _query(statement_id: str | None) -> dict[str, str]:
    return {} if statement_id is None else {"statementId": statement_id}


def make_sender(
    client: FlaskClient,
    session: Session,
    settings: Settings,
    *,
    kind: Kind,
    user_type: UserType | None = None,
    scopes: frozenset[str] | None = None,
    is_demo: bool = False,
) -> Sender:
    """Register an integration and give it a live token."""
    integration = add_integration(
        session, load_organisation(session, settings), kind=kind, name=kind.value, user_type=user_type
    )
    credential = issue_credential(session, integration.id, is_demo=is_demo)
    caller = check_credential(session, credential.client_id, credential.client_secret)
    assert caller is not None
    if scopes is None:
        scopes = frozenset({"xapi:write"}) if kind is Kind.LINKEDIN_LEARNING else frozenset({"all"})
    token = issue_token(session, caller, scopes, ttl=timedelta(hours=1))
    session.commit()
    return Sender(client, integration, credential, token, version="1.0.3" if kind is Kind.XAPI else None)


@pytest.fixture
def linkedin(client: FlaskClient, session: Session, settings: Settings) -> Sender:
    return make_sender(client, session, settings, kind=Kind.LINKEDIN_LEARNING)


@pytest.fixture
def store(client: FlaskClient, session: Session, settings: Settings) -> Sender:
    return make_sender(client, session, settings, kind=Kind.XAPI)
