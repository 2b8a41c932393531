"""Any bytes are a request or an invalid command; what clients write is read back; no session id is kept."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

import pytest
from flask.testing import FlaskClient
from hypothesis import strategies as st
from sqlalchemy import select

from app import clock
from app.hacp.admission import Message, understand
from app.hacp.aicc_data import AiccData
from app.hacp.errors import InvalidCommand
from app.hacp.journal import Received
from app.hacp.wire import HacpRequest, format_reply, parse_request, redact, redact_query
from app.models.records import Exchange, FindingRow
from tests.fuzzing import fuzz, mixed
from tests.hacp.content import Classroom
from tests.hacp_clients.encodings import encode_uri_component, escape, multipart, rustici_escape

FORM = "application/x-www-form-urlencoded"
PIECES = [
    b"command=", b"GetParam", b"PutParam", b"ExitParam", b"session_id=", b"Session%5FID=", b"version=4.0",
    b"AICC_Data=", b"aicc_data=", b"AU_password=", b"&", b"=", b"%", b"%u", b"%u20AC", b"%uD83D%uDE00",
    b"%uD83D", b"%E9", b"%C3%A9", b"%25", b"%5B", b"%5Bcore%5D", b"%255Bcore%255D", b"%0D%0A", b"%250D%250A",
    b"\r\n", b"\n", b"\r", b"[core]", b"[core_lesson]", b"[x]", b"score=1", b"+", b"%20", b"%2B", b"--X",
    b"--X\r\n", b"--X--", b'Content-Disposition: form-data; name="session_id"', b'name="aicc_data"',
    b"\r\n\r\n", b"\n\n", b"\x00", b"\xff", b"\xef\xbb\xbf", b"A" * 32, b";", b'"',
]  # fmt: skip
RAW = mixed(PIECES)
CONTENT_TYPES = st.sampled_from(
    [
        "", FORM, FORM + "; charset=UTF-8", "text/plain;charset=UTF-8", "multipart/form-data; boundary=X",
        'multipart/form-data; boundary="X"', "multipart/form-data", "MULTIPART/FORM-DATA;boundary=X; q",
        "application/json",
    ]
) | st.text(max_size=20)  # fmt: skip


def test_fuzz_parse_request() -> None:
    def check(example: tuple[bytes, str, bytes]) -> None:
        body, content_type, query = example
        message = understand(received(body, content_type, query))
        assert isinstance(message, Message)
        assert isinstance(message.data, AiccData)
        try:
            request = parse_request(body, content_type, query)
        except InvalidCommand:
            assert isinstance(message.error, InvalidCommand)
            return
        assert isinstance(request, HacpRequest)
        assert request.command == request.command.strip().lower()
        assert request.session_id == request.session_id.strip()
        assert len(set(request.repairs)) == len(request.repairs)
        reply = format_reply(0, "Successful", request.aicc_data)
        assert reply.decode().startswith("error=0\r\nerror_text=Successful\r\nversion=4.0\r\n")
        redact(body, content_type, b"*")
        redact_query(query, b"*")

    framed = st.tuples(RAW, RAW).map(lambda parts: b"--X\r\n" + parts[0] + b"\r\n--X" + parts[1])
    fuzz(st.tuples(RAW | framed | st.binary(max_size=300), CONTENT_TYPES, RAW), check)


@dataclass(frozen=True)
class Sent:
    """A whole message, and the way a client would write it."""

    session_id: str
    data: str
    way: str
    order: tuple[int, ...]
    case: str

    def fields(self) -> dict[str, str]:
        named = [("command", "PutParam"), ("session_id", self.session_id), ("aicc_data", self.data)]
        return {getattr(named[n][0], self.case)(): named[n][1] for n in self.order}


# Latin-1 alone is UTF-8 to the reader when it can be: escape() is known by a character beyond it.
KNOWN_BY = "[core]\r\nlesson_location=a b€\r\n[core_lesson]\r\n"
IDS = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", min_size=32, max_size=32)
MESSAGES = st.builds(
    Sent,
    session_id=IDS,
    data=st.text(st.characters(exclude_categories=["Cs"]), max_size=60).map(KNOWN_BY.__add__),
    way=st.sampled_from(["component", "escape", "rustici", "twice", "multipart", "raw"]),
    order=st.permutations(range(3)).map(tuple),
    case=st.sampled_from(["lower", "upper", "title"]),
)
WAYS = {
    "component": encode_uri_component,
    "escape": escape,
    "rustici": rustici_escape,
    "twice": lambda value: encode_uri_component(encode_uri_component(value)),
    "raw": lambda value: value,
}


def test_fuzz_what_clients_write_is_read_back() -> None:
    def check(sent: Sent) -> None:
        data = sent.data.replace("+", "") if sent.way == "rustici" else sent.data
        fields = {name: data if value == sent.data else value for name, value in sent.fields().items()}
        if sent.way == "multipart":
            body, content_type = multipart(fields, "XYZ"), "multipart/form-data; boundary=XYZ"
        else:
            encode = WAYS[sent.way]
            body = "&".join(f"{name}={encode(value)}" for name, value in fields.items()).encode()
            content_type = FORM
        request = parse_request(body, content_type)
        assert (request.command, request.session_id) == ("putparam", sent.session_id)
        assert request.aicc_data == data

    fuzz(MESSAGES, check)


def test_fuzz_multipart() -> None:
    names = st.sampled_from(["command", "session_id", "aicc_data", "x", "au_password"])
    values = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
    parts = st.dictionaries(names, values, max_size=5)
    boundaries = st.text("abcXYZ019'()+_,-./:=?", min_size=1, max_size=70)
    breaks = st.sampled_from(["\r\n", "\n"])

    def check(example: tuple[dict[str, str], str, str, bytes]) -> None:
        fields, boundary, line_break, tail = example
        fields = {name: value for name, value in fields.items() if f"\n--{boundary}" not in f"\n{value}"}
        whole = multipart(fields, boundary).replace(b"\r\n\r\n", (line_break * 2).encode(), 1)
        request = parse_request(whole, f'multipart/form-data; boundary="{boundary}"')
        assert request.command == fields.get("command", "").strip().lower()
        assert request.au_password == fields.get("au_password")
        if "[" in fields.get("aicc_data", "["):
            assert request.aicc_data == fields.get("aicc_data", "")
        for broken in (whole[: len(whole) // 2], whole + tail, tail + whole, whole.replace(b"\r\n", b"\n")):
            understand(received(broken, f"multipart/form-data; boundary={boundary}", b""))

    fuzz(st.tuples(parts, boundaries, breaks, RAW), check)


@dataclass(frozen=True)
class Leak:
    """A message that carries a session id, and every other place where its sender put the same id."""

    is_known: bool
    way: str
    is_multipart: bool
    command: str
    in_query: str
    in_data: bool
    junk: bytes


LEAKS = st.builds(
    Leak,
    is_known=st.booleans(),
    way=st.sampled_from(["plain", "some", "all", "twice", "unicode", "blanks"]),
    is_multipart=st.booleans(),
    command=st.sampled_from(["GetParam", "PutParam", "ExitAU", "Foo", "", "PutComments"]),
    in_query=st.sampled_from(["", "session_id", "SESSION%5FID", "AICC_SID", "aicc_sid", "x"]),
    in_data=st.booleans(),
    junk=mixed([b"&", b"x=", b"%0D%0A", b"a", b"\r\n", b"AU_password=secret"], longest=4),
)


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_fuzz_no_session_id_survives_in_what_is_kept(
    classroom: Classroom, client: FlaskClient, database_kind: str
) -> None:
    def check(leak: Leak) -> None:
        session_id = classroom.open().launch.session_id if leak.is_known else "Zz9" * 10 + "Zz"
        body, content_type, query = write(leak, session_id)
        reply = client.post("/hacp", data=body, content_type=content_type, query_string=query)
        assert reply.status_code == 200
        kept = kept_of(classroom, reply.headers["X-Request-Id"])
        for _ in range(3):
            assert session_id.encode().lower() not in kept.lower()
            kept = unquote_to_bytes(re.sub(rb"(?i)%u00([0-9a-f]{2})", rb"%\1", kept))

    fuzz(LEAKS, check, short=100)


def write(leak: Leak, session_id: str) -> tuple[bytes, str, str]:
    hexed = "".join(f"%{ord(letter):02X}" for letter in session_id)
    written = {
        "plain": session_id,
        "some": f"%{ord(session_id[0]):02x}{session_id[1:]}",
        "all": hexed,
        "twice": hexed.replace("%", "%25"),
        "unicode": f"%u00{ord(session_id[0]):02X}{session_id[1:]}",
        "blanks": f"%20{session_id}%0D%0A",
    }[leak.way]
    data = "[core]\r\nlesson_status=I\r\n[core_lesson]\r\n" + (session_id if leak.in_data else "x")
    # Under a name that means nothing to us it is found as it is only.
    query = f"{leak.in_query}={session_id if leak.in_query == 'x' else written}" if leak.in_query else ""
    if leak.is_multipart:
        plain = {"command": leak.command, "session_id": session_id, "aicc_data": data}
        return multipart(plain, "XYZ"), "multipart/form-data; boundary=XYZ", query
    body = f"command={leak.command}&Session_ID={written}&aicc_data={encode_uri_component(data)}&"
    return body.encode() + leak.junk, FORM, query


def kept_of(classroom: Classroom, request_id: str) -> bytes:
    """Return everything that the exchange log keeps of one request."""
    classroom.session.rollback()
    row = classroom.session.get(Exchange, request_id)
    assert row is not None
    details = classroom.session.scalars(
        select(FindingRow.detail).where(FindingRow.exchange_id == row.id)
    ).all()
    texts = [row.path, row.result, row.user_agent, row.host, row.repairs, row.changes, *details]
    return b"\n".join([row.request_body or b"", row.reply_body or b"", *(text.encode() for text in texts)])


def received(body: bytes, content_type: str, query: bytes) -> Received:
    return Received(
        request_id="1", method="POST", path="/hacp", query=query, body=body, content_type=content_type,
        host="localhost", client_address="", user_agent="", received_at=clock.now(),
    )  # fmt: skip
