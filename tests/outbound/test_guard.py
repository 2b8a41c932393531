"""The way out, against listeners on this machine: what gets through, and what never leaves."""

from __future__ import annotations

import gzip
import itertools
import socket
from ipaddress import ip_network
from threading import Event

import pytest

from app.outbound.guard import Answer, Call, CannotReach, Reason, Way, judge, send
from app.settings import BadSettings, Settings, load_settings
from tests.outbound.corpus import FORBIDDEN_ADDRESSES
from tests.outbound.servers import Authority, Listener, listener, make_authority

NO_WAY = Way()
LOOPBACK = Way(allow=(ip_network("127.0.0.0/8"),))
HOST = "lms.example.org"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return make_authority(tmp_path_factory.mktemp("authority"))


def at(*addresses: str):
    """Give a resolver that answers so whatever the name, and counts how often it was asked."""

    def resolve(name: str, _port: int) -> list[str]:
        resolve.asked.append(name)
        return list(addresses)

    resolve.asked = []
    return resolve


def get(url: str, **headers: str) -> Call:
    return Call("GET", url, headers)


def reach(server: Listener, way: Way = LOOPBACK, **options) -> Answer:
    return send(way, get(f"http://127.0.0.1:{server.port}/"), **options)


def refusal(way: Way, url: str, **options) -> CannotReach:
    with pytest.raises(CannotReach) as refused:
        send(way, get(url), **options)
    return refused.value


def test_none_of_the_forbidden_addresses_is_connected_to() -> None:
    with listener() as canary:
        for address in FORBIDDEN_ADDRESSES:
            for scheme in ("http", "https"):
                code = refusal(NO_WAY, f"{scheme}://{address}:{canary.port}/").code
                assert code in (Reason.FORBIDDEN_ADDRESS, Reason.BAD_ADDRESS), address
        assert canary.connections == 0


def test_none_of_the_forbidden_addresses_is_connected_to_when_a_name_stands_for_it() -> None:
    plain = [a.strip("[]") for a in FORBIDDEN_ADDRESSES if a.isascii() and ("::" in a or a.count(".") == 3)]
    addresses = [address for address in plain if "x" not in address and not address.startswith("0177")]
    assert len(addresses) > 30
    with listener() as canary:
        for address in addresses:
            url = f"https://{HOST}:{canary.port}/"
            assert refusal(NO_WAY, f"https://{HOST}/", resolve=at(address)).code == Reason.FORBIDDEN_ADDRESS
            # Where a network is open, the port of a name is judged after its address.
            way = Way(allow=(ip_network("10.99.0.0/16"),))
            assert refusal(way, url, resolve=at(address)).code == Reason.FORBIDDEN_ADDRESS
        assert canary.connections == 0


def test_one_forbidden_answer_among_many_refuses_the_name() -> None:
    with listener() as canary:
        way = Way(allow=(ip_network("127.0.0.1/32"),))
        answers = at("127.0.0.1", "127.0.0.2")
        url = f"http://{HOST}:{canary.port}/"
        assert refusal(way, url, resolve=answers).code == Reason.FORBIDDEN_ADDRESS
        assert canary.connections == 0


def test_a_name_is_looked_up_once_and_called_where_it_was_judged() -> None:
    """A resolver that turns to another address after it was judged gains nothing."""
    turns = itertools.chain([["127.0.0.1"]], itertools.repeat(["127.0.0.2"]))
    way = Way(allow=(ip_network("127.0.0.1/32"),))
    with listener() as server:
        url = f"http://{HOST}:{server.port}/"
        assert send(way, get(url), resolve=lambda *_: next(turns)).body == b"hello"
        # By now the name leads elsewhere, and is judged anew.
        assert refusal(way, url, resolve=lambda *_: next(turns)).code == Reason.FORBIDDEN_ADDRESS
        assert server.connections == 1
        assert f"Host: {HOST}:{server.port}\r\n".encode() in server.requests[0]


def test_the_next_address_is_tried_when_the_first_does_not_listen() -> None:
    with listener() as server:
        answers = at("127.0.0.2", "127.0.0.1")
        assert send(LOOPBACK, get(f"http://{HOST}:{server.port}/"), resolve=answers).status == 200
        assert answers.asked == [HOST]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_an_answer_and_nothing_follows_it(status: int) -> None:
    with listener() as canary:
        location = f"http://127.0.0.1:{canary.port}/"
        head = f"HTTP/1.1 {status} Moved\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n"
        with listener(head.encode()) as server:
            answer = reach(server)
        assert (answer.status, answer.headers["location"]) == (status, location)
        assert canary.connections == 0


def drip(head: bytes, piece: bytes):
    """Give an answer of which a little comes now and then, for ever."""

    def pieces(seen: Listener):
        yield head
        while not seen.is_closing.wait(0.05):
            yield piece

    return pieces


