"""The simulated LMS on a port: a page to launch from, HACP, sinks, a ledger and settings."""

from __future__ import annotations

import json
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest

from app.delivery.targets.webhook import make_secret
from app.hacp.upstream_wire import UpstreamCommand, format_request
from app.simulator.lms import Lms, LmsUnit
from app.simulator.lms_server import Campus, make_server, serving
from app.simulator.transport import HttpTransport, TransportError


@pytest.fixture
def lms() -> Iterator[tuple[HttpTransport, str]]:
    campus = Campus(Lms("", {"10&1": "Diaz <Ana>"}))
    campus.lms.add_units([LmsUnit("c/A1", "Knots & more", "https://content.example/go")])
    with serving(make_server(campus, 0)) as url:
        campus.lms.hacp_url = f"{url}/hacp"
        transport = HttpTransport(url)
        yield transport, url
        transport.close()


def ledger(transport: HttpTransport, url: str) -> dict[str, list]:
    return json.loads(transport.send("GET", f"{url}/ledger").body)


def test_a_lesson_is_opened_from_the_page_and_played(lms: tuple[HttpTransport, str]) -> None:
    transport, url = lms
    page = transport.send("GET", f"{url}/").text
    assert "<td>Knots &amp; more</td>" in page
    assert 'href="/launch?unit=c%2FA1&amp;student=10%261">Open as Diaz &lt;Ana&gt;</a>' in page
    opened = transport.send("GET", f"{url}/launch?unit=c%2FA1&student=10%261")
    assert opened.status == 303
    query = parse_qs(urlsplit(opened.headers["location"]).query)
    assert query["AICC_URL"] == [f"{url}/hacp"]
    body = format_request(UpstreamCommand.GET_PARAM, session_id=query["AICC_SID"][0])
    assert b"student_id=10&1\r\n" in transport.send("POST", f"{url}/hacp", {}, body).body
    assert [each["command"] for each in ledger(transport, url)["requests"]] == ["getparam"]
    for path in ("/launch?unit=x&student=10%261", "/nope"):
        assert transport.send("GET", url + path).status == 404


def test_habits_change_while_it_runs(lms: tuple[HttpTransport, str]) -> None:
    transport, url = lms
    assert transport.send("POST", f"{url}/settings", {}, b'{"down": true}').status == 204
    with pytest.raises(TransportError):
        transport.send("POST", f"{url}/hacp", {}, b"command=GetParam")
    assert transport.send("POST", f"{url}/settings", {}, b'{"down": false}').status == 204
    assert b"error=3" in transport.send("POST", f"{url}/hacp", {}, b"command=GetParam").body
    for body in (b"{", b"[1]", b'{"nope": 1}', b"3"):
        assert transport.send("POST", f"{url}/settings", {}, body).status == 400


def test_sinks_take_what_destinations_send(lms: tuple[HttpTransport, str]) -> None:
    transport, url = lms
    secret = make_secret()
    transport.send("POST", f"{url}/settings", {}, json.dumps({"webhook_secret": secret}).encode())
    assert transport.send("POST", f"{url}/webhook", {}, b"{}").status == 401
    statement = transport.send(
        "PUT", f"{url}/xapi/statements?statementId=s1", {"X-Experience-API-Version": "1.0.3"}, b'{"verb": 1}'
    )
    assert statement.status == 204
    assert transport.send("PUT", f"{url}/nope", {}, b"{}").status == 404
    seen = ledger(transport, url)
    assert seen["webhooks"] == [{"id": "", "is_verified": False, "status": 401, "body": {}}]
    assert seen["statements"] == [{"verb": 1, "id": "s1"}]
    assert seen["complaints"] == []
