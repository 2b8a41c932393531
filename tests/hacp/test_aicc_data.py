"""Groups are parsed leniently, suspend data is exact, and replies have one canonical form."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, strategies as st

from app.hacp.aicc_data import GROUPS, AiccData, format_getparam, parse_groups

RUSTICI = (
    "[Core]\r\nLesson_Location=7\r\nLesson_Status=I\r\nScore=66.67,100,0\r\nTime=0000:12:34\r\n"
    "[Comments]\r\n<1>fine<e.1>\r\n[Objectives_Status]\r\n\r\n[Student_Preferences]\r\nAudio=0\r\nText=0\r\n"
    "[Core_Lesson]\r\nA=1;b;[2]\r\n\r\n  ;x"
)


def test_a_rustici_message_is_read_whole() -> None:
    data = parse_groups(RUSTICI)
    assert data.keywords["core"] == {
        "lesson_location": "7",
        "lesson_status": "I",
        "score": "66.67,100,0",
        "time": "0000:12:34",
    }
    assert data.find_text("comments") == "<1>fine<e.1>"
    assert data.keywords["student_preferences"] == {"audio": "0", "text": "0"}
    assert data.keywords["objectives_status"] == {}
    assert data.find_text("core_lesson") == "A=1;b;[2]\r\n\r\n  ;x"
    assert data.repairs == ()


@pytest.mark.parametrize("line_break", ["\r\n", "\n", "\r"])
@pytest.mark.parametrize("lead", ["", "{br}", "{br}{br}"])
def test_any_line_break_and_a_leading_one_are_read(line_break: str, lead: str) -> None:
    text = "{lead}[core]{br}\tLesson_Status = passed , logout{br};note{br}score=80{br}[core_lesson]{br}x{br}"
    data = parse_groups(text.format(lead=lead.format(br=line_break), br=line_break))
    assert data.keywords["core"] == {"lesson_status": "passed , logout", "score": "80"}
    assert data.find_text("core_lesson") == "x"


@pytest.mark.parametrize(
    "suspend",
    [
        "a=b=c",
        ";x",
        "a\r\n\r\nb",
        "[1,2]",
        "[note] text",
        "[x]",
        '{"a":[1,2]}',
        "  leading",
        "trailing  ",
        "a\nb\rc",
        "\u2028\x85\x0b\x0c\x1c",
        "\x00",
        "%5Bcore%5D",
        "[core] x",
        "x [core]",
        "[ccore]",
        "Suspend_Data=1",
        "\ud83d",
    ],
)
@pytest.mark.parametrize("tail", ["", "\r\n", "\r\n[comments]\r\nhi\r\n", "\n\t[CORE]\nscore=1"])
def test_suspend_data_is_kept_character_for_character(suspend: str, tail: str) -> None:
    assert (
        parse_groups(f"[Core]\r\nscore=1\r\n[Core_Lesson]\r\n{suspend}{tail}").find_text("core_lesson")
        == suspend
    )


def test_empty_suspend_data_differs_from_none() -> None:
    assert parse_groups("[core]\r\nscore=1\r\n").find_text("core_lesson") is None
    assert parse_groups("[core_lesson]\r\n[core]\r\nscore=1").find_text("core_lesson") == ""
    assert parse_groups("[core_lesson]").find_text("core_lesson") == ""


@pytest.mark.parametrize(
    ("text", "core", "repair"),
    [
        ("[core]\nscore=1\nSCORE=2", {"score": "1"}, "keyword score repeated, the first one counts"),
        ("[core]\nscore=1\n[CORE]\ntime=3", {"score": "1", "time": "3"}, "group [core] repeated"),
        ("lesson_status=p\nscore=1", {"lesson_status": "p", "score": "1"}, "[core] header missing"),
        ("[core]\nnonsense\nscore=1", {"score": "1"}, "line without = kept as sent"),
        ("[core]\nscore=1\n[mine]\nscore=2", {"score": "1"}, "unknown group [mine] kept as sent"),
        ("\r\n[core]\nscore=1", {"score": "1"}, "leading line break dropped"),
        ("[core]\n=1\n;score=3\nscore=", {"score": ""}, None),
    ],
)
def test_what_was_repaired_is_named(text: str, core: dict[str, str], repair: str | None) -> None:
    data = parse_groups(text)
    assert data.keywords["core"] == core
    assert data.repairs == ((repair,) if repair else ())


def test_keywords_without_a_header_that_are_not_core_are_ignored() -> None:
    assert parse_groups("a=1\nb=2").keywords == {}


def test_the_first_of_two_free_form_groups_wins() -> None:
    data = parse_groups("[core_lesson]\nfirst\n[core]\n[core_lesson]\nsecond")
    assert data.find_text("core_lesson") == "first"


def test_the_singular_of_student_preferences_is_understood() -> None:
    assert parse_groups("[student_preference]\naudio=1").find_value("student_preferences", "audio") == "1"


def test_the_reply_is_in_canonical_order_and_lower_case() -> None:
    data = AiccData(
        {
            "student_preferences": {"Audio": "1"},
            "student_data": {"mastery_score": ""},
            "core": {"Student_ID": "1", "score": ""},
        },
        {"core_lesson": "a\nb", "core_vendor": ""},
    )
    assert format_getparam(data) == (
        "[core]\r\nstudent_id=1\r\nscore=\r\n[core_lesson]\r\na\nb\r\n[core_vendor]\r\n"
        "[student_preferences]\r\naudio=1\r\n"
    )


@pytest.mark.parametrize("bad", ["\r\n", "\n", "\r", "\x00", "\x1f", "\x7f", "\x85", "\u2028", "\u2029"])
def test_a_value_never_breaks_its_line(bad: str) -> None:
    reply = format_getparam(AiccData({"core": {"student_name": f"Diaz{bad}[core_lesson]{bad}x=1"}}))
    assert reply.startswith("[core]\r\nstudent_name=Diaz[core_lesson]x=1\r\n[core_lesson]\r\n")


def test_vendor_text_cannot_open_a_group() -> None:
    reply = format_getparam(AiccData({}, {"core_vendor": "a=1\n[core]\nlesson_status=passed"}))
    assert reply.count("[core]") == 1
    assert parse_groups(reply).find_text("core_vendor") == "a=1\r\nlesson_status=passed"


NAMES = st.text(st.characters(codec="ascii", categories=["Ll", "Nd"], include_characters="_."), min_size=1)
VALUES = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"])).map(
    lambda text: text.strip(" \t")
)
SUSPEND = st.text(st.characters(exclude_categories=[])).filter(
    lambda text: (
        not parse_groups("[core_lesson]\n" + text + "\n").keywords
        and set(parse_groups("[core_lesson]\n" + text + "\n").texts) == {"core_lesson"}
        and parse_groups("[core_lesson]\n" + text + "\n[core]").repairs == ()
    )
)


@given(st.dictionaries(NAMES, VALUES), st.dictionaries(NAMES, VALUES.filter(bool), min_size=1), SUSPEND)
def test_formatting_and_parsing_are_inverse(
    core: dict[str, str], other: dict[str, str], suspend: str
) -> None:
    data = AiccData({"core": core, "student_data": other}, {"core_lesson": suspend, "core_vendor": ""})
    assert parse_groups(format_getparam(data)) == data


PIECES = st.sampled_from(["[", "]", "core", "core_lesson", "\r", "\n", "=", ";", "x", " ", "\t", "\x00"])


@given(st.lists(PIECES).map("".join))
def test_any_text_is_parsed_and_known_groups_only_are_kept(text: str) -> None:
    data = parse_groups(text)
    assert {*data.keywords, *data.texts} <= set(GROUPS)
    format_getparam(data)


@pytest.mark.parametrize(
    "piece", ["[", "[core]\n", "[core_lesson]\n", "a=b\n", "\r", "[x]\r\n", " ", "=", "\t[", "a=b;", "[ core"]
)
def test_parsing_takes_linear_time(piece: str) -> None:
    def seconds(size: int) -> float:
        start = time.process_time()
        parse_groups("[core]\n" + piece * (size // len(piece)))
        return time.process_time() - start

    small = min(seconds(50_000) for _ in range(3))
    assert seconds(1_000_000) < max(100 * small, 1.0)


def test_text_of_ours_cannot_open_a_group() -> None:
    text = "a\r\n[core]x\r\n [Core_Lesson] ; y\r\n[mine]\r\n[x] y\r\nb"
    reply = format_getparam(AiccData({}, {"core_vendor": text}))
    assert parse_groups(reply).find_text("core_vendor") == "a\r\n[x] y\r\nb"


def test_a_line_that_one_without_a_header_overrules_is_kept_as_sent() -> None:
    data = parse_groups("lesson_status=p\n[core]\nLesson_Status = f \nscore=1")
    assert data.keywords["core"] == {"lesson_status": "p", "score": "1"}
    assert data.unread == "Lesson_Status = f \r\n"
