"""Two integrations with mirrored data: what is the other's is as unknown as anything, on both databases.

One table says for every route and method with which ids of the other integration it is asked; each answer
must be that of the same request with ids that nobody knows, and the other's data stays as it is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.access.integrations import Kind
from app.settings import Settings
from app.xapi.cursor import Cursor, format_cursor
from tests.xapi.conftest import Sender, make_sender
from tests.xapi.multipart import CONTENT_TYPE, attachment, join, json_part, part, sha2_of
from tests.xapi.statements import Json, plain
from tests.xapi.test_documents import CONTEXT, NAME, place

VOIDED = "http://adlnet.gov/expapi/verbs/voided"
STATEMENTS = ("/xapi/statements", "/xapi/statements/", "/xapi", "/xapi/")
READING = ("GET", "HEAD")
# What differs between any two answers, whoever asks.
MOMENTS = {"X-Request-Id", "X-Experience-API-Consistent-Through", "Last-Modified", "Date"}
UUID = re.compile(rb"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class Ids:
    """Everything by which one integration's data may be named; all of one length, so that answers compare."""

    number: int
    since: str = ""
    more: str = ""
    etag: str = ""

    def uuid(self, last: int) -> str:
        return f"{self.number}0000000-0000-4000-8000-{last:012}"

    @property
    def statement(self) -> str:
        return self.uuid(1)

    @property
    def voided(self) -> str:
        return self.uuid(2)

    @property
    def voiding(self) -> str:
        return self.uuid(3)

    @property
    def registration(self) -> str:
        return self.uuid(4)

    @property
    def mbox(self) -> str:
        return f"mailto:ana{self.number}@example.org"

    @property
    def agent(self) -> str:
        return json.dumps({"mbox": self.mbox})

    @property
    def activity(self) -> str:
        return f"https://example.org/courses/{self.number}"

    @property
    def verb(self) -> str:
        return f"urn:verb:{self.number}"

    @property
    def name(self) -> str:
        return f"document-{self.number}"

    @property
    def data(self) -> bytes:
        return b"certificate %d" % self.number

    def place(self, resource: str, **changes: Any) -> dict[str, Any]:
        own = {"activityId": self.activity, "agent": self.agent}
        return place(resource, self.name, **{name: own[name] for name in CONTEXT[resource]}, **changes)


@dataclass(frozen=True, slots=True)
class Ask:
    """One request; `is_found` when the owner of the ids gets something that nobody else does."""

    method: str
    path: str
    query: Mapping[str, Any]
    body: bytes | None = None
    content_type: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    is_found: bool = True

    def send(self, sender: Sender) -> TestResponse:
        return sender.client.open(
            self.path,
            method=self.method,
            query_string=self.query,
            data=self.body,
            content_type=self.content_type,
            headers={**sender.headers, **self.headers},
        )

    def by_form(self, sender: Sender) -> TestResponse:
        """Send it in the alternate syntax, where its parameters are a form's fields."""
        return replace(
            self,
            method="POST",
            query={"method": self.method},
            body=urlencode(self.query).encode(),
            content_type="application/x-www-form-urlencoded",
        ).send(sender)


Table = Callable[[Ids], Iterator[Ask]]
Send = Callable[[Ask, Sender], TestResponse]

# --- the table ---


def statement_queries(ids: Ids) -> Iterator[tuple[dict[str, str], bool]]:
    """Yield every query of statements by an id, and whether its owner gets something by it."""
    for name in ("statementId", "voidedStatementId"):
        for statement_id in (ids.statement, ids.voided, ids.voiding):
            is_found = (name == "voidedStatementId") is (statement_id == ids.voided)
            yield {name: statement_id}, is_found
            yield {name: statement_id, "attachments": "true", "format": "canonical"}, is_found
    yield {"agent": ids.agent}, True
    yield {"agent": ids.agent, "related_agents": "true"}, True
    yield {"activity": ids.activity}, True
    yield {"activity": ids.activity, "related_activities": "true"}, True
    yield {"verb": ids.verb}, True
    yield {"verb": ids.verb, "attachments": "true"}, True
    yield {"registration": ids.registration, "format": "ids"}, True
    yield {"since": ids.since}, False
    yield {"until": ids.since, "ascending": "true"}, False
    yield {"more": ids.more}, True


