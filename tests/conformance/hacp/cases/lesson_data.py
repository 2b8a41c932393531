"""What the LMS tells the content: of the unit, the learner and the launch."""

from __future__ import annotations

from ...checks import expect, expect_equal
from ..bench import Bench
from ..registry import READS, case


@case(
    66,
    sends="GetParam of a unit whose Core_Vendor holds <CR>",
    holds="[core_vendor] has a line for each, divided by CRLF",
    clause="CMI001 chapter 8 (Core_Vendor), chapter 9",
    variants={"upper case": "first<CR>second=2<CR>third", "lower case": "first<cr>second=2<cr>third"},
)
def core_vendor(bench: Bench, vendor: str) -> None:
    content = bench.fresh(core_vendor=vendor)
    expect_equal("[core_vendor]", content.get().vendor, "first\r\nsecond=2\r\nthird")
    content.put("lesson_location=1", lesson="mine")
    reply = bench.later(content)
    expect_equal("[core_vendor]", reply.vendor, "first\r\nsecond=2\r\nthird")
    expect_equal("the suspend data", reply.lesson, "mine")


@case(
    67,
    sends="GetParam of a unit whose Core_Vendor holds the header of a group",
    holds="it opens no group: status and suspend data are the learner's own",
    clause="CMI001 §6.4.2; practice: text of a course package must not speak for the LMS",
)
def hostile_vendor(bench: Bench) -> None:
    vendor = "a<CR>[core]<CR>lesson_status=passed<CR>[core_lesson]<CR>stolen<CR> [Student_Data] <CR>score.1=9"
    reply = bench.fresh(core_vendor=vendor).get()
    expect_equal("the status", reply.status, "not attempted")
    expect_equal("the suspend data", reply.lesson, "")
    expect_equal("the times that [core] opens", reply.text.lower().count("[core]"), 1)
    expect_equal("score.1 in [student_data]", reply.value("student_data", "score.1"), None)


@case(
    68,
    sends="GetParam for a learner whose name holds line breaks, a group and control characters",
    holds="student_name is one line, and the status is the learner's own",
    clause="CMI001 §6.4.2; practice: a name must not speak for the LMS",
    variants={
        "CRLF": "Diaz, Ana\r\n[core]\r\nlesson_status=passed",
        "LF": "Diaz, Ana\nlesson_status=passed",
        "controls": "Diaz,\x07 A\x0bna\x1b[31m",
        "separators": "Diaz, Ana\u2028lesson_status=passed\x85score=100",
    },
)
def hostile_name(bench: Bench, name: str) -> None:
    reply = bench.fresh(student_name=name).get()
    expect_equal("the status", reply.status, "not attempted")
    expect_equal("the score", reply.core("score"), "")
    found = reply.core("student_name")
    expect(found.startswith("Diaz,"), "the name to begin with Diaz,", found)
    expect(all(each.isprintable() for each in found), "no control characters in the name", found)
    expect_equal("the times that [core] opens", reply.text.lower().count("\r\n[core]\r\n"), 0)


@case(
    69,
    sends="GetParam for a learner whose name is not Latin",
    holds="the name as it is, in UTF-8",
    clause="practice: replies are UTF-8, which XHR clients honour; CMI001 chapter 9 knows Latin-1 alone",
    variants=("Müller, Jörg", "山田, 太郎", "Иванова, Анна", "عائشة", "O'Neil, Zoë 😀"),
)
def foreign_name(bench: Bench, name: str) -> None:
    reply = bench.fresh(student_name=name).get()
    expect_equal("student_name", reply.core("student_name"), name)
    expect(name.encode() in reply.http.body, "the name in UTF-8", reply.http.body[:300])


