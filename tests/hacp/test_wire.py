"""Raw HACP requests are understood whatever their encoding, and replies have one exact form."""

from __future__ import annotations

import contextlib
import time

import pytest
from hypothesis import example, given, strategies as st

from app.hacp.errors import InvalidCommand
from app.hacp.wire import HacpRequest, format_reply, parse_request, redact, redact_query

FORM = "application/x-www-form-urlencoded"
CORE = "[core]\r\nlesson_status=incomplete\r\n"


def data_of(raw: bytes) -> str:
    return parse_request(b"command=PutParam&aicc_data=" + raw, FORM).aicc_data


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"%5Bcore%5D%0D%0Ax%3D1", "[core]\r\nx=1"),
        (b"[core]%0D%0Ax=1=2", "[core]\r\nx=1=2"),
        (b"b64+/%3D%3D%3B%E9%u20AC", "b64 /==;é€"),
        (b"%E9", "é"),
        (b"%C3%A9", "é"),
        (b"caf\xc3\xa9", "café"),
        (b"caf\xe9", "café"),
        (b"%80", "€"),
        (b"%81", "\x81"),
        (b"%C3%A9%20%E9", "é é"),
        (b"%C3%A9%u20AC", "Ã©€"),
        (b"%uD83D%uDE00", "😀"),
        (b"%uD83Dx", "\ud83dx"),
        (b"%u12", "%u12"),
        (b"%G1%", "%G1%"),
        (b"a+b", "a b"),
        (b"a%20b+c", "a b+c"),
        (b"a%2Bb", "a+b"),
        (b"%00", "\x00"),
    ],
)
def test_every_way_to_encode_a_value_is_decoded(raw: bytes, expected: str) -> None:
    assert data_of(raw) == expected


@pytest.mark.parametrize(
    "body",
    [
        b"command=GetParam&version=4.0&session_id=abc&aicc_data=",
        b"COMMAND=GETPARAM&VERSION=4.0&SESSION_ID=abc&AICC_DATA=",
        b"session_id=abc&version=4.0&aicc_data=&command=getparam",
        b"aicc_data=&version=4.0&session_id=abc&command=%20GetParam%20",
        b"\xef\xbb\xbfcommand=GetParam&version=4.0&session_id=abc\r\n",
        b"command=GetParam&version=4.0&session_id=%61bc\n",
        b"command=GetParam&version=4.0&session_id=%2561bc",
        b"command=GetParam&command=GETPARAM&session_id=abc&session_id=abc&version=4.0&junk",
    ],
)
def test_names_are_found_in_any_order_and_case(body: bytes) -> None:
    request = parse_request(body, FORM)
    assert (request.command, request.version, request.session_id) == ("getparam", "4.0", "abc")
    assert request.aicc_data == ""


@pytest.mark.parametrize("content_type", ["", "text/plain;charset=UTF-8", FORM + "; charset=UTF-8", "x/y"])
def test_the_content_type_is_not_trusted(content_type: str) -> None:
    body = b"command=PutParam&session_id=abc&aicc_data=%5Bcore%5D%0D%0A"
    assert parse_request(body, content_type).aicc_data == "[core]\r\n"


@pytest.mark.parametrize("raw", [b"%255Bcore%255D%250D%250Alesson_status%3Dincomplete%250D%250A"])
def test_data_that_was_encoded_twice_is_decoded_twice(raw: bytes) -> None:
    request = parse_request(b"command=PutParam&aicc_data=" + raw, FORM)
    assert request.aicc_data == CORE
    assert "aicc_data was encoded twice" in request.repairs


def test_data_that_contains_percent_codes_of_its_own_is_decoded_once() -> None:
    assert data_of(b"[core_lesson]%0D%0A%255Bcore%255D") == "[core_lesson]\r\n%5Bcore%5D"


def test_a_body_without_any_encoding_is_taken_as_it_is() -> None:
    body = b"command=PutParam&session_id=abc&aicc_data=[core]\r\nscore=50%41\r\n[core_lesson]\r\na=1&b=c+d&e"
    request = parse_request(body, "text/plain")
    assert request.aicc_data == "[core]\r\nscore=50%41\r\n[core_lesson]\r\na=1&b=c+d&e"
    assert "aicc_data was not encoded" in request.repairs


def test_a_field_after_unencoded_data_is_still_a_field() -> None:
    body = b"command=PutParam&aicc_data=[core]\nx=1&y=2&session_id=abc\n"
    request = parse_request(body, FORM)
    assert request.aicc_data == "[core]\nx=1&y=2"
    assert request.session_id == "abc"


def test_a_multipart_beacon_is_read_as_it_is() -> None:
    body = (
        b'--XX\r\nContent-Disposition: form-data; name="command"\r\n\r\nExitParam\r\n'
        b"--XX\r\nContent-Disposition: form-data; name=session_id\r\nContent-Type: text/plain\r\n\r\nabc\r\n"
        b'--XX\r\ncontent-disposition: form-data; name="AICC_Data"\r\n\r\n'
        b"[core]\r\nscore=1+1%41\r\n\r\n--XX--\r\n"
    )
    request = parse_request(body, "multipart/form-data; boundary=XX")
    assert request.command == "exitparam"
    assert request.session_id == "abc"
    assert request.aicc_data == "[core]\r\nscore=1+1%41\r\n"
    assert parse_request(body, "multipart/form-data").session_id == "abc"


