"""AICC sessions: the list, one session with everything it said and changed, and its data as files."""

from __future__ import annotations

from collections.abc import Iterator, Sized
from zoneinfo import ZoneInfo

from flask import abort, current_app, request, stream_with_context, url_for
from werkzeug.wrappers import Response

from app import clock
from app.admin.blueprint import blueprint
from app.admin.delivery_view import WENT_SHOWN, list_went
from app.admin.events import Note, to_note
from app.admin.frame import organisation, render
from app.admin.security import needs
from app.admin.session_view import (
    RECORD_WORDS,
    describe_end,
    describe_state,
    group_by_day,
    own_clock,
    short_time,
    show_answer,
    show_message,
)
from app.catalog.service import UnknownCourse, get_course
from app.db import reading
from app.inspector.findings import Finding
from app.inspector.session_checks import judge_session
from app.inspector.session_log import SessionMessage, iterate_messages, list_messages
from app.inspector.sessions import (
    ITEM_KINDS,
    SessionRecord,
    UnknownSession,
    get_session,
    list_items,
    list_records,
    list_sessions,
    read_record,
)
from app.learners.service import get_learner
from app.learners.values import UnknownLearner
from app.progress.values import Status
from app.settings import settings_of
from app.words import worded

PAGE = 50
ITEMS_SHOWN = 500
_HEARD = {"yes": True, "no": False}


@blueprint.get("/admin/sessions")
@needs("session.read")
def session_list() -> Response:
    """List AICC sessions; `?learner=`, `?course=` and `?heard=` narrow the list."""
    wanted = {name: _read_id(name) for name in ("learner", "course")}
    heard = request.args.get("heard")
    with reading() as session:
        lines = list_sessions(
            session,
            learner_id=wanted["learner"],
            course_id=wanted["course"],
            is_heard=_HEARD.get(heard or ""),
            before=_read_id("before"),
            limit=PAGE + 1,
        )
    here = {**wanted, "heard": heard if heard in _HEARD else None}
    older = _list_address(here, before=lines[PAGE - 1].launch.id) if lines[PAGE:] else None
    return render(
        "sessions.html",
        lines=lines[:PAGE],
        names=_names(wanted),
        here=here,
        older=older,
        newest=_list_address(here) if _read_id("before") else None,
        describe_state=describe_state,
        current="sessions",
    )


@blueprint.get("/admin/sessions/<launch_id>")
@needs("session.read")
def session_detail(launch_id: str) -> Response:
    """Show one session; `?after=`, `?before=` and `?at=end` turn the pages of its messages."""
    record = _find_or_404(launch_id)
    with reading() as session:
        log = list_messages(
            session,
            launch_id,
            after=_read_id("after"),
            before=_read_id("before"),
            is_newest=request.args.get("at") == "end",
        )
        interactions, objectives, comments = (
            list_items(session, launch_id, kind, limit=ITEMS_SHOWN + 1) for kind in ITEM_KINDS
        )
        records = list_records(session, launch_id, limit=ITEMS_SHOWN + 1)
        went = list_went(session, learner_id=record.launch.learner_id, launch=record.launch)
    messages = [show_message(message) for message in log.messages]
    return render(
        "session.html",
        record=record,
        launch=record.launch,
        state=describe_state(record.launch),
        ending=describe_end(record.launch, settings_of(current_app)),
        look=_look_at(record, has_kept=bool(interactions or objectives or comments or records)),
        log=log,
        messages=messages,
        days=group_by_day(messages, ZoneInfo(organisation().time_zone), now=clock.now()),
        answers=[show_answer(item) for item in interactions[:ITEMS_SHOWN]],
        objectives=objectives[:ITEMS_SHOWN],
        comments=comments[:ITEMS_SHOWN],
        shown=ITEMS_SHOWN,
        is_more={
            **_is_more(answers=interactions, objectives=objectives, comments=comments, records=records),
            "went": len(went) > WENT_SHOWN,
        },
        records=records[:ITEMS_SHOWN],
        record_words=RECORD_WORDS,
        went=went[:WENT_SHOWN],
        own_clock=own_clock,
        short_time=short_time,
        current="sessions",
    )