def reads(ids: Ids) -> Iterator[Ask]:
    for method in READING:
        for query, is_found in statement_queries(ids):
            yield Ask(method, STATEMENTS[0], query, is_found=is_found)
        for path in STATEMENTS[1:]:
            yield Ask(method, path, {"statementId": ids.statement})
        for resource in CONTEXT:
            yield Ask(method, f"/xapi/{resource}", ids.place(resource))
            yield Ask(method, f"/xapi/{resource}", ids.place(resource, **{NAME[resource]: None}))
        state = ids.place("activities/state", registration=ids.registration)
        yield Ask(method, "/xapi/activities/state", state)
        yield Ask(method, "/xapi/agents", {"agent": ids.agent})
        yield Ask(method, "/xapi/activities", {"activityId": ids.activity})
        yield Ask(method, "/xapi/about", {}, is_found=False)


def gets(ids: Ids) -> Iterator[Ask]:
    return (ask for ask in reads(ids) if ask.method == "GET")


def found(ids: Ids) -> Iterator[Ask]:
    return (ask for ask in gets(ids) if ask.is_found)


def references(ids: Ids) -> Iterator[Ask]:
    """Yield statements of one's own that point at what is the other's."""
    target = {"objectType": "StatementRef", "id": ids.statement}
    described = attachment(ids.data, fileUrl=f"https://example.org/files/{ids.number}")
    for path in STATEMENTS:
        for more in (
            {"object": target},
            {"object": target, "verb": {"id": VOIDED}},
            {"object": {**target, "id": ids.voided}, "verb": {"id": VOIDED}},
            {"context": {"statement": target}},
            {"attachments": [described]},
            {"attachments": [attachment(ids.data)]},
        ):
            yield _post(path, {**plain(), **more})


def takings(ids: Ids) -> Iterator[Ask]:
    """Yield writings under an id that the other has: they are one's own."""
    mine = {**plain(), "object": {"id": "urn:mine"}}
    for number, path in enumerate(STATEMENTS):
        own_id = {"statementId": (ids.statement, ids.voided, ids.voiding)[number % 3]}
        yield replace(_post(path, mine), method="PUT", query=own_id)
        yield _post(path, {**mine, "id": ids.statement})
        yield _post(path, {**plain(), "object": {"id": ids.activity, "definition": {"name": {"en": "Mine"}}}})
    for resource in CONTEXT:
        path, query = f"/xapi/{resource}", ids.place(resource)
        for method, headers in (
            ("PUT", {"If-Match": ids.etag}),
            ("DELETE", {"If-Match": ids.etag}),
            ("PUT", {"If-None-Match": "*"}),
            ("POST", {}),
            ("DELETE", {}),
        ):
            yield Ask(method, path, query, b'{"mine":1}', "application/json", headers)
    yield Ask("DELETE", "/xapi/activities/state", ids.place("activities/state", stateId=None))


def _post(path: str, statement: Json) -> Ask:
    return Ask("POST", path, {}, json.dumps(statement).encode(), "application/json")


# --- the data ---


def fill(sender: Sender, number: int) -> Ids:
    """Store one of everything, of the same shape for each integration."""
    ids = Ids(number)
    statement = {
        "actor": {"mbox": ids.mbox, "name": f"Ana {number}"},
        "verb": {"id": ids.verb},
        "object": {"id": ids.activity, "definition": {"name": {"en": f"Course {number}"}}},
        "context": {"registration": ids.registration},
        "attachments": [attachment(ids.data)],
    }
    reference = {"objectType": "StatementRef", "id": ids.voided}
    voiding = {**plain(), "id": ids.voiding, "verb": {"id": VOIDED}, "object": reference}
    both = [{**statement, "id": ids.statement}, {**statement, "id": ids.voided}, voiding]
    body = join(json_part(both), part(ids.data))
    assert sender.send(body, content_type=CONTENT_TYPE).status_code == 200
    for resource in CONTEXT:
        for registration in (None, ids.registration) if resource == "activities/state" else (None,):
            query = ids.place(resource, registration=registration)
            document = b'{"of":%d}' % number
            stored = Ask("POST", f"/xapi/{resource}", query, document, "application/json").send(sender)
            assert stored.status_code == 204
    kept = Ask("GET", "/xapi/statements", {"statementId": ids.statement}).send(sender).get_json()
    page = Ask("GET", "/xapi/statements", {"limit": "1"}).send(sender).get_json()
    [more] = parse_qs(urlsplit(page["more"]).query)["more"]
    profile = Ask("GET", "/xapi/agents/profile", ids.place("agents/profile")).send(sender)
    return replace(ids, since=kept["stored"], more=more, etag=profile.headers["ETag"])