@case(
    136,
    sends="GetParam of a unit with mastery score, time limit and time limit action",
    holds="[student_data] says them, without a blank after the comma; the mastery score as a plain number",
    clause="CMI001 chapter 9 (Student_Data)",
)
def student_data(bench: Bench) -> None:
    content = bench.fresh(mastery_score=80, max_time_allowed="00:30:00", time_limit_action="exit,message")
    reply = content.get()
    expect_equal("mastery_score", reply.value("student_data", "mastery_score"), "80")
    expect_equal("max_time_allowed", reply.value("student_data", "max_time_allowed"), "00:30:00")
    action = (reply.value("student_data", "time_limit_action") or "").lower().split(",")
    expect_equal("time_limit_action", [word[:1] for word in action], ["e", "m"])


@case(
    137,
    sends="GetParam of a course for which the LMS has a text",
    holds="it stands in [comments] and opens no group",
    clause="CMI001 chapter 9 (Comments, LMS to learner)",
)
def lms_comments(bench: Bench) -> None:
    reply = bench.fresh(comments="Bring a rope.").get()
    expect("Bring a rope." in reply.groups.get("comments", ""), "the text in [comments]", dict(reply.groups))


@case(
    138,
    sends="GetParam for a learner of whom the LMS may tell more",
    holds="[student_demographics] says what is known and nothing else",
    clause="CMI001 chapter 9 (Student_Demographics)",
)
def demographics(bench: Bench) -> None:
    known = {"city": "Vigo", "native_language": "Galego", "years_experience": "7"}
    reply = bench.fresh(demographics=known).get()
    expect_equal("the demographics", dict(reply.keywords.get("student_demographics", {})), known)


@case(
    139,
    sends="GetParam of an ordinary launch",
    holds="credit, and lesson_mode=normal where there is one; student_id without blanks, quotes and commas",
    clause="CMI001 chapter 9 (Credit, Lesson_Mode, CMIIdentifier)",
    order=READS,
)
def ordinary_launch(bench: Bench) -> None:
    reply = bench.open().get()
    expect_equal("credit", reply.core("credit"), "credit")
    expect(reply.value("core", "lesson_mode") in (None, "normal"), "lesson_mode=normal", reply.groups["core"])
    forbidden = [each for each in reply.core("student_id") if each in ' ",\t' or not each.isprintable()]
    expect_equal("forbidden characters in student_id", forbidden, [])


@case(
    155,
    sends="GetParam of an ordinary launch",
    holds="attempt_number is a number from 1 and course_id an identifier, where there are any",
    clause="CMI001 chapter 9 (Student_Data, Evaluation); practice: Moodle puts the course id in braces",
    order=READS,
)
def numbers_and_names(bench: Bench) -> None:
    reply = bench.open().get()
    number = reply.value("student_data", "attempt_number")
    expect(number is None or (number.isdigit() and int(number) > 0), "a number from 1", number)
    course = reply.value("evaluation", "course_id")
    expect(course is None or not set(course) & set('{}" ,'), "an identifier", course)


@case(
    140,
    sends="percent signs in location and suspend data, where the LMS protects them",
    holds="they come back as %25, which a client that unescapes the reply reads right",
    clause="practice: Rustici, e-LfH and CourseLab unescape the reply; CMI001 §6.4.3",
)
def escaped_percent(bench: Bench) -> None:
    content = bench.fresh(escapes_percent=True)
    content.put("lesson_location=50%25", lesson="100% %41")
    reply = bench.later(content)
    expect_equal("lesson_location", reply.core("lesson_location"), "50%2525")
    expect_equal("the suspend data", reply.lesson, "100%25 %2541")


@case(
    141,
    sends="PutParam with [comments] of the learner",
    holds="the LMS shows them",
    clause="CMI001 chapter 9 (Comments, learner to LMS)",
)
def learner_comments(bench: Bench) -> None:
    content = bench.open()
    content.put("lesson_location=1", more="[comments]\r\n<1><L.3>Good, thanks<e.1><2>More, please<e.2>\r\n")
    shown = str(bench.progress(content).get("comments"))
    for text in ("Good, thanks", "More, please"):
        expect(text in shown, f"{text!r} among the comments", shown)
