"""The simulated LMS and its sinks on a port.

A page to launch from, /hacp, /webhook and /xapi, /ledger of all that came, /settings to change its habits.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, quote, urlsplit

from app.simulator.lms import Lms
from app.simulator.lms_quirks import Answer
from app.simulator.sinks import StatementSink, WebhookSink

_MAX_BODY_BYTES = 4 * 1024 * 1024
_JSON = "application/json"
_HTML = "text/html; charset=utf-8"


@dataclass
class Campus:
    """All that one port serves."""

    lms: Lms
    webhooks: WebhookSink = field(default_factory=WebhookSink)
    statements: StatementSink = field(default_factory=StatementSink)

    def ledger(self) -> str:
        """Return everything that was seen, as JSON."""
        seen = {"webhooks": self.webhooks.report(), "statements": self.statements.report()}
        return json.dumps({**self.lms.report(), **seen}, indent=2)

    def change(self, body: bytes) -> Answer:
        """Switch quirks, the webhooks' secret or their status: `{"broken": 2, "webhook_status": 500}`."""
        try:
            values = dict(json.loads(body))
            self.webhooks.secret = str(values.pop("webhook_secret", self.webhooks.secret))
            self.webhooks.status = int(values.pop("webhook_status", self.webhooks.status))
            self.lms.change(values)
        except (ValueError, TypeError) as error:
            return Answer(400, f"{error}\n".encode())
        return Answer(204)


def make_server(campus: Campus, port: int, *, host: str = "127.0.0.1") -> ThreadingHTTPServer:
    """Return a server that listens already; `serve_forever` answers."""
    handler = type("Handler", (_Handler,), {"campus": campus})
    return ThreadingHTTPServer((host, port), handler)


@contextmanager
def serving(server: ThreadingHTTPServer) -> Iterator[str]:
    """Answer in a thread of its own until the block ends; gives the server's address."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://{server.server_address[0]!s}:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    campus: Campus

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if parts.path == "/":
            self._send(Answer(200, _launch_page(self.campus.lms).encode(), _HTML))
        elif parts.path == "/ledger":
            self._send(Answer(200, self.campus.ledger().encode(), _JSON))
        elif parts.path == "/launch":
            self._launch(query.get("unit", ""), query.get("student", ""))
        else:
            self._send(Answer(404))

    def do_POST(self) -> None:
        body, path = self._body(), urlsplit(self.path).path
        if path == "/hacp":
            seen = self.campus.lms.begin(body)
            time.sleep(self.campus.lms.quirks.slow_seconds)
            self._send(self.campus.lms.finish(seen))
        elif path == "/webhook":
            headers = {name.lower(): value for name, value in self.headers.items()}
            self._send(Answer(self.campus.webhooks.take(headers, body, now=time.time())))
        elif path == "/settings":
            self._send(self.campus.change(body))
        else:
            self._send(Answer(404))

    def do_PUT(self) -> None:
        body, parts = self._body(), urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        statement_id = parse_qs(parts.query).get("statementId", [""])[0]
        is_store = parts.path == "/xapi/statements"
        status = self.campus.statements.put(statement_id, headers, body) if is_store else 404
        self._send(Answer(status))

    def log_message(self, *_: object) -> None:
        """Say nothing: the ledger tells all."""

    def _launch(self, unit: str, student: str) -> None:
        try:
            address = self.campus.lms.open(unit, student)
        except KeyError:
            self._send(Answer(404))
            return
        self._send(Answer(303), location=address)

    def _body(self) -> bytes:
        length = int(self.headers.get("Content-Length") or 0)
        return self.rfile.read(min(length, _MAX_BODY_BYTES))

    def _send(self, answer: Answer, *, location: str = "") -> None:
        if answer.status == 0:
            self.close_connection = True
            return
        self.send_response(answer.status)
        if location:
            self.send_header("Location", location)
        if answer.status != 204:
            self.send_header("Content-Type", answer.content_type)
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if answer.status != 204:
            self.wfile.write(answer.body)


def _launch_page(lms: Lms) -> str:
    rows = "".join(
        f"<tr><td>{escape(unit.title)}</td>"
        + "".join(
            f'<td><a href="/launch?unit={quote(unit.id, safe="")}&amp;student={quote(student, safe="")}">'
            f"Open as {escape(name)}</a></td>"
            for student, name in lms.students.items()
        )
        + "</tr>"
        for unit in lms.units.values()
    )
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>Simulated LMS</title></head>'
        f'<body><main><h1>Simulated LMS</h1><table>{rows}</table><p><a href="/ledger">Ledger</a></p></main>'
        "</body></html>\n"
    )
