"""Every reader takes time in proportion to what it reads, whatever is repeated in it: 1 kB to 1 MB."""

from __future__ import annotations

import contextlib

import pytest

from app.access.hosts import BadHost, parse_host, parse_public_url
from app.hacp.aicc_data import format_getparam, parse_groups
from app.hacp.errors import InvalidCommand
from app.hacp.leftovers import format_leftovers, list_notes
from app.hacp.record_tables import parse_comments, parse_items
from app.hacp.vocabulary import Command, parse_score, parse_status, parse_timespan
from app.hacp.wire import format_reply, parse_request, redact, redact_query
from app.inspector.redact import redact as redact_kept
from tests.fuzzing import assert_linear

FORM, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data; boundary=X"


def text_of(piece: str, size: int) -> str:
    return piece * (size // len(piece))


@pytest.mark.parametrize(
    "piece",
    [
        b"name=password", b'name="session_id"', b'name="session_id"\r', b'name="password"; ', b"&password ",
        b'"password" ', b'"password":"\\', b"session_id=", b"\nAICC_SID\t", b"&session_id=" + b"A" * 32,
        b"--X\r\nContent-Disposition: form-data; name=", b"--X\r\n\r\n", b"\r\n\r\n", b";name ", b";name=\"",
        b"%2525", b"%5B ", b"%u00E9", b"%0D%0A", b"aicc_data=[\n", b"&aicc_data=\n&", b"\xff", b"\x00",
        b"bearer ", b"basic+", b"Basic+a",
    ],
)  # fmt: skip
def test_requests_are_read_and_redacted_in_linear_time(piece: bytes) -> None:
    def act(size: int) -> None:
        repeated = piece * (size // len(piece))
        for start, content_type in ((b"", FORM), (b"--X\r\n", MULTIPART), (b"aicc_data=", "text/plain")):
            body = start + repeated
            with contextlib.suppress(InvalidCommand):
                parse_request(body, content_type, repeated[:8000])
            redact(body, content_type, b"*")
        redact_kept(repeated)
        redact_query(repeated, b"*")

    assert_linear(act)


@pytest.mark.parametrize(
    "piece",
    [
        "[core]\n", "[core_lesson]\nx", "[x]\r\n", "[", "\t[", "]", "a=b\n", "=", ";", "lesson_status=\r",
        "\r\n", "[core]\n[core_lesson]\n", "j_id.1=a\n", "a" * 90 + "=1\n", "\x00", "é\n", " ", "no value\n",
    ],
)  # fmt: skip
def test_groups_are_read_and_written_in_linear_time(piece: str) -> None:
    def act(size: int) -> None:
        for start in ("", "[core]\n", "[core_lesson]\n"):
            data = parse_groups(start + text_of(piece, size))
            list_notes(data)
            format_leftovers(data)
            format_reply(0, "Successful", format_getparam(data))

    assert_linear(act)


@pytest.mark.parametrize(
    "piece",
    [
        '"', '""', '"a",', ",", "\n", "\r", "\r\n", '"\n', "q1,a\r\n", '"q1","a, b"\r\n', "[x]\n", " ", "\t,",
        "<1>", "<1>a<e.1>", "<L.", "<L.x>", "<e.", "<1", "\x00", "interaction_id,", "interaction_id,date\r\n",
    ],
)  # fmt: skip
def test_tables_are_read_in_linear_time(piece: str) -> None:
    def act(size: int) -> None:
        text = text_of(piece, size)
        for command in (Command.PUT_INTERACTIONS, Command.PUT_OBJECTIVES, Command.PUT_COMMENTS):
            for start in ("", "interaction_id,objective_id,comment\r\n"):
                for item in parse_items(command, start + text).rows:
                    assert item.digest
        parse_comments(text)

    assert_linear(act)


@pytest.mark.parametrize(
    "piece", ["a", ".", "a.", "é", "é.", "1", "1.", ":", "[", "::", "-", "9,", ",", "%", "PT1H", " "]
)
def test_words_and_names_are_read_in_linear_time(piece: str) -> None:
    def act(size: int) -> None:
        text = text_of(piece, size)
        for read in (parse_host, parse_public_url):
            with contextlib.suppress(BadHost):
                read(text)
        parse_status(text)
        parse_score(text)
        parse_timespan(text)

    assert_linear(act)
