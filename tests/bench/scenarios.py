"""What is measured: the requests of each scenario, and how to tell that an answer is the right one."""

from __future__ import annotations

import itertools
import json
import random
import urllib.parse
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import orjson

from tests.arranging import VERB_PROGRESSED, Arrangement, put_param_body, statement
from tests.bench.client import MakeRequests, http_request

FORM = "application/x-www-form-urlencoded"
BATCHES = (50, 500)
# A whole school at the same lesson: so many learners, each with a session and a connection of their own.
CROWD = 200


@dataclass(frozen=True, slots=True)
class Scenario:
    """One kind of request; `items` is how many statements or messages each carries.

    `connections` is set where their number belongs to the scenario itself; it is then compared with the no-op
    route under as many (`is_base`). `is_write` is set of what is also compared with bare inserts.
    """

    name: str
    make_requests: MakeRequests
    is_right: bytes
    items: int = 1
    connections: int | None = None
    is_base: bool = False
    is_write: bool = True


@dataclass(frozen=True, slots=True)
class Store:
    """The record store's side: LinkedIn's token, that of a strict integration, and what the latter holds."""

    linkedin_token: str
    strict_token: str
    statement_ids: tuple[str, ...]


def scenarios(url: str, arrangement: Arrangement, store: Store) -> list[Scenario]:
    """Return the scenarios, each after the no-op route that it is compared with."""
    linkedin, strict = store.linkedin_token, store.strict_token
    return [
        Scenario("no-op route", _noop(url, "/bench/noop"), b"200", is_base=True, is_write=False),
        Scenario("no-op in a bare Flask", _noop(url, "/bare/noop"), b"200", is_write=False),
        Scenario("token", _token(url, arrangement), b"access_token"),
        Scenario("statement", _statements(url, arrangement, linkedin, 1), b'"'),
        Scenario("statement, strict", _statements(url, arrangement, strict, 1), b'"'),
        *(
            Scenario(f"batch of {number}", _statements(url, arrangement, linkedin, number), b'"', number)
            for number in BATCHES
        ),
        Scenario("GET by id", _get_by_id(url, store), b'"verb"', is_write=False),
        Scenario("GET by agent and verb", _get_filtered(url, arrangement, store), b'"verb"', is_write=False),
        Scenario("PUT of a state", _put_state(url, arrangement, store), b"204"),
        Scenario("PutParam", _put_param(url, arrangement), b"rror=0"),
        Scenario(
            f"no-op route, {CROWD} at once",
            _noop(url, "/bench/noop"),
            b"200",
            connections=CROWD,
            is_base=True,
            is_write=False,
        ),
        Scenario(
            f"PutParam, {CROWD} at once",
            _put_param(url, arrangement),
            b"rror=0",
            connections=CROWD,
            is_write=False,
        ),
    ]


def random_statements(arrangement: Arrangement, number_of: int) -> list[dict[str, object]]:
    """Return statements as LinkedIn sends them, each of some learner about some course."""
    chance = random.Random()
    emails, activities = arrangement.emails, arrangement.activity_ids
    return [
        statement(chance.choice(emails), chance.choice(activities), chance.randint(1, 99))
        for _ in range(number_of)
    ]


def statements_request(url: str, token: str, statements: list[dict[str, object]]) -> bytes:
    """Return a POST of one statement, or of an array of several."""
    body = orjson.dumps(statements if len(statements) > 1 else statements[0])
    return http_request(url, "/xapi/statements", body, Content_Type="application/json", **_xapi(token))


def _xapi(token: str) -> Mapping[str, str]:
    return {"Authorization": f"Bearer {token}", "X_Experience_API_Version": "1.0.3"}


def _noop(url: str, path: str) -> MakeRequests:
    request = http_request(url, path, b"")
    return lambda _number: itertools.repeat(request)


def _token(url: str, arrangement: Arrangement) -> MakeRequests:
    fields = {
        "grant_type": "client_credentials",
        "client_id": arrangement.client_id,
        "client_secret": arrangement.client_secret,
    }
    request = http_request(url, "/oauth/token", urllib.parse.urlencode(fields).encode(), Content_Type=FORM)
    return lambda _number: itertools.repeat(request)


def _statements(url: str, arrangement: Arrangement, token: str, number_of: int) -> MakeRequests:
    def make(_number: int) -> Iterator[bytes]:
        while True:
            yield statements_request(url, token, random_statements(arrangement, number_of))

    return make


def _get_by_id(url: str, store: Store) -> MakeRequests:
    def make(_number: int) -> Iterator[bytes]:
        while True:
            yield _get(url, store, {"statementId": random.choice(store.statement_ids)})

    return make


def _get_filtered(url: str, arrangement: Arrangement, store: Store) -> MakeRequests:
    def make(_number: int) -> Iterator[bytes]:
        while True:
            agent = json.dumps({"mbox": f"mailto:{random.choice(arrangement.emails)}"})
            yield _get(url, store, {"agent": agent, "verb": VERB_PROGRESSED, "limit": "10"})

    return make


def _get(url: str, store: Store, query: Mapping[str, str]) -> bytes:
    path = f"/xapi/statements?{urllib.parse.urlencode(query)}"
    return http_request(url, path, b"", method="GET", **_xapi(store.strict_token))


def _put_state(url: str, arrangement: Arrangement, store: Store) -> MakeRequests:
    def make(number: int) -> Iterator[bytes]:
        agent = json.dumps({"mbox": f"mailto:{arrangement.emails[number % len(arrangement.emails)]}"})
        for counter in itertools.count():
            # A new document each time: what is there already may not be replaced without its ETag.
            name = f"{uuid.uuid4()}"
            query = {"activityId": arrangement.activity_ids[0], "agent": agent, "stateId": name}
            path = f"/xapi/activities/state?{urllib.parse.urlencode(query)}"
            body = orjson.dumps({"page": counter, "answers": ["a", "c", "b"] * 20})
            yield http_request(
                url, path, body, method="PUT", Content_Type="application/json", **_xapi(store.strict_token)
            )

    return make


def _put_param(url: str, arrangement: Arrangement) -> MakeRequests:
    def make(number: int) -> Iterator[bytes]:
        session_id = arrangement.session_ids[number % len(arrangement.session_ids)]
        for counter in itertools.count():
            body = put_param_body(session_id, f"page{counter}", counter % 100)
            yield http_request(url, "/hacp", body, Content_Type=FORM)

    return make
