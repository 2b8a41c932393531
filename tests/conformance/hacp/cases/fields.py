"""The five fields of a request: their names, their order, and what may be missing."""

from __future__ import annotations

from ...checks import expect, expect_equal
from ..bench import Bench, Content, aicc_data
from ..encoding import form
from ..registry import READS, case

PUT = aicc_data("lesson_location=never", "lesson_status=incomplete")


@case(
    3,
    sends="names and command in lower, upper and mixed case",
    holds="the same reply as in the usual case; a PutParam is kept",
    clause="CMI001 §6.4.1; practice: Rustici sends GETPARAM and aicc_data, LMSs read any case",
    variants=("lower", "upper", "mixed"),
)
def any_case(bench: Bench, how: str) -> None:
    content = bench.open()
    change = {"lower": str.lower, "upper": str.upper, "mixed": str.swapcase}[how]

    def send(command: str, data: str | None = None) -> bytes:
        fields = content.fields(command, data)
        return form((change(name), change(value) if name == "command" else value) for name, value in fields)

    usual = content.get()
    expect_equal("the groups", content.post(send("GetParam")).accepted().groups, usual.groups)
    content.post(send("PutParam", aicc_data("lesson_location=in " + how))).accepted()
    expect_equal("lesson_location", content.get().core("lesson_location"), "in " + how)


@case(
    4,
    sends="the fields in reverse order, command last",
    holds="the same as in any other order",
    clause="CMI001 §6.4.1 (no order is prescribed)",
)
def reverse_order(bench: Bench) -> None:
    content = bench.open()
    usual = content.get()
    reverse = content.post(form(reversed(content.fields("GetParam", "")))).accepted()
    expect_equal("the groups", reverse.groups, usual.groups)
    content.post(form(reversed(content.fields("PutParam", aicc_data("lesson_location=last"))))).accepted()
    expect_equal("lesson_location", content.get().core("lesson_location"), "last")


@case(
    5,
    sends="GetParam with aicc_data empty, absent, or with something in it",
    holds="the same reply; what came with it is ignored",
    clause="CMI001 §6.5 (GetParam has no data); practice: Rustici sends an empty one",
    variants={"empty": "", "absent": None, "garbage": "%%%=;[", "groups": PUT},
)
def data_of_getparam(bench: Bench, data: str | None) -> None:
    content = bench.open()
    usual = content.get()
    expect_equal("the groups", content.send("GetParam", data).accepted().groups, usual.groups)
    expect_equal("the groups afterwards", content.get().groups, usual.groups)


@case(
    6,
    sends="no command",
    holds="error=1, and the data is not taken",
    clause="CMI001 §6.4.3 (1, Invalid Command)",
    variants={"absent": None, "blank": "", "spaces": "  "},
    order=READS,
)
def missing_command(bench: Bench, command: str | None) -> None:
    content = bench.open()
    _is_refused(content, form(content.fields(command, PUT)), 1)


@case(
    7,
    sends="an unknown command",
    holds="error=1 Invalid Command, and the data is not taken",
    clause="CMI001 §6.4.3 (1, Invalid Command)",
    variants=("Foo", "PutParams", "Get Param", "GetParam;PutParam", "é", "<script>"),
    order=READS,
)
def unknown_command(bench: Bench, command: str) -> None:
    content = bench.open()
    _is_refused(content, form(content.fields(command, PUT)), 1)


@case(
    8,
    sends="a command with blanks around it",
    holds="it is understood",
    clause="practice: values are trimmed by every LMS",
    variants={"before": " {}", "after": "{} ", "line break": "{}\r\n", "tab": "\t{}"},
)
def blanks_around_command(bench: Bench, pattern: str) -> None:
    content = bench.open()
    content.send(pattern.format("GetParam")).accepted()
    content.send(pattern.format("PutParam"), aicc_data(f"lesson_location={len(pattern)}blanks")).accepted()
    expect_equal("lesson_location", content.get().core("lesson_location"), f"{len(pattern)}blanks")


@case(
    14,
    sends="an empty body",
    holds="error=1",
    clause="CMI001 §6.4.3 (1, Invalid Command)",
    variants={"form": "application/x-www-form-urlencoded", "text": "text/plain", "no type": None},
    order=READS,
)
def empty_body(bench: Bench, content_type: str | None) -> None:
    bench.open().post(b"", content_type).refused(1)


@case(
    15,
    sends="GET instead of POST, without and with a message in the query string",
    holds="error=1 or HTTP 405, and nothing is taken",
    clause="CMI001 §6.4.1 (requests are POSTed)",
    variants=("bare", "GetParam", "PutParam"),
    order=READS,
)
def get_method(bench: Bench, what: str) -> None:
    content = bench.open()
    before = content.get().groups
    query = b"" if what == "bare" else form(content.fields(what, PUT if what == "PutParam" else None))
    reply = content.post(None, None, query=query, method="GET")
    if reply.http.status != 405:
        reply.refused(1)
    expect_equal("the groups afterwards", content.get().groups, before)


@case(
    16,
    sends="a version that is missing, old, new or no number",
    holds="the message is taken all the same",
    clause="practice: clients send 1.0, 2.0, 2.2, 3.5, 4, 4.0, 4.1 or echo ours",
    variants={
        "absent": None,
        "blank": "",
        **{each: each for each in ("2.2", "3.5", "4", "4.1", "99", "abc")},
    },
)
def any_version(bench: Bench, version: str | None) -> None:
    content = bench.open()
    reply = content.send("GetParam", version=version).accepted()
    expect_equal("version in the reply", reply.head.get("version"), "4.0")
    content.send("PutParam", aicc_data(f"lesson_location=v{version}"), version=version).accepted()
    expect_equal("lesson_location", content.get().core("lesson_location"), f"v{version}")


@case(
    103,
    sends="two different commands or session ids in one body",
    holds="error=1: nobody guesses which was meant; the same one twice is taken",
    clause="practice: somebody who can add a field must not change what is asked",
)
def contradicting_fields(bench: Bench) -> None:
    content = bench.open()
    body = form(content.fields("GetParam"))
    for extra in (b"&command=PutParam", b"&session_id=" + b"0" * 32):
        content.post(body + extra).refused(1)
        content.post(extra[1:] + b"&" + body).refused(1)
    content.post(body + b"&command=getparam").accepted()


@case(
    104,
    sends="fields that no standard knows, a hundred of them, and fields without a value",
    holds="they are ignored",
    clause="practice: content adds fields of its own",
)
def unknown_fields(bench: Bench) -> None:
    content = bench.open()
    extra = b"&debug&lang=en&=x&&" + b"&".join(b"f%d=%d" % (n, n) for n in range(20))
    body = form(content.fields("PutParam", aicc_data("lesson_location=with extras")))
    content.post(body + extra).accepted()
    expect_equal("lesson_location", content.get().core("lesson_location"), "with extras")


def _is_refused(content: Content, body: bytes, code: int) -> None:
    before = content.get().groups
    reply = content.post(body).refused(code)
    text = reply.head.get("error_text", "")
    expect(text.lower() == "invalid command", "error_text=Invalid Command", text)
    expect_equal("the groups afterwards", content.get().groups, before)