@pytest.mark.parametrize(
    ("head", "piece"),
    [
        (b"", b"H"),
        (b"HTTP/1.1 200 OK\r\n", b"X-Slow: x\r\n"),
        (b"HTTP/1.1 200 OK\r\n\r\n", b"x"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", b"X-Trailer: x\r\n"),
        (b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 100 Continue\r\n\r\n"),
    ],
)
def test_a_dripping_answer_ends_at_the_deadline(head: bytes, piece: bytes) -> None:
    with listener(drip(head, piece)) as server, pytest.raises(CannotReach) as late:
        reach(server, deadline_seconds=0.4)
    assert late.value.code == Reason.TIMEOUT


def test_a_handshake_that_does_not_end_ends_at_the_deadline(authority: Authority) -> None:
    with listener(b"") as server:  # It speaks no TLS: it waits for the end of a request that never comes.
        way = Way(allow=LOOPBACK.allow, ca_file=authority.ca_file)
        late = refusal(way, f"https://127.0.0.1:{server.port}/", deadline_seconds=0.4)
    assert late.code == Reason.TIMEOUT


def test_a_resolver_that_does_not_answer_ends_at_the_deadline() -> None:
    is_over = Event()

    def resolve(_name: str, _port: int) -> list[str]:
        is_over.wait(60)
        return ["127.0.0.1"]

    late = refusal(LOOPBACK, f"https://{HOST}/", deadline_seconds=0.2, resolve=resolve)
    is_over.set()
    assert late.code == Reason.TIMEOUT


def test_a_reader_that_takes_nothing_in_ends_at_the_deadline() -> None:
    def wait(seen: Listener):
        seen.is_closing.wait()
        return ()

    with listener(wait) as server:
        call = Call("POST", f"http://127.0.0.1:{server.port}/", {}, b"x" * 20_000_000)
        with pytest.raises(CannotReach) as late:
            send(LOOPBACK, call, deadline_seconds=0.4)
    assert late.value.code == Reason.TIMEOUT


def endless(head: bytes, piece: bytes):
    return lambda _seen: itertools.chain([head], itertools.repeat(piece))


@pytest.mark.parametrize(
    ("head", "piece"),
    [
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"10000\r\n" + b"x" * 65536 + b"\r\n"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 10000000000\r\n\r\n", b"x" * 65536),
        (b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 65536),
    ],
)
def test_of_a_body_without_end_64_kb_are_kept(head: bytes, piece: bytes) -> None:
    with listener(endless(head, piece)) as server:
        answer = reach(server)
    assert answer.is_cut
    assert answer.body == b"x" * 65536


@pytest.mark.parametrize(
    ("head", "piece"),
    [
        (b"HTTP/1.1 200 OK\r\n", b"X-More: " + b"x" * 1000 + b"\r\n"),
        (b"HTTP/1.1 200 OK\r\nX-Long: ", b"x" * 65536),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1;" + b"x" * 60000 + b"\r\nx\r\n"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n", b"x" * 65536),
        (b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 100 Continue\r\n\r\n" * 1000),
        (b"", b"SSH-2.0-OpenSSH\r\n" * 1000),
    ],
)
def test_what_only_fills_memory_is_no_answer(head: bytes, piece: bytes) -> None:
    with listener(endless(head, piece)) as server, pytest.raises(CannotReach) as broken:
        reach(server)
    assert broken.value.code == Reason.BROKEN


def test_a_packed_answer_stays_packed() -> None:
    bomb = gzip.compress(bytes(20_000_000))
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(bomb)}\r\n\r\n".encode()
    with listener(head + bomb) as server:
        answer = reach(server)
        assert b"Accept-Encoding: identity\r\n" in server.requests[0]
    assert (answer.body, answer.is_cut) == (bomb[:65536], len(bomb) > 65536)


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"hello\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel",
    ],
)
def test_half_an_answer_is_none(answer: bytes) -> None:
    with listener(answer) as server, pytest.raises(CannotReach) as broken:
        reach(server)
    assert broken.value.code == Reason.BROKEN


