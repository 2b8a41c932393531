"""Requests to an LMS have one exact form, and its replies are read whatever its bugs."""

from __future__ import annotations

import pytest
from hypothesis import given, settings, strategies as st

from app.hacp.upstream_wire import (
    NoAnswer,
    UpstreamCommand,
    format_request,
    parse_answer,
    speaks_decimals,
)
from app.hacp.upstream_wire_data import read_lesson
from app.hacp.wire import parse_request

FORM = "application/x-www-form-urlencoded"
GROUPS = (
    "[core]\r\nstudent_id=A-1001\r\nstudent_name=Alvarez, Ana\r\nlesson_location=p4\r\ncredit=credit\r\n"
    "lesson_status=incomplete,resume\r\nscore=40\r\ntime=00:10:00\r\n[core_lesson]\r\nchapter=4\r\n"
    "[core_vendor]\r\nplayer=2\r\n[student_data]\r\nmastery_score=80\r\n"
)


def test_a_request_has_its_fields_in_order_and_encodes_each_value_once() -> None:
    body = format_request(
        UpstreamCommand.PUT_PARAM,
        session_id="Ab12|z",
        version="3.5",
        au_password="p w",
        aicc_data="[core]\r\nscore=5+5 é",
    )
    assert body == (
        b"command=PutParam&version=3.5&session_id=Ab12%7Cz&AU_password=p%20w"
        b"&AICC_Data=%5Bcore%5D%0D%0Ascore%3D5%2B5%20%C3%A9"
    )


def test_a_request_names_our_version_until_the_lms_named_its_own_and_no_password_it_does_not_have() -> None:
    body = format_request(UpstreamCommand.GET_PARAM, session_id="sid")
    assert body == b"command=GetParam&version=4.0&session_id=sid&AICC_Data="


@settings(max_examples=40)
@given(
    command=st.sampled_from(UpstreamCommand),
    session_id=st.text("abcXYZ019-|.,:", min_size=1, max_size=40),
    password=st.none() | st.text(st.characters(codec="utf-8"), min_size=1, max_size=20),
    data=st.text(st.characters(codec="utf-8"), max_size=200),
)
def test_our_own_server_reads_back_what_we_send(
    command: UpstreamCommand, session_id: str, password: str | None, data: str
) -> None:
    data = "[core]\r\n" + data
    body = format_request(command, session_id=session_id, au_password=password, aicc_data=data)
    request = parse_request(body, FORM)
    assert (request.command, request.session_id) == (command.value.lower(), session_id)
    assert (request.au_password, request.aicc_data, request.repairs) == (password, data, ())


HEAD = "error=0\r\nerror_text=Successful\r\nversion=4.0\r\n"
PLAIN = f"{HEAD}aicc_data={GROUPS}"


def _percent(text: str) -> str:
    return "".join(c if c.isalnum() else "+" if c == " " else f"%{ord(c):02X}" for c in text)


def _indent(text: str) -> str:
    """Put a tab before every line but those of free-form groups, where it would be data."""
    lines = text.split("\r\n")
    return "\r\n".join(f"\t{each}" if each[:2] not in ("ch", "pl") else each for each in lines)


QUIRKS = {
    "canonical": PLAIN,
    "group on the next line (ILIAS, Chamilo)": f"{HEAD}aicc_data=\r\n{GROUPS}",
    "error_txt (ILIAS)": PLAIN.replace("error_text", "error_txt"),
    "blanks round the equals sign": HEAD.replace("=", " = ") + f"aicc_data = {GROUPS}",
    "tabs (Chamilo)": _indent(f"{HEAD}aicc_data=\r\n{GROUPS}"),
    "upper case": HEAD.upper().replace("SUCCESSFUL", "Successful") + f"AICC_DATA={GROUPS}",
    "line feeds (Skillsoft)": PLAIN.replace("\r\n", "\n"),
    "a blank line and a byte order mark before it": f"\ufeff\r\n{PLAIN}",
    "a comment after aicc_data": f"{HEAD}aicc_data=;here\r\n{GROUPS}",
    "no aicc_data keyword": HEAD + GROUPS,
    "url-encoded as a whole (uLearning)": _percent(PLAIN),
    "url-encoded but for the names": f"{HEAD}aicc_data={_percent(GROUPS)}\r\n",
}


