"""A record store as a case sees it: an address, credentials, a version, and everything that was sent."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode, urljoin

from ..checks import Failed, expect, expect_equal
from ..http_client import HttpClient, HttpReply, Request, split_url
from .builders import Json

VERSION = "X-Experience-API-Version"
CONSISTENT = "X-Experience-API-Consistent-Through"
JSON_TYPE = "application/json"
FORM = "application/x-www-form-urlencoded"
STATEMENTS = "statements"
STATE, ACTIVITY_PROFILE, AGENT_PROFILE = "activities/state", "activities/profile", "agents/profile"
ACTIVITIES, AGENTS, ABOUT = "activities", "agents", "about"


@dataclass(frozen=True)
class Reply:
    """One answer of the store."""

    http: HttpReply

    @property
    def status(self) -> int:
        return self.http.status

    @property
    def body(self) -> bytes:
        return self.http.body

    @property
    def text(self) -> str:
        return self.body.decode("utf-8")

    @property
    def json(self) -> Any:
        """The body as JSON; fails when it is none, or when an object in it has a member twice."""
        try:
            return json.loads(self.text, object_pairs_hook=_once)
        except ValueError:
            raise Failed("a body of JSON", self.text[:200]) from None

    def header(self, name: str) -> str:
        return self.http.header(name)

    def expect(self, *statuses: int) -> Reply:
        """Fail unless the status is one of these; returns the reply itself."""
        wanted = " or ".join(map(str, statuses))
        expect(self.status in statuses, f"status {wanted}", f"{self.status} {self.body[:300]!r}")
        return self


@dataclass
class Lrs:
    """Sends requests under one version of the standard; a case gets one of its own."""

    client: HttpClient
    path: str
    key: str
    secret: str
    version: str
    exchanges: list[tuple[Request, HttpReply | None]] = field(default_factory=list)

    @classmethod
    def at(cls, url: str, key: str, secret: str, version: str, *, verifies_certificate: bool = True) -> Lrs:
        """Return a store at the address under which `statements` and the other resources stand."""
        origin, path = split_url(url.rstrip("/"))
        client = HttpClient(origin, verifies_certificate=verifies_certificate)
        return cls(client, path.rstrip("/"), key, secret, version)

    @property
    def is_v2(self) -> bool:
        return self.version.startswith("2")

    @property
    def authorization(self) -> str:
        return "Basic " + base64.b64encode(f"{self.key}:{self.secret}".encode()).decode()

    def twin(self) -> Lrs:
        """Return the same store on a connection of its own, for another thread."""
        client = HttpClient(self.client.origin, self.client.timeout_seconds, self.client.verifies_certificate)
        return replace(self, client=client, exchanges=[])

    def under(self, version: str) -> Lrs:
        """Return the same store spoken to in another version."""
        return replace(self, version=version)

    def send(
        self,
        method: str,
        resource: str,
        params: Mapping[str, str] | None = None,
        *,
        json_body: Any = None,
        body: bytes | None = None,
        content_type: str | None = None,
        headers: Mapping[str, str | None] | None = None,
        query: str = "",
    ) -> Reply:
        """Send one request with credentials and version; a header that is None is left out.

        `query` stands in the address as it is, instead of `params`.
        """
        target = f"{self.path}/{resource}"
        asked = query or urlencode(params or {})
        return self.send_raw(
            method,
            f"{target}?{asked}" if asked else target,
            json.dumps(json_body).encode() if json_body is not None else body,
            {
                "Authorization": self.authorization,
                VERSION: self.version,
                "Content-Type": content_type or (JSON_TYPE if json_body is not None else None),
                **(headers or {}),
            },
        )

    def send_raw(
        self, method: str, target: str, body: bytes | None, headers: Mapping[str, str | None]
    ) -> Reply:
        """Send exactly this; raises NoReply."""
        given = {name: value for name, value in headers.items() if value is not None}
        request = Request(method, target, given, body)
        self.exchanges.append((request, None))
        place = len(self.exchanges) - 1
        found = self.client.send(request)
        self.exchanges[place] = (request, found)
        return Reply(found)

    def get(self, resource: str, params: Mapping[str, str] | None = None, **more: Any) -> Reply:
        return self.send("GET", resource, params, **more)

    def post(self, value: Any, **more: Any) -> Reply:
        """POST a statement or a list of them."""
        return self.send("POST", STATEMENTS, json_body=value, **more)

    def put(self, value: Json, **more: Any) -> Reply:
        """PUT a statement under its own id."""
        return self.send("PUT", STATEMENTS, {"statementId": value["id"]}, json_body=value, **more)

    def store(self, *statements: Json) -> None:
        """POST statements, which must be taken."""
        self.post(list(statements) if len(statements) > 1 else statements[0]).expect(200)

    def find(self, statement_id: str, **params: str) -> Reply:
        """GET one statement by its id."""
        return self.get(STATEMENTS, {"statementId": statement_id, **params})

    def kept(self, value: Json) -> Json:
        """Store a statement and return it as the store gives it back."""
        self.store(value)
        found: Json = self.find(value["id"]).expect(200).json
        return found

    def list(self, **params: str) -> list[Json]:
        """GET a list and return its statements, of the first page."""
        found: list[Json] = self.get(STATEMENTS, params).expect(200).json["statements"]
        return found

    def ids(self, **params: str) -> list[str]:
        """Return the ids of a list, of its first page, in its order."""
        return [str(each["id"]) for each in self.list(**params)]

    def follow(self, more: str) -> Reply:
        """GET the next page of a list."""
        origin, target = split_url(urljoin(f"{self.client.origin}{self.path}/{STATEMENTS}", more))
        expect_equal("the address of `more`", origin, self.client.origin)
        headers = {"Authorization": self.authorization, VERSION: self.version}
        return self.send_raw("GET", target, None, headers)

    def refuses(self, value: Json) -> None:
        """Fail unless POST and PUT of a statement are answered with 400, and it is not there afterwards."""
        for method in ("POST", "PUT"):
            reply = self.post(value) if method == "POST" else self.put(value)
            expect(
                reply.status == 400, f"{method} to be answered with 400", f"{reply.status} {reply.text[:200]}"
            )
            expect_equal(f"the status of a GET after {method}", self.find(value["id"]).status, 404)

    def takes(self, value: Json) -> Json:
        """Fail unless PUT, and POST under another id, take a statement; returns it as it is given back."""
        self.put(value).expect(204)
        other = {name: member for name, member in value.items() if name != "id"}
        self.post(other).expect(200)
        found: Json = self.find(value["id"]).expect(200).json
        return found

    def settle(self, stored: str, seconds: float = 10) -> None:
        """Wait until lists show everything up to a moment that the store has given out."""
        deadline = time.monotonic() + seconds
        while True:
            shown = self.get(STATEMENTS, {"limit": "1"}).header(CONSISTENT)
            if moment(shown) >= moment(stored):
                return
            if time.monotonic() > deadline:
                raise Failed(f"{CONSISTENT} to pass {stored}", shown)
            time.sleep(0.02)


def moment(text: str) -> datetime:
    """Read a timestamp; fails when it is none, or has no zone."""
    try:
        read = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        raise Failed("an ISO 8601 timestamp", text) from None
    expect(read.tzinfo is not None, "a timestamp with a zone", text)
    return read


def multipart(
    parts: Sequence[tuple[Mapping[str, str], bytes]], boundary: str = "abcABC0123"
) -> tuple[bytes, str]:
    """Write a multipart/mixed body; returns it with its content type."""
    line = f"--{boundary}".encode()
    written = b""
    for headers, data in parts:
        head = "".join(f"{name}: {value}\r\n" for name, value in headers.items()).encode()
        written += line + b"\r\n" + head + b"\r\n" + data + b"\r\n"
    return written + line + b"--\r\n", f"multipart/mixed; boundary={boundary}"


def _once(members: list[tuple[str, Any]]) -> Json:
    names = [name for name, _ in members]
    expect(len(set(names)) == len(names), "each member of an object once", names)
    return dict(members)
