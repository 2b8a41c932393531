"""The AICC player's wire forms."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import unquote_plus

import pytest

from app.simulator.player import (
    CoreReport,
    LaunchFailed,
    Player,
    escape,
    format_report,
    format_timespan,
    open_launch,
    parse_reply,
)
from app.simulator.transport import Reply

GOOD = b"error=0\r\nerror_text=Successful\r\nversion=4.0\r\naicc_data=\r\n"


class Recorder:
    """A transport that answers always alike and keeps what was sent."""

    def __init__(self, reply: Reply) -> None:
        self.reply = reply
        self.sent: list[tuple[str, str, bytes | None]] = []

    def send(
        self, method: str, url: str, headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> Reply:
        self.sent.append((method, url, body))
        return self.reply


@pytest.mark.parametrize(
    ("text", "encoded"),
    [
        ("a b", "a+b"),
        ("[Core]\r\nScore=40", "%5BCore%5D%0D%0AScore%3D40"),
        ("b64+/==;é€", "b64+/%3D%3D%3B%E9%u20AC"),
        ("😀", "%uD83D%uDE00"),
        ("@*_+-./", "@*_+-./"),
    ],
)
def test_escape_is_that_of_javascript(text: str, encoded: str) -> None:
    assert escape(text) == encoded


def test_a_report_has_suspend_data_last_and_without_a_final_line_break() -> None:
    text = format_report(CoreReport("video-3", "I", "60", timedelta(minutes=12, seconds=34), "v=3\r\nx"))
    assert text.startswith(
        "[Core]\r\nLesson_Location=video-3\r\nLesson_Status=I\r\nScore=60\r\nTime=0000:12:34\r\n[Comments]"
    )
    assert text.endswith("[Core_Lesson]\r\nv=3\r\nx")


def test_hours_have_four_digits() -> None:
    assert format_timespan(timedelta(hours=27, minutes=1, seconds=2)) == "0027:01:02"


def test_calls_have_the_drivers_field_order_and_echo_the_version_as_a_number() -> None:
    recorder = Recorder(Reply(200, {}, GOOD))
    player = Player(recorder, "sid123", "http://lms.test/hacp")
    assert player.get_param().is_accepted
    assert player.put_param(CoreReport("", "C", "100", timedelta(0), "")).is_accepted
    bodies = [unquote_plus((body or b"").decode()) for _, _, body in recorder.sent]
    assert bodies[0] == "session_id=sid123&version=3.5&command=GETPARAM&aicc_data="
    assert bodies[1].startswith("session_id=sid123&version=4&command=PUTPARAM&aicc_data=[Core]")


def test_a_reply_is_read_with_core_on_the_line_of_aicc_data() -> None:
    reply = parse_reply(
        Reply(
            200,
            {},
            b"error=0\r\nerror_text=Successful\r\nversion=4.0\r\naicc_data=[core]\r\n"
            b"lesson_location=video-2\r\nlesson_location=other\r\nscore=40\r\n"
            b"[core_lesson]\r\nerror=3\r\nscore=9\r\n",
        )
    )
    assert reply.is_accepted
    assert reply.core == {"lesson_location": "video-2", "score": "40"}


@pytest.mark.parametrize(
    "reply",
    [
        Reply(200, {}, b"error=3\r\nerror_text=Invalid Session ID\r\nversion=4.0\r\n"),
        Reply(200, {}, b"<html>sign in</html>"),
        Reply(503, {}, b"error=0\r\n"),
        Reply(421, {}, b""),
    ],
)
def test_anything_but_error_zero_with_200_is_not_accepted(reply: Reply) -> None:
    assert not parse_reply(reply).is_accepted


@pytest.mark.parametrize(
    "query",
    [
        "AICC_SID=abc&AICC_URL=http%3A%2F%2Flms.test%2Fhacp",
        "u=1&aicc_sid=abc&aicc_url=http%3A%2F%2Flms.test%2Fhacp&x=",
        "aicc_url=lms.test/hacp&aicc_sid=abc",
    ],
)
def test_a_launch_reads_the_redirect_and_stops_at_the_contents_door(query: str) -> None:
    recorder = Recorder(Reply(302, {"location": f"https://content.test/c?{query}#top"}))
    player = open_launch(recorder, "http://lms.test/launch/t")
    player.get_param()
    assert [(method, url) for method, url, _ in recorder.sent] == [
        ("GET", "http://lms.test/launch/t"),
        ("POST", "http://lms.test/hacp"),
    ]


@pytest.mark.parametrize(
    "reply",
    [
        Reply(410, {}, b"expired"),
        Reply(200, {}, b"<html>"),
        Reply(302, {"location": "https://content.test/c"}),
        Reply(302, {"location": "/admin/sign-in?aicc_sid=&aicc_url="}),
    ],
)
def test_a_launch_without_a_session_fails(reply: Reply) -> None:
    with pytest.raises(LaunchFailed) as caught:
        open_launch(Recorder(reply), "http://lms.test/launch/t")
    assert caught.value.reply is reply
