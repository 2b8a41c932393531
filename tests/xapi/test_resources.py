"""What holds for every resource: methods, parameters, versions, headers, sizes (xAPI 1.0.3 Part 3 §1, §3)."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.access.integrations import Kind, update_integration
from app.settings import Settings
from tests.databases import PostgresServer, SqliteFiles
from tests.running import running_server
from tests.xapi.conftest import Sender, make_sender
from tests.xapi.resources import ACTIVITY, ANA, ask
from tests.xapi.statements import UUID, plain
from tests.xapi.test_documents import ACTIVITY_PROFILE, AGENT_PROFILE, STATE, place

DOCUMENT_METHODS = ("GET", "HEAD", "PUT", "POST", "DELETE")
# Each resource with right parameters, and its methods.
RESOURCES: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "statements": ({}, ("GET", "HEAD", "PUT", "POST")),
    STATE: (place(STATE), DOCUMENT_METHODS),
    ACTIVITY_PROFILE: (place(ACTIVITY_PROFILE), DOCUMENT_METHODS),
    AGENT_PROFILE: (place(AGENT_PROFILE), DOCUMENT_METHODS),
    "activities": ({"activityId": ACTIVITY}, ("GET", "HEAD")),
    "agents": ({"agent": ANA}, ("GET", "HEAD")),
    "about": ({}, ("GET", "HEAD")),
}
EVERY_NAME = (
    *(
        "statementId",
        "voidedStatementId",
        "verb",
        "activity",
        "related_activities",
        "related_agents",
        "until",
    ),
    *("limit", "ascending", "format", "attachments", "more", "agent", "since", "registration"),
    *("activityId", "stateId", "profileId"),
)
KNOWN = {
    ("statements", "GET"): set(EVERY_NAME) - {"activityId", "stateId", "profileId"},
    ("statements", "PUT"): {"statementId"},
    ("statements", "POST"): set(),
    **{(STATE, method): {"activityId", "agent", "registration", "stateId"} for method in DOCUMENT_METHODS},
    **{(ACTIVITY_PROFILE, method): {"activityId", "profileId"} for method in DOCUMENT_METHODS},
    **{(AGENT_PROFILE, method): {"agent", "profileId"} for method in DOCUMENT_METHODS},
    ("activities", "GET"): {"activityId"},
    ("agents", "GET"): {"agent"},
    ("about", "GET"): set(),
}
for _resource in (STATE, ACTIVITY_PROFILE, AGENT_PROFILE):
    KNOWN[_resource, "GET"] = KNOWN[_resource, "GET"] | {"since"}

each = pytest.mark.parametrize("resource", RESOURCES)
LIMIT = 1024 * 1024


def send(sender: Sender, method: str, resource: str, **more: Any) -> Any:
    body = json.dumps(plain()).encode() if method in ("PUT", "POST") else None
    return ask(sender, method, resource, body=body, content_type="application/json" if body else None, **more)


# --- methods ---


@each
@pytest.mark.parametrize("method", ["GET", "PUT", "POST", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_3_2_a_method_that_a_resource_lacks_is_405_and_names_those_it_has(
    store: Sender, resource: str, method: str
) -> None:
    query, methods = RESOURCES[resource]
    if method in methods:
        return
    response = send(store, method, resource, **query)
    assert response.status_code == 405
    assert set(methods) <= set(response.headers["Allow"].split(", ")) <= {*methods, "POST"}
    assert response.headers["Content-Type"] == "application/json"
    assert response.get_json()["status"] == 405
    assert response.headers["X-Experience-API-Version"] == "1.0.3"


@each
@pytest.mark.parametrize(
    ("accept", "content_type", "start"),
    [
        (None, "application/json", b'{"error":"'),
        ("*/*", "application/json", b'{"error":"'),
        ("image/png", "application/json", b'{"error":"'),
        ("text/plain", "text/plain; charset=utf-8", b"400: "),
        ("text/html, */*;q=0.8", "text/html; charset=utf-8", b"<!doctype html><title>400</title><p>400: "),
    ],
)
def test_3_2_a_refusal_has_the_form_that_the_client_wants(
    store: Sender, resource: str, accept: str | None, content_type: str, start: bytes
) -> None:
    headers = {"Accept": accept}
    response = ask(store, "GET", resource, headers=headers, **{"<b>": "1"})
    assert response.status_code == 400
    assert response.headers["Content-Type"] == content_type
    assert response.data.startswith(start)
    assert "html" not in content_type or (b"<b>" not in response.data and b"&lt;b&gt;" in response.data)


@each
def test_1_1_head_is_get_without_a_body(store: Sender, resource: str) -> None:
    store.send(plain())
    if resource in (STATE, ACTIVITY_PROFILE, AGENT_PROFILE):
        send(store, "POST", resource, **RESOURCES[resource][0])
    whole = send(store, "GET", resource, **RESOURCES[resource][0])
    head = send(store, "HEAD", resource, **RESOURCES[resource][0])
    assert (whole.status_code, head.status_code, head.data) == (200, 200, b"")
    own = {"X-Request-Id", "X-Experience-API-Consistent-Through"}
    assert {n: v for n, v in head.headers if n not in own} == {n: v for n, v in whole.headers if n not in own}


# --- parameters ---


@pytest.mark.parametrize(("resource", "method"), KNOWN)
def test_3_2_every_parameter_of_other_resources_and_every_other_case_is_400(
    store: Sender, resource: str, method: str
) -> None:
    query = {"statementId": UUID} if (resource, method) == ("statements", "PUT") else RESOURCES[resource][0]
    known = KNOWN[resource, "GET" if method == "HEAD" else method]
    wrong = {name for name in EVERY_NAME if name not in known}
    wrong |= {change(name) for name in known for change in (str.upper, str.title, str.swapcase)} - known
    for name in (*sorted(wrong), "x", "", "method\N{COMBINING ACUTE ACCENT}"):
        response = send(store, method, resource, **{**query, name: "1"})
        assert response.status_code == 400, (name, response.data)
        assert response.headers["X-Experience-API-Version"] == "1.0.3"


@pytest.mark.parametrize(("resource", "method"), KNOWN)
def test_3_2_a_repeated_or_unreadable_parameter_is_400(store: Sender, resource: str, method: str) -> None:
    query = {"statementId": UUID} if (resource, method) == ("statements", "PUT") else RESOURCES[resource][0]
    plain_query = urlencode({n: v if isinstance(v, str) else json.dumps(v) for n, v in query.items()})
    for name in sorted(KNOWN[resource, method]):
        for pair in (f"{name}=1&{name}=1", f"{name}=%FF", f"{name}=%00"):
            path = f"/xapi/{resource}?{plain_query}&{pair}"
            assert store.client.open(path, method=method, headers=store.headers).status_code == 400, pair


# --- versions ---


@each
@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        ("1.0", "1.0.3"),
        ("1.0.0", "1.0.3"),
        ("1.0.3", "1.0.3"),
        ("1.0.9", "1.0.3"),
        ("2.0", "2.0.0"),
        ("2.0.0", "2.0.0"),
        ("2.0.7", "2.0.0"),
    ],
)
def test_3_3_the_answer_names_the_newest_of_the_asked_version(
    store: Sender, resource: str, asked: str, answered: str
) -> None:
    sender = replace(store, version=asked)
    for query, status in ((RESOURCES[resource][0], (200, 404)), ({"x": "1"}, (400,))):
        response = send(sender, "GET", resource, **query)
        assert response.status_code in status
        assert response.headers["X-Experience-API-Version"] == answered


@each
def test_3_3_without_a_version_it_is_400_and_the_integrations_default_is_named(
    store: Sender, session: Session, resource: str
) -> None:
    query, methods = RESOURCES[resource]
    for default in ("1.0.3", "2.0.0"):
        update_integration(session, store.integration.id, xapi_default_version=default)
        session.commit()
        for version in (None, "", "0.9", "0.95", "1.1.0", "2.1.0", "3.0.0", "1.0.x", "BAD"):
            for method in methods if resource != "about" else ():
                response = send(replace(store, version=version), method, resource, **query)
                assert response.status_code == 400
                assert response.headers["X-Experience-API-Version"] == default


@each
def test_4_0_every_resource_but_about_wants_credentials(store: Sender, resource: str) -> None:
    query, methods = RESOURCES[resource]
    for method in methods:
        for authorization in (None, "Basic:xxxx", "Basic eDp5", "Bearer x"):
            response = send(store, method, resource, headers={"Authorization": authorization}, **query)
            assert response.status_code == (200 if resource == "about" else 401)
            assert response.headers["X-Experience-API-Version"] == "1.0.3"


# --- headers ---


@pytest.mark.parametrize(
    ("method", "query", "status"),
    [
        ("GET", {}, 200),
        ("HEAD", {}, 200),
        ("GET", {"statementId": UUID}, 404),
        ("GET", {"LIMIT": "1"}, 400),
        ("POST", {}, 200),
        ("PUT", {"statementId": UUID}, 204),
        ("PUT", {}, 400),
        ("DELETE", {}, 405),
    ],
)
def test_2_1_3_every_answer_about_statements_says_until_when_it_is_consistent(
    store: Sender, method: str, query: dict[str, str], status: int
) -> None:
    response = send(store, method, "statements", **query)
    assert response.status_code == status
    through = datetime.fromisoformat(response.headers["X-Experience-API-Consistent-Through"])
    assert abs(datetime.now(UTC) - through) < timedelta(minutes=1)


# --- sizes ---


@pytest.mark.parametrize("resource", [STATE, ACTIVITY_PROFILE, AGENT_PROFILE])
def test_3_2_the_largest_document_is_a_setting(
    settings: Settings, session: Session, make_app: Callable[[Settings], Flask], resource: str
) -> None:
    small = replace(settings, document_max_mb=1)
    sender = make_sender(make_app(small).test_client(), session, small, kind=Kind.XAPI)
    for length, status in ((LIMIT + 1, 413), (LIMIT, 204)):
        response = ask(
            sender, "POST", resource, body=b"x" * length, content_type="text/plain", **place(resource)
        )
        assert response.status_code == status
    assert sender.send([{**plain(), "id": UUID}]).status_code == 200
    padded = json.dumps(plain()).encode() + b" " * LIMIT
    assert sender.send(padded).status_code == 200


# --- on the wire ---


@pytest.fixture(params=["sqlite", "postgresql"])
def wire(
    request: pytest.FixtureRequest, tmp_path: Path, sqlite_files: SqliteFiles
) -> Iterator[Callable[..., tuple[HTTPResponse, bytes]]]:
    """Give a sender of requests over one connection to a real server that stays open."""
    if request.param == "sqlite":
        url = sqlite_files.fresh(tmp_path)
    else:
        postgres: PostgresServer = request.getfixturevalue("postgres_server")
        url = postgres.fresh()
    with running_server(url, tmp_path) as server:
        made = server.flask("integration", "add", "--kind", "xapi", "--name", "Store")
        pair = f"{made['client_id']}:{made['client_secret']}".encode()
        headers = {
            "Authorization": "Basic " + base64.b64encode(pair).decode(),
            "X-Experience-API-Version": "1.0.3",
            "Content-Type": "application/json",
        }
        connection = HTTPConnection(urlsplit(server.url).netloc, timeout=30)

        def ask_it(method: str, path: str, body: bytes | None = None) -> tuple[HTTPResponse, bytes]:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            return response, response.read()

        yield ask_it
        connection.close()


@pytest.mark.timeout(120)
def test_1_1_head_puts_no_byte_of_a_body_on_the_wire_and_every_answer_has_one_date(
    wire: Callable[..., tuple[HTTPResponse, bytes]],
) -> None:
    # A stray byte would be read as the start of the next answer on the same connection.
    statement = json.dumps({**plain(), "id": UUID}).encode()
    assert wire("POST", "/xapi/statements", statement)[0].status == 200
    for resource, (query, methods) in RESOURCES.items():
        text = urlencode({n: v if isinstance(v, str) else json.dumps(v) for n, v in query.items()})
        if "DELETE" in methods:
            assert wire("POST", f"/xapi/{resource}?{text}", b'{"x":1}')[0].status == 204
        for path in (f"/xapi/{resource}?{text}", f"/xapi/{resource}?{text}&x=1"):
            for method in ("HEAD", "GET", "HEAD"):
                response, body = wire(method, path)
                assert response.status == (400 if path.endswith("&x=1") else 200)
                assert bool(body) is (method == "GET")
                [date] = response.headers.get_all("Date") or []
                assert abs(datetime.now(UTC) - parsedate_to_datetime(date)) < timedelta(minutes=1)
                assert len(response.headers.get_all("X-Experience-API-Consistent-Through") or []) == 1