def test_proxies_and_netrc_of_the_environment_are_ignored(monkeypatch, tmp_path) -> None:
    (tmp_path / ".netrc").write_text("default login ana password secret\n")
    (tmp_path / ".netrc").chmod(0o600)
    with listener() as canary, listener() as server:
        for name in ("http_proxy", "https_proxy", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{canary.port}")
            monkeypatch.setenv(name.upper(), f"http://127.0.0.1:{canary.port}")
        monkeypatch.setenv("HOME", str(tmp_path))
        monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
        assert reach(server).status == 200
        assert canary.connections == 0
        assert b"authorization" not in server.requests[0].lower()


def secure_call(authority: Authority, *, serve_as: str, trusts: bool) -> tuple[Answer, Listener]:
    way = Way(allow=LOOPBACK.allow, ca_file=authority.ca_file if trusts else None)
    with listener(context=authority.serve_as(serve_as)) as server:
        url = f"https://{HOST}:{server.port}/hacp?command=getparam"
        return send(way, get(url), resolve=at("127.0.0.1")), server


def test_a_private_authority_is_trusted_when_its_file_is_named(authority: Authority) -> None:
    answer, server = secure_call(authority, serve_as=HOST, trusts=True)
    assert answer.body == b"hello"
    assert server.server_names == [HOST]
    assert server.requests[0].startswith(b"GET /hacp?command=getparam HTTP/1.1\r\n")


@pytest.mark.parametrize(("serve_as", "trusts"), [(HOST, False), ("other.example.org", True)])
def test_a_certificate_that_cannot_be_trusted_is_refused(
    authority: Authority, serve_as: str, trusts: bool, monkeypatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", authority.ca_file)
    with pytest.raises(CannotReach) as refused:
        secure_call(authority, serve_as=serve_as, trusts=trusts)
    assert refused.value.code == Reason.TLS
    assert "WAYMARK_OUTBOUND_CA_FILE" in refused.value.sentence


def test_a_file_of_authorities_that_went_missing_is_told(tmp_path) -> None:
    way = Way(ca_file=str(tmp_path / "gone.pem"))
    assert refusal(way, f"https://{HOST}/").code == Reason.TLS


def test_what_we_must_say_ourselves_cannot_be_overruled() -> None:
    with listener() as server:
        url = f"http://127.0.0.1:{server.port}/"
        headers = {"HOST": "evil.example", "accept-encoding": "gzip", "Content-Length": "7", "X-Own": "1"}
        send(LOOPBACK, Call("POST", url, headers, b"body"))
        request = server.requests[0].decode()
    assert "evil" not in request
    assert "gzip" not in request
    assert "Content-Length: 4\r\n" in request
    assert "X-Own: 1\r\n" in request
    assert "User-Agent: Waymark/" in request


@pytest.mark.parametrize("headers", [{"X-A": "b\r\nX-Evil: 1"}, {"X-A": "\u20ac"}])
def test_a_header_that_could_split_the_request_is_not_sent(headers: dict[str, str]) -> None:
    with listener() as server, pytest.raises(CannotReach) as refused:
        send(LOOPBACK, Call("GET", f"http://127.0.0.1:{server.port}/", headers))
    assert refused.value.code == Reason.BROKEN
    assert server.requests == []


def test_who_does_not_listen_and_who_does_not_exist_are_told_apart() -> None:
    with listener() as gone:
        pass
    assert refusal(LOOPBACK, f"http://127.0.0.1:{gone.port}/").code == Reason.REFUSED

    def resolve(_name: str, _port: int) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    assert refusal(LOOPBACK, f"https://{HOST}/", resolve=resolve).code == Reason.NO_SUCH_HOST


def test_header_names_are_lower_case_and_folded_values_are_one_line() -> None:
    reply = b"HTTP/1.1 200 OK\r\nX-One: a\r\nX-ONE: b\r\n c\r\nContent-Length: 0\r\n\r\n"
    with listener(reply) as server:
        assert reach(server).headers["x-one"] == "a, b c"


def settings_with(tmp_path, **values: object) -> Settings:
    return Settings(tmp_path, "sqlite://", "x" * 32, public_url="https://waymark.example.org", **values)


def test_the_way_is_what_the_settings_say(tmp_path) -> None:
    closed = Way.of(settings_with(tmp_path))
    with listener() as server:
        url = f"http://127.0.0.1:{server.port}/"
        assert refusal(closed, url).code == Reason.FORBIDDEN_ADDRESS
        assert server.connections == 0
        assert send(Way.of(settings_with(tmp_path, outbound_allow=("127.0.0.0/8",))), get(url)).status == 200
    for url in ("https://waymark.example.org/hacp", "https://also.example.org/"):
        with pytest.raises(CannotReach) as refused:
            judge(Way.of(settings_with(tmp_path), own_hosts=["also.example.org"]), url)
        assert refused.value.code == Reason.FORBIDDEN_HOST


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("OUTBOUND_ALLOW", "10.0.0.0/8,10.0.0.5/8", "'10.0.0.5/8' is not an address or network"),
        ("OUTBOUND_ALLOW", "lms.internal", "'lms.internal' is not an address or network"),
        ("OUTBOUND_CA_FILE", "/nowhere/ca.pem", "cannot be read"),
        ("OUTBOUND_CA_FILE", __file__, "holds no certificates"),
    ],
)
def test_a_setting_that_cannot_be_used_stops_the_start(
    monkeypatch, tmp_path, name: str, value: str, words: str
) -> None:
    monkeypatch.setenv("WAYMARK_DATA_DIR", str(tmp_path))
    monkeypatch.setenv(f"WAYMARK_{name}", value)
    with pytest.raises(BadSettings, match=words):
        load_settings()
