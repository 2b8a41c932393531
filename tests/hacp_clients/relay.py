"""Captivate's way: the course posts to a relay on its own host, which passes the body on to the LMS."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import urlsplit

from tests.hacp_clients.client import FORM, Post
from tests.hacp_clients.http_wire import http_wire


class _Relay(BaseHTTPRequestHandler):
    """Takes the target from the query as it stands: nobody encoded it."""

    def do_POST(self) -> None:
        target = urlsplit(self.path).query.removeprefix("RelayTo=")
        body = self.rfile.read(int(self.headers["Content-Length"]))
        reply = http_wire(target)(Post(body, FORM)).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(reply)))
        self.end_headers()
        self.wfile.write(reply)

    def log_message(self, format: str, *arguments: object) -> None:
        """Say nothing: the tests' output is for the tests."""


@contextmanager
def running_relay() -> Iterator[str]:
    """Run a relay and give its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Relay)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/relay.php"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