@pytest.mark.parametrize(
    "body",
    [b"", b"--XX", b"--XX\r\n", b"--XX\r\nname=x", b"--XX\r\n\r\nabc\r\n--XX--", b"--XX--", b"\r\n" * 50],
)
def test_a_broken_multipart_body_is_an_empty_request(body: bytes) -> None:
    assert parse_request(body, "multipart/form-data; boundary=XX").command == ""


def test_the_query_string_fills_in_and_the_body_wins() -> None:
    request = parse_request(b"command=ExitAU", FORM, b"command=GetParam&session_id=abc&version=2.2")
    assert (request.command, request.session_id, request.version) == ("exitau", "abc", "2.2")
    assert request.repairs == ("parameters taken from the query string",)


@pytest.mark.parametrize(
    "body", [b"command=GetParam&command=ExitAU", b"command=GetParam&session_id=a&Session_ID=b"]
)
def test_a_body_that_contradicts_itself_is_an_invalid_command(body: bytes) -> None:
    with pytest.raises(InvalidCommand):
        parse_request(body, FORM)


def test_repairs_are_named_once() -> None:
    request = parse_request(b"command=PutParam&aicc_data=%E9&session_id=%E9", FORM)
    assert request.repairs == ("Latin-1 decoded",)


def test_the_reply_has_its_canonical_form() -> None:
    assert format_reply(0, "Successful", "[core]\r\nstudent_id=1\r\n") == (
        b"error=0\r\nerror_text=Successful\r\nversion=4.0\r\naicc_data=[core]\r\nstudent_id=1\r\n"
    )
    assert format_reply(3, "Invalid Session ID") == (
        b"error=3\r\nerror_text=Invalid Session ID\r\nversion=4.0\r\n"
    )


def test_a_reply_carries_every_character() -> None:
    assert format_reply(0, "x", "é😀\ud83d").endswith("aicc_data=é😀%uD83D\r\n".encode())


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"command=GetParam&session_id=SECRET&x=1", FORM),
        (b"session_id=%53ECRET&AU_Password=SECRET", FORM),
        (b"Session%5FID=%2553ECRET\r\n", FORM),
        (
            b'--X\r\nContent-Disposition: form-data; name="session_id"\r\n\r\nSECRET\r\n--X--',
            "multipart/form-data; boundary=X",
        ),
    ],
)
def test_secrets_are_taken_out_of_a_body_however_they_were_written(body: bytes, content_type: str) -> None:
    clean = redact(body, content_type, b"launch-1")
    assert b"launch-1" in clean
    assert b"ECRET" not in clean


def test_secrets_are_taken_out_of_a_query_string() -> None:
    assert redact_query(b"command=GetParam&session_id=abc", b"*") == b"command=GetParam&session_id=*"


def escape(text: str) -> bytes:
    """JavaScript's escape(), as Rustici's client uses it."""
    units = text.encode("utf-16-le", "surrogatepass")
    plain = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789@*_-./"
    out = bytearray()
    for low, high in zip(units[::2], units[1::2], strict=True):
        if high:
            out += b"%%u%02X%02X" % (high, low)
        else:
            out += bytes([low]) if low in plain else b"%%%02X" % low
    return bytes(out)


@given(st.text(st.characters(codec=None, exclude_categories=[]), min_size=1))
@example("\ud83d\ude00")
def test_what_escape_wrote_is_read_back(text: str) -> None:
    marked = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass") + "€"
    assert data_of(escape(marked)) == marked


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_what_percent_encoding_wrote_is_read_back(text: str) -> None:
    encoded = b"".join(b"%%%02X" % byte for byte in ("[" + text).encode())
    assert data_of(encoded) == "[" + text


@given(
    st.binary(max_size=400), st.sampled_from([FORM, "text/plain", "multipart/form-data; boundary=X", "\x00"])
)
@example(b"aicc_data=&" * 30, FORM)
def test_any_bytes_give_a_request_or_an_invalid_command(body: bytes, content_type: str) -> None:
    for raw in (body, b"command=PutParam&aicc_data=" + body, b"--X\r\n" + body + b"\r\n--X--"):
        try:
            request = parse_request(raw, content_type, body)
        except InvalidCommand:
            continue
        assert isinstance(request, HacpRequest)
        redact(raw, content_type, b"*")
        format_reply(0, "Successful", request.aicc_data).decode("utf-8")


@pytest.mark.parametrize(
    "piece",
    [b"&", b"=", b"%", b"%u", b"%u20AC", b"%E9", b"\r\n", b"--X\r\n", b"name=", b"%5B ", b"&a=\n", b"\xe9a"],
)
def test_parsing_takes_linear_time(piece: bytes) -> None:
    def seconds(size: int) -> float:
        body = b"command=PutParam&aicc_data=[core]" + piece * (size // len(piece))
        start = time.process_time()
        for content_type in (FORM, "multipart/form-data; boundary=X"):
            with contextlib.suppress(InvalidCommand):
                parse_request(body, content_type)
        return time.process_time() - start

    small = min(seconds(50_000) for _ in range(3))
    assert seconds(1_000_000) < max(100 * small, 1.0)