@pytest.mark.parametrize("reply", QUIRKS.values(), ids=QUIRKS.keys())
def test_an_answer_is_read_whatever_the_lms_does_to_it(reply: str) -> None:
    answer = parse_answer(reply.encode())
    lesson = read_lesson(answer.data)
    assert (answer.code, answer.text, answer.version) == (0, "Successful", "4.0")
    assert (lesson.student_id, lesson.student_name, lesson.location) == ("A-1001", "Alvarez, Ana", "p4")
    assert (lesson.suspend_data, lesson.core_vendor) == ("chapter=4", "player=2")
    assert lesson.mastery_score == 80


def test_an_answer_without_a_version_or_data_is_an_answer() -> None:
    answer = parse_answer(b"error=0\r\nerror_text=\r\n")
    assert (answer.is_success, answer.version, answer.data.keywords) == (True, "", {})


def test_latin_1_in_an_answer_is_read() -> None:
    answer = parse_answer(b"error=0\r\naicc_data=[core]\r\nstudent_id=1\r\nstudent_name=Ren\xe9e\r\n")
    assert read_lesson(answer.data).student_name == "Renée"


def test_a_plus_sign_and_a_percent_sign_in_a_plain_answer_stand_for_themselves() -> None:
    answer = parse_answer(b"error=0\r\naicc_data=[core]\r\nstudent_id=1\r\n[core_lesson]\r\nb64+/%41==\r\n")
    assert read_lesson(answer.data).suspend_data == "b64+/%41=="


@pytest.mark.parametrize(
    ("reply", "code", "is_lost"),
    [
        (b"error=3\r\nerror_text=Invalid Session ID\r\nversion=4.0\r\n", 3, True),
        (b"error=2\r\nerror_text=Invalid AU-password\r\n", 2, False),
        (b"error=101\r\nerror_text=Terminated\r\n", 101, False),
        (b"error=1 Not Initialized\r\n", 1, False),
    ],
)
def test_a_refusal_is_an_answer_with_its_code(reply: bytes, code: int, is_lost: bool) -> None:
    answer = parse_answer(reply)
    assert (answer.code, answer.is_success, answer.has_lost_session) == (code, False, is_lost)


@pytest.mark.parametrize(
    ("reply", "status", "code"),
    [
        (b"<!DOCTYPE html><title>Sign in</title>", 200, "html"),
        (b"\n<html><body>error=0 is not what this page says</body>", 200, "html"),
        (b"Warning: x in y<br />\nerror=0\r\n", 200, "html"),
        (b"", 200, "empty"),
        (b" \r\n", 200, "empty"),
        (b"OK", 200, "no_error_line"),
        (b"version=4.0\r\nerror=0\r\n", 200, "no_error_line"),
        (b"error=\r\n", 200, "no_error_code"),
        (b"error=yes\r\n", 200, "no_error_code"),
        (b"", 302, "redirect"),
        (b"<html>Bad gateway</html>", 502, "http_status"),
        (b"error=0\r\nerror_text=Successful\r\n", 500, "http_status"),
        (b"\xff\xfe\x00\x01", 200, "no_error_line"),
    ],
)
def test_what_is_no_answer_is_named(reply: bytes, status: int, code: str) -> None:
    with pytest.raises(NoAnswer) as caught:
        parse_answer(reply, status=status)
    assert caught.value.code == code
    assert caught.value.sentence.endswith(".")


def test_a_refusal_counts_under_any_http_status() -> None:
    assert parse_answer(b"error=3\r\nerror_text=Invalid Session ID\r\n", status=404).has_lost_session


@settings(max_examples=60)
@given(st.binary(max_size=300) | st.binary(max_size=200).map(lambda tail: b"error=0\r\n" + tail))
def test_any_bytes_are_an_answer_or_none(body: bytes) -> None:
    try:
        answer = parse_answer(body)
    except NoAnswer:
        return
    read_lesson(answer.data)


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        *[(version, True) for version in ("4.0", "3", "3.5", "4.0}")],
        *[(version, False) for version in ("2.2", "2", "", "..}")],
    ],
)
def test_an_lms_below_version_3_or_without_one_takes_no_fractions(version: str, expected: bool) -> None:
    assert speaks_decimals(version) is expected
