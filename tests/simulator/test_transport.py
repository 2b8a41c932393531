"""The two ways to carry a request."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest

from app.simulator.transport import ForeignAddress, HttpTransport, TransportError, WsgiTransport
from tests.simulator.fake_server import FakeServer


def echo(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    length = int(environ.get("CONTENT_LENGTH") or 0)
    seen = (
        environ["REQUEST_METHOD"],
        environ["PATH_INFO"].encode("latin-1").decode(),
        environ["QUERY_STRING"],
        environ["HTTP_HOST"],
        environ.get("CONTENT_TYPE", ""),
        environ.get("HTTP_X_TRY", ""),
        environ["wsgi.input"].read(length).decode(),
    )
    start_response("302 Found", [("Location", "/elsewhere"), ("X-Seen", "yes")])
    return ["|".join(seen).encode()]


def quiet(self: WSGIRequestHandler, format: str, *args: object) -> None: ...


@pytest.fixture
def http_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[WSGIServer]:
    monkeypatch.setattr(WSGIRequestHandler, "log_message", quiet)
    with make_server("127.0.0.1", 0, echo) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_wsgi_carries_method_path_query_headers_and_body() -> None:
    transport = WsgiTransport(echo, "http://lms.test:8080")
    reply = transport.send(
        "POST", "http://lms.test:8080/a%20b/%C3%A9?x=%26", {"Content-Type": "text/plain", "X-Try": "1"}, b"hi"
    )
    assert reply.status == 302
    assert reply.headers == {"location": "/elsewhere", "x-seen": "yes"}
    assert reply.text == "POST|/a b/é|x=%26|lms.test:8080|text/plain|1|hi"


@pytest.mark.parametrize(
    "url", ["http://other.test/", "https://lms.test/", "http://lms.test:81/", "file:///etc/passwd", "/x"]
)
def test_nobody_but_the_server_under_test_is_called(url: str) -> None:
    with pytest.raises(ForeignAddress):
        WsgiTransport(echo, "http://lms.test").send("GET", url)
    with pytest.raises(ForeignAddress):
        HttpTransport("http://lms.test").send("GET", url)


def test_wsgi_closes_the_reply_and_notices_silence() -> None:
    closed: list[bool] = []

    class Chunks(list[bytes]):
        def close(self) -> None:
            closed.append(True)

    with pytest.raises(TransportError):
        WsgiTransport(lambda environ, start: Chunks(), "http://lms.test").send("GET", "http://lms.test/")
    assert closed == [True]


def test_http_carries_the_same_and_follows_no_redirect(http_server: WSGIServer) -> None:
    url = f"http://127.0.0.1:{http_server.server_port}"
    transport = HttpTransport(url)
    reply = transport.send("POST", f"{url}/a%20b?x=%26", {"Content-Type": "text/plain"}, b"hi")
    transport.close()
    assert (reply.status, reply.headers["location"]) == (302, "/elsewhere")
    assert reply.text == f"POST|/a b|x=%26|127.0.0.1:{http_server.server_port}|text/plain||hi"


def test_http_reaches_the_public_address_through_another_one(http_server: WSGIServer) -> None:
    reach = f"http://127.0.0.1:{http_server.server_port}"
    transport = HttpTransport(reach, public_url="https://lms.example.com")
    reply = transport.send("GET", "https://lms.example.com/hacp")
    transport.close()
    assert reply.text.split("|")[3] == "lms.example.com"


def test_http_without_a_server_is_a_transport_error(http_server: WSGIServer) -> None:
    url = f"http://127.0.0.1:{http_server.server_port}"
    http_server.shutdown()
    http_server.server_close()
    transport = HttpTransport(url, timeout_seconds=2)
    with pytest.raises(TransportError):
        transport.send("GET", f"{url}/")
    transport.close()


def test_a_broken_application_raises_what_it_raises() -> None:
    server = FakeServer()
    server.breaks = True
    with pytest.raises(ConnectionError):
        WsgiTransport(server, "http://lms.test").send("GET", "http://lms.test/launch/1")