def nobodys(theirs: Ids) -> Ids:
    """Return ids of the same form that nobody ever stored."""
    later = (datetime.fromisoformat(theirs.since) + timedelta(microseconds=1)).isoformat()
    forged = format_cursor(Cursor({"limit": "1"}, 0, 1), secret_key="of another server", owner="x" * 26)
    return Ids(7, since=later.replace("+00:00", "Z"), more=forged, etag=f'"{sha2_of(b"7", "sha1")}"')


def shape(response: TestResponse, *both: Ids) -> tuple[int, bytes, dict[str, str]]:
    """Return an answer without the ids that were asked for, and without moments and fresh ids."""
    body = response.data
    for ids in both:
        named = (
            ids.activity,
            ids.mbox,
            ids.verb,
            ids.name,
            ids.since,
            sha2_of(ids.data),
            f"files/{ids.number}",
        )
        for text in named:
            body = body.replace(text.encode(), b"?")
    headers = {name: value for name, value in response.headers if name not in MOMENTS}
    if response.request.path in ("/xapi/activities", "/xapi/agents"):
        # Made for the answer, of a body with the asked id in it.
        headers.pop("ETag", None)
    boundary = re.search(r"boundary=\"?([^\";]+)", headers.get("Content-Type", ""))
    if boundary:
        body = body.replace(boundary[1].encode(), b"?")
        headers["Content-Type"] = "multipart"
    return response.status_code, UUID.sub(b"?", body), headers


@pytest.fixture
def other(client: FlaskClient, session: Session, settings: Settings) -> Sender:
    return make_sender(client, session, settings, kind=Kind.XAPI)


def compare(
    sender: Sender, table: Table, theirs: Ids, never: Ids, *, send: Send = Ask.send, is_alike: bool = True
) -> None:
    """Hold each answer about what is the other's against that about what nobody has."""
    for their, nobody in zip(table(theirs), table(never), strict=True):
        answers = [shape(send(ask, sender), theirs, never) for ask in (their, nobody)]
        assert (answers[0] == answers[1]) is is_alike, (their, answers)


def test_the_table_has_a_row_for_every_route_and_method(app: Flask) -> None:
    routes = {
        (rule.rule, method)
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/xapi")
        for method in rule.methods or ()
    }
    ids = Ids(1)
    rows = {(ask.path, ask.method) for table in (reads, references, takings) for ask in table(ids)}
    # By the alternate syntax every read may come as a POST too.
    assert routes == rows | {(ask.path, "POST") for ask in reads(ids)}


def test_whatever_is_the_others_is_as_unknown_as_any(store: Sender, other: Sender) -> None:
    fill(store, 1)
    theirs = fill(other, 2)
    never = nobodys(theirs)
    before = [ask.send(other).data for ask in gets(theirs)]
    compare(other, found, theirs, never, is_alike=False)
    compare(store, reads, theirs, never)
    compare(store, gets, theirs, never, send=Ask.by_form)
    compare(store, references, theirs, never)
    compare(store, reads, theirs, never)
    compare(store, takings, theirs, never)
    assert [ask.send(other).data for ask in gets(theirs)] == before


def test_what_both_have_under_the_same_ids_stays_two(store: Sender, other: Sender) -> None:
    fill(store, 1)
    theirs = fill(other, 1)
    before = [shape(ask.send(other), theirs) for ask in gets(theirs)]
    reference = {"objectType": "StatementRef", "id": theirs.statement}
    assert store.send({**plain(), "verb": {"id": VOIDED}, "object": reference}).status_code == 200
    for ask in takings(theirs):
        assert ask.send(store).status_code < 500
    assert store.get(theirs.statement).status_code == 404
    assert [shape(ask.send(other), theirs) for ask in gets(theirs)] == before


def test_an_attachment_of_the_other_is_not_given_for_its_hash(store: Sender, other: Sender) -> None:
    theirs = fill(other, 2)
    described = attachment(theirs.data, fileUrl="https://example.org/file")
    assert store.send({**plain(), "attachments": [described]}).status_code == 200
    assert store.send({**plain(), "attachments": [attachment(theirs.data)]}).status_code == 400
    mine = Ask("GET", "/xapi/statements", {"attachments": "true"})
    assert theirs.data in mine.send(other).data
    assert theirs.data not in mine.send(store).data
