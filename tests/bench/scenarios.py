"""What is measured: the requests of each scenario, and how to tell that an answer is the right one."""

from __future__ import annotations

import itertools
import random
import urllib.parse
from collections.abc import Iterator
from dataclasses import dataclass

import orjson

from tests.arranging import Arrangement, put_param_body, statement
from tests.bench.client import MakeRequests, http_request

FORM = "application/x-www-form-urlencoded"
BATCH = 50
# A whole school at the same lesson: so many learners, each with a session and a connection of their own.
CROWD = 200


@dataclass(frozen=True, slots=True)
class Scenario:
    """One kind of request; `items` is how many statements or messages each carries.

    `connections` is set where their number belongs to the scenario itself; it is then compared with the no-op
    route under as many (`is_base`).
    """

    name: str
    make_requests: MakeRequests
    is_right: bytes
    items: int = 1
    connections: int | None = None
    is_base: bool = False


def scenarios(url: str, arrangement: Arrangement, token: str) -> list[Scenario]:
    """Return the scenarios, each after the no-op route that it is compared with."""
    return [
        Scenario("no-op route", _noop(url, "/bench/noop"), b"200", is_base=True),
        Scenario("no-op in a bare Flask", _noop(url, "/bare/noop"), b"200"),
        Scenario("token", _token(url, arrangement), b"access_token"),
        Scenario("statement", _statements(url, arrangement, token, 1), b'"'),
        Scenario(f"batch of {BATCH} statements", _statements(url, arrangement, token, BATCH), b'"', BATCH),
        Scenario("PutParam", _put_param(url, arrangement), b"rror=0"),
        Scenario(
            f"no-op route, {CROWD} at once",
            _noop(url, "/bench/noop"),
            b"200",
            connections=CROWD,
            is_base=True,
        ),
        Scenario(f"PutParam, {CROWD} at once", _put_param(url, arrangement), b"rror=0", connections=CROWD),
    ]


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
        chance = random.Random()
        while True:
            items = [
                statement(
                    chance.choice(arrangement.emails),
                    chance.choice(arrangement.activity_ids),
                    chance.randint(1, 99),
                )
                for _ in range(number_of)
            ]
            yield http_request(
                url,
                "/xapi/statements",
                orjson.dumps(items if number_of > 1 else items[0]),
                Content_Type="application/json",
                Authorization=f"Bearer {token}",
                X_Experience_API_Version="1.0.3",
            )

    return make


def _put_param(url: str, arrangement: Arrangement) -> MakeRequests:
    def make(number: int) -> Iterator[bytes]:
        session_id = arrangement.session_ids[number % len(arrangement.session_ids)]
        for counter in itertools.count():
            body = put_param_body(session_id, f"page{counter}", counter % 100)
            yield http_request(url, "/hacp", body, Content_Type=FORM)

    return make