@blueprint.get("/admin/sessions/<launch_id>/records/<record_id>")
@needs("session.raw")
def session_record(launch_id: str, record_id: str) -> Response:
    """Give one raw record as a file, byte for byte as it is kept."""
    try:
        with reading() as session:
            record, body = read_record(session, launch_id, record_id)
    except UnknownSession:
        abort(404, worded("There is no such record."))
    return _attachment(body, f"{record.command}-{record.id}.txt")


@blueprint.get("/admin/sessions/<launch_id>/log")
@needs("session.raw")
def session_log(launch_id: str) -> Response:
    """Give all messages of a session as one text file, bodies as they are kept."""
    _find_or_404(launch_id)
    return _attachment(stream_with_context(_write_log(launch_id)), f"session-{launch_id}.txt")


def _look_at(record: SessionRecord, *, has_kept: bool) -> Note | None:
    """Say what the session shows by itself: that it never called, reported nothing or was left open."""
    reported = record.line.reported
    has_reported = has_kept or (reported is not None and reported.status is not Status.NOT_STARTED)
    code = judge_session(record.launch, has_called=record.line.messages > 0, has_reported=has_reported)
    return to_note(Finding(code, "")) if code else None


def _is_more(**lists: Sized) -> dict[str, bool]:
    return {name: len(items) > ITEMS_SHOWN for name, items in lists.items()}


def _list_address(here: dict[str, str | None], **more: str) -> str:
    return url_for("admin.session_list", **{**here, **more})  # type: ignore[arg-type]  # url_for drops None


def _write_log(launch_id: str) -> Iterator[bytes]:
    with reading() as session:
        for message in iterate_messages(session, launch_id):
            yield _write_message(message)


def _write_message(message: SessionMessage) -> bytes:
    about = [
        f"=== {message.received_at.isoformat()} {message.method} {message.path} → {message.status}",
        f"id: {message.id}",
        f"result: {message.result}",
        f"host: {message.host}",
        f"from: {message.client_address}",
    ]
    about += [f"repaired: {each}" for each in message.repairs]
    about += [f"changed: {what}: {before!r} → {after!r}" for what, before, after in message.changes]
    about += [f"finding: {each.code} {each.detail}" for each in message.findings]
    lines = "".join(f"{' '.join(line.split())}\n" for line in about)
    return b"".join(
        (
            lines.encode(),
            _write_body("request", message.request_body, message.is_request_cut),
            _write_body("reply", message.reply_body, message.is_reply_cut),
        )
    )


def _write_body(name: str, body: bytes, is_cut: bool) -> bytes:
    note = ", cut" if is_cut else ""
    return f"--- {name}, {len(body)} bytes{note}\n".encode() + body + b"\n"


def _attachment(body: bytes | Iterator[bytes], name: str) -> Response:
    reply = current_app.response_class(body, content_type="text/plain; charset=utf-8")
    reply.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    reply.headers["X-Content-Type-Options"] = "nosniff"
    return reply


def _find_or_404(launch_id: str) -> SessionRecord:
    try:
        with reading() as session:
            return get_session(session, launch_id)
    except UnknownSession:
        abort(404, worded("There is no such session; it may have been deleted with its course or learner."))


def _names(wanted: dict[str, str | None]) -> dict[str, str]:
    """Return the names behind the ids in the filter; an id nobody has stands for itself."""
    names = {kind: value for kind, value in wanted.items() if value}
    with reading() as session:
        try:
            if wanted["learner"]:
                names["learner"] = get_learner(session, wanted["learner"]).name
            if wanted["course"]:
                names["course"] = get_course(session, wanted["course"]).title
        except (UnknownLearner, UnknownCourse):
            pass
    return names


def _read_id(name: str) -> str | None:
    """Read an id from the address; what cannot be one is left out."""
    value = request.args.get(name) or ""
    return value if value.isascii() and value.isalnum() and len(value) <= 18 else None
