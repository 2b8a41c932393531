"""Kept bodies are taken apart again, whatever they hold and wherever they were cut."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from app.hacp.wire import format_reply
from app.inspector.messages import UNREAD, Group, read_reply, read_request, readable

PUT = "[core]\r\nlesson_status=i\r\nscore=70\r\n[core_lesson]\r\na=1\r\n\r\nb"


def test_a_put_param_gives_its_groups() -> None:
    asked = read_request(b"command=PutParam&version=4.0&session_id=x&aicc_data=" + quote(PUT).encode())
    assert (asked.command, asked.version, asked.trouble) == ("putparam", "4.0", "")
    assert asked.groups == (
        Group("core", lines=(("lesson_status", "i"), ("score", "70"))),
        Group("core_lesson", text="a=1\r\n\r\nb"),
    )


def test_what_belongs_to_no_group_comes_last() -> None:
    data = quote("[core]\r\nscore=1\r\n[made_up]\r\nx=1\r\n")
    groups = read_request(b"command=PutParam&aicc_data=" + data.encode()).groups
    assert groups == (
        Group("core", lines=(("score", "1"),)),
        Group(UNREAD, text="[made_up]\r\nx=1\r\n"),
    )


def test_a_table_is_shown_as_it_came() -> None:
    asked = read_request(b"command=PutPath&aicc_data=" + quote('"element"\r\n"1"').encode())
    assert asked.groups == (Group("", text='"element"\r\n"1"'),)


def test_a_multipart_body_is_known_without_its_header() -> None:
    part = '--x\r\nContent-Disposition: form-data; name="{}"\r\n\r\n{}\r\n'
    body = part.format("command", "PutParam") + part.format("aicc_data", PUT) + "--x--\r\n"
    assert [group.name for group in read_request(body.encode()).groups] == ["core", "core_lesson"]


def test_parameters_come_from_the_query_too() -> None:
    assert read_request(b"", "command=GetParam&session_id=x").command == "getparam"


def test_a_contradiction_is_told() -> None:
    assert "two different values" in read_request(b"command=a&command=b").trouble


@pytest.mark.parametrize("length", range(0, 120, 7))
def test_a_body_cut_anywhere_is_read_as_far_as_it_goes(length: int) -> None:
    body = b"command=PutParam&session_id=x&aicc_data=" + quote(PUT + "é€").encode()
    read_request(body[:length])
    read_reply(body[:length])


def test_a_reply_gives_error_and_groups() -> None:
    answered = read_reply(format_reply(0, "Successful", "[core]\r\nscore=\r\n[core_lesson]\r\nx"))
    assert (answered.error, answered.error_text) == (0, "Successful")
    assert answered.groups == (Group("core", lines=(("score", ""),)), Group("core_lesson", text="x"))
    assert read_reply(b"").error is None


def test_what_no_page_can_show_is_replaced() -> None:
    assert readable("a\x00b\ud800c\x1b[1m\r\n\té\u200d") == "a\ufffdb\ufffdc\ufffd[1m\r\n\té\u200d"
