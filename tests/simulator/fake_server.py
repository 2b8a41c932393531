"""A small WSGI server with LinkedIn's counterpart on it: token, statements, launch links and HACP."""

from __future__ import annotations

import itertools
import json
import threading
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qs, quote

StartResponse = Callable[[str, list[tuple[str, str]]], object]


class FakeServer:
    """Keeps all it is told; the switches make it misbehave."""

    def __init__(self, public_url: str = "http://lms.test") -> None:
        self.public_url = public_url
        self.statements: list[dict[str, Any]] = []
        self.reports: list[dict[str, str]] = []
        self.calls: Counter[str] = Counter()
        self.hosts: set[str] = set()
        self.locations: dict[str, str] = {}
        self.sessions: dict[str, str] = {}
        self.refuses_token = False
        self.expires_after: int | None = None
        self.statement_status = "200 OK"
        self.hacp_error = 0
        self.forgets_locations = False
        self.breaks = False
        self._uses: Counter[str] = Counter()
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        path = environ["PATH_INFO"]
        with self._lock:
            self.hosts.add(environ["HTTP_HOST"])
            if self.breaks:
                raise ConnectionError("gone")
            if path == "/oauth/token":
                return self._token(start_response)
            if path == "/xapi/statements":
                return self._statement(environ, body, start_response)
            if path.startswith("/launch/"):
                return self._launch(path.removeprefix("/launch/"), start_response)
            return self._hacp(body.decode("ascii"), start_response)

    def _token(self, start_response: StartResponse) -> Iterable[bytes]:
        self.calls["token"] += 1
        if self.refuses_token:
            start_response("401 Unauthorized", [("Content-Type", "application/json")])
            return [b'{"error":"invalid_client"}']
        start_response("200 OK", [("Content-Type", "application/json;charset=UTF-8")])
        grant = {"access_token": f"t{next(self._numbers)}", "expires_in": 3600, "token_type": "Bearer"}
        return [json.dumps(grant).encode()]

    def _statement(
        self, environ: dict[str, Any], body: bytes, start_response: StartResponse
    ) -> Iterable[bytes]:
        self.calls["statement"] += 1
        token = environ["HTTP_AUTHORIZATION"]
        self._uses[token] += 1
        if self.expires_after is not None and self._uses[token] > self.expires_after:
            start_response("401 Unauthorized", [("WWW-Authenticate", 'Bearer error="invalid_token"')])
            return [b"expired"]
        start_response(self.statement_status, [("Content-Type", "application/json")])
        if self.statement_status.startswith("200"):
            self.statements.append(json.loads(body))
        return [b"[]"]

    def _launch(self, name: str, start_response: StartResponse) -> Iterable[bytes]:
        self.calls["launch"] += 1
        if name == "expired":
            start_response("410 Gone", [("Content-Type", "text/plain")])
            return [b"This link has expired."]
        session_id = f"sid{next(self._numbers)}"
        self.sessions[session_id] = name
        address = quote(f"{self.public_url}/hacp", safe="")
        location = f"https://content.test/c?u=1&AICC_SID={session_id}&AICC_URL={address}"
        start_response("302 Found", [("Location", location)])
        return [b""]

    def _hacp(self, body: str, start_response: StartResponse) -> Iterable[bytes]:
        fields = {name: values[0] for name, values in parse_qs(body, keep_blank_values=True).items()}
        self.calls[fields["command"]] += 1
        start_response("200 OK", [("Content-Type", "text/plain; charset=utf-8")])
        name = self.sessions.get(fields["session_id"])
        if name is None or self.hacp_error:
            return [f"error={self.hacp_error or 3}\r\nerror_text=No\r\nversion=4.0\r\n".encode()]
        data = ""
        if fields["command"] == "PUTPARAM":
            lines = fields["aicc_data"].split("\r\n")
            core = dict(line.lower().split("=", 1) for line in lines[1:5])
            self.reports.append({"name": name, **core})
            self.locations[name] = core["lesson_location"]
        elif fields["command"] == "GETPARAM":
            location = "" if self.forgets_locations else self.locations.get(name, "")
            data = f"[core]\r\nlesson_location={location}\r\n[core_lesson]\r\n"
        return [f"error=0\r\nerror_text=Successful\r\nversion=4.0\r\naicc_data={data}\r\n".encode()]
