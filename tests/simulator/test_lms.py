"""The simulated LMS keeps what content reports, has the bad habits it is told to, and sees what is wrong."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from app.hacp.upstream_wire import NoAnswer, UpstreamCommand, format_request, parse_answer
from app.hacp.upstream_wire_data import read_lesson
from app.hacp.vocabulary import LessonStatus
from app.simulator.lms import Lms, LmsUnit
from app.simulator.lms_quirks import Quirks

UNIT = LmsUnit("c/A1", "Knots", "https://content.example/go?x=1", "?acct=7", "a<CR>b", "80")
CORE = (
    "[core]\r\nlesson_location=p2\r\nlesson_status={}\r\nscore={}\r\ntime=00:01:30\r\n"
    "[core_lesson]\r\nx=1\r\n"
)
QUIRKS = [
    {"error_txt": True},
    {"url_encoded": True},
    {"next_line": True},
    {"version": ""},
    {"version": "2.2"},
]
GET, PUT, EXIT = UpstreamCommand.GET_PARAM, UpstreamCommand.PUT_PARAM, UpstreamCommand.EXIT_AU


def lms(**quirks: object) -> Lms:
    found = Lms("https://lms.example/hacp", {"1001": "Diaz, Ana"}, Quirks().changed(quirks))
    found.add_units([UNIT])
    return found


def sid(found: Lms) -> str:
    return parse_qs(urlsplit(found.open("c/A1", "1001")).query)["AICC_SID"][0]


def say(found: Lms, session_id: str, command: UpstreamCommand, data: str = "") -> tuple[int, bytes]:
    answer = found.finish(found.begin(format_request(command, session_id=session_id, aicc_data=data)))
    return answer.status, answer.body


def test_a_lesson_is_played_and_resumed() -> None:
    found = lms()
    assert found.open("c/A1", "1001").startswith("https://content.example/go?x=1&AICC_SID=")
    assert found.open("c/A1", "1001").endswith("&AICC_URL=https%3A%2F%2Flms.example%2Fhacp&acct=7")
    session_id = sid(found)
    lesson = read_lesson(parse_answer(say(found, session_id, GET)[1]).data)
    assert (lesson.student_id, lesson.student_name, lesson.status) == (
        "1001", "Diaz, Ana", LessonStatus.NOT_ATTEMPTED,
    )  # fmt: skip
    assert (lesson.core_vendor, lesson.mastery_score) == ("a\r\nb", 80)
    for score in ("10", "42"):
        assert parse_answer(
            say(found, session_id, PUT, CORE.format("incomplete,suspend", score))[1]
        ).is_success
    assert parse_answer(say(found, session_id, EXIT)[1]).is_success
    lesson = read_lesson(parse_answer(say(found, sid(found), GET)[1]).data)
    assert (lesson.location, lesson.suspend_data, lesson.score) == ("p2", "x=1", "42")
    assert lesson.total_time.total_seconds() == 90
    (record,) = found.report()["records"]
    assert (record["puts"], record["exits"], record["lesson_status"]) == (2, 1, "incomplete")
    assert found.complaints == []
    assert not any(session_id in str(each) for each in found.report().values())


@pytest.mark.parametrize("quirks", QUIRKS)
def test_a_quirk_is_still_an_answer(quirks: dict[str, object]) -> None:
    found = lms(**quirks)
    status, body = say(found, sid(found), GET)
    answer = parse_answer(body, status=status)
    assert read_lesson(answer.data).student_id == "1001"
    assert answer.version == quirks.get("version", "4.0")
    assert body != lms().quirks.write(0, "Successful").body


def test_an_lms_that_is_down_or_shows_pages_does_not_answer() -> None:
    found = lms(html=True)
    with pytest.raises(NoAnswer, match="sign-in page"):
        parse_answer(say(found, sid(found), PUT, CORE.format("passed", "9"))[1])
    found.change({"html": False, "down": True})
    assert say(found, sid(found), GET) == (0, b"")
    found.change({"down": False, "broken": 2})
    assert [say(found, sid(found), GET)[0] for _ in range(3)] == [500, 500, 200]
    assert found.report()["records"][0]["puts"] == 0


def test_a_session_is_lost_after_so_many_answers() -> None:
    found = lms(lost_after=1)
    session_id = sid(found)
    assert parse_answer(say(found, session_id, GET)[1]).is_success
    assert parse_answer(say(found, session_id, GET)[1]).has_lost_session
    assert parse_answer(say(found, "unknown", GET)[1]).has_lost_session


def test_what_content_must_not_do_is_noticed() -> None:
    found = lms(version="2.2")
    session_id = sid(found)
    first = found.begin(format_request(GET, session_id=session_id))
    found.finish(found.begin(format_request(GET, session_id=session_id)))
    found.finish(first)
    say(found, session_id, PUT, "\r\n[core]\r\nlesson_status=I\r\nscore=9.5\r\ntime=1:2:3\r\n")
    say(found, session_id, EXIT)
    say(found, session_id, EXIT)
    say(found, session_id, PUT, CORE.format("passed", "9"))
    say(found, sid(found), EXIT)
    assert found.complaints == [
        "sitting 1: getparam in parallel",
        "sitting 1: aicc_data does not begin with [core]",
        "sitting 1: lesson_location is missing",
        "sitting 1: lesson_status is 'I'",
        "sitting 1: time is '1:2:3'",
        "sitting 1: score is '9.5' for an LMS of whole numbers",
        "sitting 1: a second ExitAU",
        "sitting 1: putparam after ExitAU",
        "sitting 2: ExitAU without a PutParam",
    ]


def test_an_unknown_or_mistaken_quirk_is_refused() -> None:
    for values in ({"nope": True}, {"down": "yes"}, {"broken": 1.5}):
        with pytest.raises(ValueError, match=r"there is no quirk|is a"):
            Quirks().changed(values)
    assert Quirks().changed({"slow_seconds": 2}).slow_seconds == 2
