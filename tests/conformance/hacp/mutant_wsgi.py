"""`gunicorn tests.conformance.hacp.mutant_wsgi:app` runs the server with the fault that HACP_MUTANT names.

Without that variable each fault has an endpoint of its own, `/lf_line_ends/hacp`: one start serves them all.
Faults of the wire change the reply on its way out; the others replace one function of the server.
"""

from __future__ import annotations

import html
import os
import re
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from types import ModuleType
from typing import Any
from urllib.parse import unquote_to_bytes

from app.access.host_registry import HostVerdict
from app.hacp import admission, attempt_rules, commands, service, wire_encoding
from app.hacp.aicc_data import AiccData
from app.hacp.attempt_rules import Attempt
from app.hacp.session_rules import Phase, Ruling
from app.hacp.vocabulary import Command, LessonStatus, parse_timespan
from wsgi import app as flask_app

from .mutants import ENVIRONMENT, MUTANTS, NONE

Headers = list[tuple[str, str]]
ChangeReply = Callable[[int, Headers, bytes], tuple[int, Headers, bytes]]


_fault: ContextVar[str] = ContextVar("fault", default=NONE)


def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Answer a request with the fault that it or the environment asks for."""
    first, _, rest = environ["PATH_INFO"].lstrip("/").partition("/")
    name = os.environ.get(ENVIRONMENT, NONE)
    if first in _NAMES:
        name, environ["PATH_INFO"] = first, "/" + rest
    token = _fault.set(name if environ["PATH_INFO"].startswith("/hacp") else NONE)
    try:
        return _answer(environ, start_response)
    finally:
        _fault.reset(token)


def _answer(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    started: list[Any] = []
    parts = flask_app(environ, lambda status, headers, _=None: started.append((status, headers)))
    body = b"".join(parts)
    status, headers = started[0]
    change = _REPLIES.get(_fault.get())
    if change is not None:
        code, headers, body = change(int(status.split()[0]), headers, body)
        headers = [each for each in headers if each[0].lower() != "content-length"]
        status, headers = f"{code} Changed", [*headers, ("Content-Length", str(len(body)))]
    start_response(status, headers)
    return [body]


def _changed_body(change: Callable[[bytes], bytes]) -> ChangeReply:
    return lambda status, headers, body: (status, headers, change(body))


def _html_escaped(body: bytes) -> bytes:
    return html.escape(body.decode(), quote=True).encode()


def _html_on_unknown_session(status: int, headers: Headers, body: bytes) -> tuple[int, Headers, bytes]:
    if not body.startswith(b"error=3"):
        return status, headers, body
    return 500, [("Content-Type", "text/html")], b"<html><body>Invalid session</body></html>"


def _no_cors_on_errors(status: int, headers: Headers, body: bytes) -> tuple[int, Headers, bytes]:
    if body.startswith(b"error=0"):
        return status, headers, body
    return status, [each for each in headers if each[0] != "Access-Control-Allow-Origin"], body


def _cookie(status: int, headers: Headers, body: bytes) -> tuple[int, Headers, bytes]:
    return status, [*headers, ("Set-Cookie", "session=1; Path=/")], body


_REPLIES: dict[str, ChangeReply] = {
    "lf_line_ends": _changed_body(lambda body: body.replace(b"\r\n", b"\n")),
    "resume_with_space": _changed_body(lambda body: body.replace(b",resume", b", resume")),
    "core_on_next_line": _changed_body(
        lambda body: body.replace(b"aicc_data=[core]", b"aicc_data=\r\n[core]")
    ),
    "no_version_line": _changed_body(lambda body: re.sub(rb"version=.*\r\n", b"", body, count=1)),
    "html_escaped_reply": _changed_body(_html_escaped),
    "html_on_unknown_session": _html_on_unknown_session,
    "no_cors_on_errors": _no_cors_on_errors,
    "cookie_on_replies": _cookie,
    "no_vendor_group": _changed_body(lambda body: body.replace(b"[core_vendor]\r\n", b"")),
    "blank_mastery_score": _changed_body(
        lambda body: body.replace(b"[student_data]\r\n", b"[student_data]\r\nmastery_score=\r\n")
    ),
}


def _on_suspend_data(change: Callable[[str], str], *, if_absent: str | None = None) -> Callable[[str], None]:
    """Change suspend data as it is read from a message."""

    def patch(fault: str) -> None:
        read = admission.parse_groups

        def parse_groups(text: str) -> AiccData:
            data = read(text)
            lesson = data.texts.get("core_lesson", if_absent)
            texts = data.texts if lesson is None else {**data.texts, "core_lesson": change(lesson)}
            return replace(data, texts=texts)

        _put_in_place(fault, admission, "parse_groups", parse_groups)

    return patch


def _trimmed(text: str) -> str:
    return "\r\n".join(line.strip() for line in text.splitlines() if line.strip())


def _add_time_at_each_put(fault: str) -> None:
    put_param = commands.ACTIONS[Command.PUT_PARAM]

    def add(session: Any, situation: admission.Situation, attempt: Attempt) -> commands.Outcome:
        outcome = put_param(session, situation, attempt)
        if _fault.get() != fault:
            return outcome
        time = parse_timespan(situation.message.data.find_value("core", "time") or "") or timedelta(0)
        launch = replace(outcome.launch, segment_time=situation.launch.segment_time + time)
        changed = replace(outcome.attempt, total_time=attempt.total_time + time)
        return replace(outcome, launch=launch, attempt=changed)

    assert service.ACTIONS is commands.ACTIONS
    service.ACTIONS = {**commands.ACTIONS, Command.PUT_PARAM: add}


def _refuse_late_put(fault: str) -> None:
    ruling_of = admission.rule

    def rule(phase: Phase, command: Command, *, is_strict: bool) -> Ruling:
        is_late_put = phase is Phase.GRACE and command is Command.PUT_PARAM
        return Ruling.WRONG_SESSION if is_late_put else ruling_of(phase, command, is_strict=is_strict)

    _put_in_place(fault, admission, "rule", rule)


def _overwrite_status(fault: str) -> None:
    def raise_status(attempt: Attempt, status: LessonStatus) -> Attempt:
        return replace(attempt, lesson_status=status)

    _put_in_place(fault, attempt_rules, "raise_status", raise_status)


def _judge_all(fault: str) -> None:
    as_the_standard_says = commands.decide

    def decide(said: Any, score: Any, mastery: Decimal | None, policy: Any) -> LessonStatus | None:
        if mastery is None or score.raw is None:
            return as_the_standard_says(said, score, mastery, policy)
        return LessonStatus.PASSED if score.raw >= mastery else LessonStatus.FAILED

    _put_in_place(fault, commands, "decide", decide)


def _read_utf8_only(fault: str) -> None:
    def decode_value(raw: bytes, is_literal: bool, repairs: list[str]) -> str:
        encoded = raw if is_literal else unquote_to_bytes(raw.replace(b"+", b" "))
        return encoded.decode("utf-8", "replace")

    _put_in_place(fault, wire_encoding, "decode_value", decode_value)


def _check_no_host(fault: str) -> None:
    _put_in_place(fault, admission, "judge_host", lambda *_, **__: HostVerdict.OK)


def _put_in_place(fault: str, module: ModuleType, name: str, broken: Callable[..., Any]) -> None:
    """Replace a function while this fault is asked for.

    One that is no longer there stops the server, and with it the test.
    """
    whole = getattr(module, name)

    def chosen(*arguments: Any, **named: Any) -> Any:
        return (broken if _fault.get() == fault else whole)(*arguments, **named)

    setattr(module, name, chosen)


_PATCHES: dict[str, Callable[[str], None]] = {
    "trimmed_suspend_data": _on_suspend_data(_trimmed),
    "suspend_data_to_blank_line": _on_suspend_data(lambda text: text.partition("\r\n\r\n")[0]),
    "suspend_data_cut_at_4096": _on_suspend_data(lambda text: text[:4096]),
    "absent_group_clears": _on_suspend_data(lambda text: text, if_absent=""),
    "time_added_at_each_put": _add_time_at_each_put,
    "late_put_refused": _refuse_late_put,
    "later_status_overwrites": _overwrite_status,
    "mastery_judges_all": _judge_all,
    "utf8_only": _read_utf8_only,
    "host_checked_by_nobody": _check_no_host,
}
_NAMES = {mutant.name for mutant in MUTANTS}

assert {*_REPLIES, *_PATCHES} == _NAMES
for _name, _patch in _PATCHES.items():
    _patch(_name)
