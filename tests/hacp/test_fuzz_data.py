"""Any text is read without a fault and without a loss; what we format is read back as it was."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta

from hypothesis import strategies as st

from app.access.hosts import BadHost, HostName, parse_host, parse_public_url
from app.hacp.aicc_data import FREE_FORM_GROUPS, GROUPS, AiccData, format_getparam, parse_groups
from app.hacp.leftovers import format_leftovers, list_notes
from app.hacp.record_tables import MAX_ROWS, ItemKind, parse_comments, parse_items
from app.hacp.vocabulary import (
    LONGEST_TIME,
    Command,
    ExitFlag,
    LessonStatus,
    format_status,
    format_timespan,
    parse_score,
    parse_status,
    parse_timespan,
)
from app.hacp.wire import format_reply
from tests.fuzzing import fuzz, mixed_text
from tests.test_proxies import PROXY, seen

PIECES = [
    "[", "]", "[core]", "[Core_Lesson]", "[core_vendor]", "[comments]", "[objectives_status]",
    "[student_data]", "[student_preference]", "[mine]", "[1]", "[ core ]", "\t[CORE]\n", "\r", "\n", "\r\n",
    "\r\n\r\n", "=", ";", "lesson_status=", "score=", "time=", "passed", "P", "incomplete,suspend",
    "80,100,0", "0000:12:34", "J_ID.1=a", "j_score.1=50;40", "=1", "x", " ", "\t", "\x00", "\x85", "\u2028",
    "é€😀", "\ud83d", "%5Bcore%5D", ",", "<1>", "<e.1>",
]  # fmt: skip
LINES = re.compile(r"\r\n|\r|\n")
CONTROLS = re.compile("[\x00-\x1f\x7f\x85\u2028\u2029]")
HEADER = re.compile(r"[ \t]*\[[^\[\]]{1,255}\][ \t]*")


def test_fuzz_parse_groups_loses_no_line() -> None:
    def check(text: str) -> None:
        data = parse_groups(text)
        assert {*data.keywords, *data.texts} <= set(GROUPS)
        values = {value for keywords in data.keywords.values() for value in keywords.values()}
        kept = [LINES.sub("\n", each) for each in (*data.texts.values(), data.unread)]
        for line in LINES.split(text):
            name, equals, value = line.partition("=")
            name = CONTROLS.sub("", name).strip(" \t")
            if HEADER.fullmatch(line) or not name or name.startswith(";"):
                continue
            assert (equals and value.strip(" \t") in values) or any(line in each for each in kept), line
        list_notes(data)
        format_leftovers(data)
        format_reply(0, "Successful", format_getparam(data)).decode()

    fuzz(mixed_text(PIECES), check)


NAMES = st.text(st.characters(codec="ascii", categories=["Ll", "Nd"], include_characters="_."), min_size=1)
VALUES = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"])).map(
    lambda text: text.strip(" \t")
)
KEYWORD_GROUPS = [group for group in GROUPS if group not in FREE_FORM_GROUPS]
# Text that holds the header of a group is the one thing that cannot be told apart.
TEXTS = mixed_text(["a", "=", ";", "\r\n", "\r\n\r\n", "[1,2]", "[x] y", "%41", "é", " ", "\x00"]).filter(
    lambda text: not any(HEADER.fullmatch(line) for line in LINES.split(text))
)
CRLF_TEXTS = st.lists(VALUES.filter(lambda line: not HEADER.fullmatch(line))).map("\r\n".join)


def test_fuzz_formatting_and_parsing_groups_are_inverse() -> None:
    keywords = st.dictionaries(
        st.sampled_from(KEYWORD_GROUPS), st.dictionaries(NAMES, VALUES.filter(bool), min_size=1, max_size=4)
    )

    def check(example: tuple[dict[str, dict[str, str]], str, str, str]) -> None:
        groups, lesson, vendor, comments = example
        texts = {"core_lesson": lesson, "core_vendor": vendor} | ({"comments": comments} if comments else {})
        data = AiccData({"core": {}, **groups}, texts)
        assert parse_groups(format_getparam(data)) == data

    fuzz(st.tuples(keywords, TEXTS, CRLF_TEXTS, CRLF_TEXTS), check)


def test_fuzz_what_was_read_once_stays_the_same() -> None:
    def check(text: str) -> None:
        once = parse_groups(format_getparam(parse_groups(text)))
        assert parse_groups(format_getparam(once)) == once
        assert (once.repairs, once.unread) == ((), "")

    fuzz(mixed_text(PIECES), check)


def test_fuzz_words_and_numbers() -> None:
    def check(example: tuple[int, LessonStatus, ExitFlag, int, str, str]) -> None:
        seconds, status, flag, code, data, text = example
        span = timedelta(seconds=seconds)
        assert parse_timespan(format_timespan(span)) == span
        assert parse_status(format_status(status, flag)) == (status, flag)
        assert format_status(*parse_status(format_status(status))) == status
        reply = format_reply(code, "A text", data).decode()
        assert reply == f"error={code}\r\nerror_text=A text\r\nversion=4.0\r\naicc_data={data}" + (
            "" if data.endswith("\r\n") else "\r\n"
        )
        check_any_word(text)

    texts = mixed_text(
        [":", "00", "59.9", "9" * 20, ".", "PT", "P1D", "5M", "S", ",", "-", "+", "e9", "٣", "p", "%"]
    )
    fuzz(
        st.tuples(
            st.integers(0, int(LONGEST_TIME.total_seconds())),
            st.sampled_from(LessonStatus),
            st.sampled_from(ExitFlag),
            st.integers(0, 3),
            st.text(st.characters(exclude_categories=["Cs"])),
            texts,
        ),
        check,
    )


def check_any_word(text: str) -> None:
    span = parse_timespan(text)
    assert span is None or timedelta(0) <= span <= LONGEST_TIME
    if span is not None:
        assert parse_timespan(format_timespan(span)) == timedelta(seconds=int(span.total_seconds()))
    score = parse_score(text)
    for number in (score.raw, score.maximum, score.minimum, score.hundredths):
        assert number is None or number.is_finite()
    parse_status(text)


TABLE_PIECES = [
    '"course_id"', "interaction_id", "objective_id", "comment", "location", ",", '"', '""', "\r\n", "\n",
    "\r", "\x00", "q1", " ", "\t", "[interactions]", "date,time,", "2026/11/22", "'", "\\", ";", "é",
    "\ud83d", "<1>", "<e.1>", "<L.x>",
]  # fmt: skip


def test_fuzz_record_tables() -> None:
    def check(text: str) -> None:
        for command in Command:
            items = parse_items(command, text)
            assert len(items.rows) <= MAX_ROWS
            assert all(len(item.digest) == 32 and len(item.name) <= 255 for item in items.rows)
        for item in parse_comments(text).rows:
            assert item.kind is ItemKind.COMMENT
            assert item.fields["comment"]

    fuzz(mixed_text(TABLE_PIECES), check)


def test_fuzz_record_tables_read_back_what_was_written() -> None:
    cells = mixed_text([",", '"', "\r\n", "\n", "a", " ", ";"], longest=4).map(str.strip)
    rows = st.lists(st.tuples(cells.map("q".__add__), cells, cells, cells), max_size=5)

    def check(example: tuple[list[tuple[str, ...]], int, str]) -> None:
        wanted, quoting, line_break = example
        if quoting is csv.QUOTE_MINIMAL:  # Its writer leaves some line breaks unquoted.
            wanted = [tuple(LINES.sub("", cell) for cell in row) for row in wanted]
        columns = ["interaction_id", "student_response", "Result", "LATENCY"]
        file = io.StringIO()
        writer = csv.writer(file, quoting=quoting, lineterminator=line_break)
        writer.writerows([columns, *wanted])
        items = parse_items(Command.PUT_INTERACTIONS, file.getvalue())
        assert [tuple(item.fields.values()) for item in items.rows] == wanted
        assert items.notes == ()

    breaks = st.sampled_from(["\r\n", "\n", "\r"])
    fuzz(st.tuples(rows, st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]), breaks), check)


HOST_PIECES = [
    "lms", "example", ".", "..", "-", "_", ":", ":443", ":0", "[::1]", "[", "]", "127.0.0.1", "0x7f",
    "bücher", "xn--", "。", "ß", "İ", "\u200d", "@", "/", "\\", "?", "#", "%", " ", "\t", "\r\n", "\x00",
    "https://", "http:", "A" * 64, "1", "٣",
]  # fmt: skip


def test_fuzz_host_names() -> None:
    def check(text: str) -> None:
        try:
            host = parse_host(text)
        except BadHost:
            pass
        else:
            assert parse_host(str(host)) == host
            assert isinstance(host, HostName)
            assert str(host).isascii()
            assert str(host) == str(host).lower()
            assert not set(str(host)) & set(" @/\\?#%\r\n\t\x00")
            assert parse_host(str(host).upper()) == host
        try:
            url, host = parse_public_url(text)
        except BadHost:
            return
        assert parse_public_url(url) == (url, host)

    fuzz(mixed_text(HOST_PIECES, longest=8) | st.text(max_size=80), check)


FORWARDED_PIECES = [
    "for=",
    "host=",
    "proto=https",
    '"',
    "\\",
    ",",
    ";",
    "=",
    "6.6.6.6",
    "[::1]",
    " ",
    "evil.example",
]


def test_fuzz_a_named_proxy_has_the_last_word() -> None:
    def check(example: tuple[str, str]) -> None:
        said_before, own = example
        header = f"{said_before}, {own}" if said_before else own
        assert seen(PROXY, has_forwarded_host=True, forwarded=header) == ("192.0.2.7", "https", "lms.example")

    own = st.sampled_from(
        [
            "for=192.0.2.7;proto=https;host=lms.example",
            'for="192.0.2.7:80";proto=https;host="lms.example"',
            "host=lms.example; FOR=192.0.2.7; Proto=https",
        ]
    )
    said = mixed_text(FORWARDED_PIECES).map(lambda text: text.encode("ascii", "replace").decode())
    fuzz(st.tuples(said, own), check)
