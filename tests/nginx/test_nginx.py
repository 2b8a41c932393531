"""Behind the sample for nginx: addresses come out as https, secrets stay out of the logs, uploads get in."""

from __future__ import annotations

import re
import socket
import ssl
import urllib.parse
from pathlib import Path

import pytest

from app.outbound.guard import Call, send
from tests.nginx.conftest import HOST, PUBLIC_URL, Proxy, running_nginx
from tests.outbound.servers import Authority, listener
from tests.running import RunningServer, free_port

PASSWORD = "correct trail blaze 7"


@pytest.fixture(scope="module")
def launch_url(server: RunningServer) -> str:
    """Make a course, a learner and the link that opens one for the other."""
    integration = server.flask("integration", "add", "--kind", "aicc", "--name", "Courses")["id"]
    learner = server.flask("learner", "add", "--name", "Diaz, Ana", "--email", "ana@example.org")["id"]
    course = server.flask(
        "course", "add", "--integration", integration, "--title", "Knots",
        "--activity-id", "urn:example:knots", "--launch-url", "https://content.example.org/knots",
    )["id"]  # fmt: skip
    made = server.flask(
        "launch", "create", "--integration", integration, "--course", course, "--learner", learner
    )
    return str(made["launch_url"])


def test_a_launch_works_and_leaves_no_key_in_the_log(proxy: Proxy, launch_url: str) -> None:
    assert launch_url.startswith(f"{PUBLIC_URL}/launch/")
    path = launch_url.removeprefix(PUBLIC_URL)
    opened = proxy.ask("GET", path)
    assert opened.status == 303
    query = urllib.parse.urlsplit(opened.headers["location"]).query
    sent_to = {name.lower(): value for name, value in urllib.parse.parse_qsl(query)}
    assert sent_to["aicc_url"] == f"{PUBLIC_URL}/hacp"
    session_id = sent_to["aicc_sid"]
    body = urllib.parse.urlencode({"command": "GetParam", "version": "4.0", "session_id": session_id})
    posted = proxy.ask(
        "POST", "/hacp", body.encode(), **{"Content-Type": "application/x-www-form-urlencoded"}
    )
    assert b"error=0" in posted.body
    assert b"Diaz, Ana" in posted.body
    # By GET it is refused, and is in the address all the same.
    proxy.ask("GET", f"/hacp?{body}", Referer=f"https://content.example.org/?AICC_SID={session_id}")
    logs = proxy.logs_with('"GET /hacp" ')
    assert '"POST /hacp" 200' in logs
    assert '"GET /launch/..." 303' in logs
    for secret in (session_id, path.removeprefix("/launch/"), "GetParam", "command="):
        assert secret not in logs


def test_signing_in_goes_by_https_addresses_and_secure_cookies(server: RunningServer, proxy: Proxy) -> None:
    account = ("--email", "ben@example.org", "--name", "Ben Admin", "--password", PASSWORD)
    server.flask("admin", "create", *account)
    turned_away = proxy.ask("GET", "/admin/progress?q=Ana")
    assert turned_away.status in (302, 303)
    page = proxy.ask("GET", _own_path(turned_away.headers["location"]))
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.body.decode())
    assert found
    form = {"csrf_token": found[1], "email": "ben@example.org", "password": PASSWORD}
    signed_in = proxy.ask(
        "POST",
        _own_path(turned_away.headers["location"]),
        urllib.parse.urlencode(form).encode(),
        **{
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": page.headers["set-cookie"].partition(";")[0],
            "Origin": PUBLIC_URL,
        },
    )
    assert signed_in.status == 303
    for reply in (page, signed_in):
        name, *attributes = re.split("[=;] ?", reply.headers["set-cookie"])
        assert name == "__Host-waymark"
        assert {"Secure", "HttpOnly"} <= set(attributes)
        assert reply.headers["strict-transport-security"] == "max-age=31536000"
    cookie = signed_in.headers["set-cookie"].partition(";")[0]
    progress = proxy.ask("GET", _own_path(signed_in.headers["location"]), Cookie=cookie)
    assert progress.status == 200
    assert "Ana" not in proxy.logs_with('"GET /admin/progress" 200')


def _own_path(location: str) -> str:
    """Return the path of an address that is ours, by https or without a host."""
    parts = urllib.parse.urlsplit(location)
    assert (parts.scheme, parts.netloc) in (("", ""), ("https", HOST))
    return location.removeprefix(PUBLIC_URL)


@pytest.mark.parametrize(
    ("path", "megabytes", "first_line"),
    [
        ("/admin/import", 512, b"HTTP/1.1 100 Continue"),
        ("/admin/import", 600, b"HTTP/1.1 413 "),
        ("/xapi/statements", 50, b"HTTP/1.1 100 Continue"),
        ("/hacp", 100, b"HTTP/1.1 413 "),
    ],
)
def test_a_course_library_may_be_uploaded_and_nothing_else_so_large(
    proxy: Proxy, path: str, megabytes: int, first_line: bytes
) -> None:
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: {megabytes * 1_000_000}\r\n"
        "Expect: 100-continue\r\n\r\n"
    )
    context = ssl.create_default_context(cafile=proxy.way.ca_file)
    with (
        socket.create_connection(("127.0.0.1", proxy.https_port), timeout=20) as plain,
        context.wrap_socket(plain, server_hostname=HOST) as connection,
    ):
        connection.sendall(head.encode())
        assert connection.recv(1000).startswith(first_line)


def test_what_a_caller_says_of_itself_does_not_get_in(authority: Authority, tmp_path: Path) -> None:
    with listener() as upstream, running_nginx(upstream.port, authority, tmp_path) as proxy:
        proxy.ask(
            "GET",
            "/xapi/about",
            **{
                "X-Forwarded-For": "203.0.113.7",
                "X-Forwarded-Proto": "http",
                "X-Forwarded-Host": "evil.example",
                "Forwarded": "for=203.0.113.7;host=evil.example;proto=http",
            },
        )
        request = upstream.requests[0].decode()
    assert f"Host: {HOST}\r\n" in request
    assert "X-Forwarded-For: 127.0.0.1\r\n" in request
    assert "X-Forwarded-Proto: https\r\n" in request
    for forged in ("203.0.113.7", "evil.example", "Forwarded:"):
        assert forged not in request


def test_the_log_is_silent_about_secrets_when_waymark_is_down(authority: Authority, tmp_path: Path) -> None:
    with running_nginx(free_port(), authority, tmp_path) as proxy:
        assert proxy.ask("GET", "/hacp?session_id=TellNobody").status == 502
        assert proxy.ask("POST", "/hacp", b"session_id=TellNobody").status == 502
        assert proxy.ask("GET", "/launch/TellNobody").status == 502
        logs = proxy.logs_with('"GET /launch/..." 502')
    assert '"GET /hacp" 502' in logs
    assert "TellNobody" not in logs


def test_plain_http_is_sent_to_https_and_a_post_stays_a_post(proxy: Proxy) -> None:
    call = Call("POST", f"http://{HOST}:{proxy.http_port}/hacp?x=TellNobody", {}, b"y")
    answer = send(proxy.way, call, resolve=lambda *_: ["127.0.0.1"])
    assert (answer.status, answer.headers["location"]) == (308, f"{PUBLIC_URL}/hacp?x=TellNobody")
    assert "TellNobody" not in proxy.logs_with('"POST /hacp" 308')
