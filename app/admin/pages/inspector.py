"""The Inspector: one timeline of all that came in and went out, and all that is known of one exchange."""

from __future__ import annotations

import hashlib
from zoneinfo import ZoneInfo

from flask import abort, request, url_for
from werkzeug.wrappers import Response

from app import clock
from app.access.integrations import list_integrations
from app.admin.blueprint import blueprint
from app.admin.events import to_note
from app.admin.frame import organisation, render, see_other
from app.admin.inspector_filter import (
    KIND_WORDS,
    RESULT_WORDS,
    InspectorFilter,
    format_mark,
    read_filter,
    read_mark,
)
from app.admin.inspector_view import collect_evidence, show_exchange, to_curl
from app.admin.pages.statements import read_languages
from app.admin.security import needs
from app.admin.trial import may_try
from app.db import reading
from app.inspector.evidence import pack_evidence
from app.inspector.findings import IN_MESSAGES
from app.inspector.search import Found, find_meant, list_names
from app.inspector.session_log import find_message
from app.inspector.timeline import NEWS_CAP, Wanted, count_like, count_newer, get_line, list_lines
from app.words import worded

PAGE = 50
NEAR = 20


@blueprint.get("/admin/inspector")
@needs("inspector.read")
def inspector() -> Response:
    """List what happened, newest first; the address is the state, and a whole request id opens its page."""
    given = read_filter(request.args, ZoneInfo(organisation().time_zone))
    found = _find(given)
    if found is not None and len(found.exchange_ids) == 1:
        return see_other(url_for("admin.inspector_exchange", exchange_id=found.exchange_ids[0]))
    with reading() as session:
        lines = list_lines(session, given.wanted(found), before=given.before, limit=PAGE + 1)
        names = {each.id: each.name for each in list_integrations(session)}
    shown = lines[:PAGE]
    newest = shown[0].mark if shown and given.before is None else None
    return render(
        "inspector.html",
        400 if given.faults else 200,
        given=given,
        lines=shown,
        names=names,
        notes={line.id: [to_note(each) for each in line.findings] for line in shown},
        chips=given.chips(names.get(given.values["integration"], given.values["integration"])),
        older=given.query(before=format_mark(shown[-1].mark)) if lines[PAGE:] else None,
        is_first=given.before is None,
        news_query=given.query(after=format_mark(newest)) if newest else "",
        kind_words=KIND_WORDS,
        result_words=RESULT_WORDS,
        codes=IN_MESSAGES,
        current="inspector",
    )


@blueprint.get("/admin/inspector/news")
@needs("inspector.read")
def inspector_news() -> Response:
    """Say how much is newer than the list that somebody reads; the list itself stays where it is."""
    given = read_filter(request.args, ZoneInfo(organisation().time_zone))
    mark = read_mark(request.args.get("after"))
    count = 0
    if mark is not None:
        with reading() as session:
            count = count_newer(session, given.wanted(_find(given)), mark)
    reply = render("inspector_news.html", count=count, cap=NEWS_CAP, query=given.query())
    reply.headers["ETag"] = f'"{hashlib.sha256(reply.get_data()).hexdigest()[:24]}"'
    reply.headers["Cache-Control"] = "private, no-cache"
    return reply.make_conditional(request)


@blueprint.get("/admin/inspector/<exchange_id>")
@needs("inspector.raw")
def inspector_exchange(exchange_id: str) -> Response:
    """Show one exchange: what it was, what was found, what it changed, and what happened around it."""
    with reading() as session:
        line, message = get_line(session, exchange_id), find_message(session, exchange_id)
        if line is None or message is None:
            abort(
                404,
                worded("There is no such message; it may have been deleted by age (WAYMARK_EXCHANGE_DAYS)."),
            )
        around = list_lines(session, _around(line.launch_id, line.learner_id), limit=NEAR)
        names = {each.id: each.name for each in list_integrations(session)}
        alike = {
            each.code: count_like(session, each.code, line.integration_id, line.mark.at)
            for each in line.findings
        }
    return render(
        "inspector_exchange.html",
        line=line,
        message=message,
        shown=show_exchange(line, message, languages=read_languages()),
        can_try=may_try(line, message),
        curl=to_curl(organisation().public_url, message),
        alike=alike,
        around=around if line.launch_id or line.learner_id else [],
        names=names,
        kind_words=KIND_WORDS,
        current="inspector",
    )


@blueprint.get("/admin/inspector/<exchange_id>/request.txt", defaults={"side": "request"})
@blueprint.get("/admin/inspector/<exchange_id>/reply.txt", defaults={"side": "reply"})
@needs("inspector.raw")
def inspector_body(exchange_id: str, side: str) -> Response:
    """Give one side of an exchange as a file, as it is kept: without secrets."""
    with reading() as session:
        message = find_message(session, exchange_id)
    if message is None:
        abort(404)
    body = message.request_body if side == "request" else message.reply_body
    headers = {"Content-Disposition": f'attachment; filename="{side}-{exchange_id}.txt"'}
    return Response(body, content_type="application/octet-stream", headers=headers)


@blueprint.get("/admin/inspector/<exchange_id>/evidence.zip")
@needs("inspector.raw")
def inspector_evidence(exchange_id: str) -> Response:
    """Give an exchange as a file for a vendor: without secrets and without any other learner."""
    with reading() as session:
        line, message = get_line(session, exchange_id), find_message(session, exchange_id)
        if line is None or message is None:
            abort(404)
        own = list_names(session, line.learner_id) if line.learner_id else ()
    shown = show_exchange(line, message, languages=read_languages())
    headers = {"Content-Disposition": f'attachment; filename="evidence-{exchange_id}.zip"'}
    packed = pack_evidence(collect_evidence(line, message, shown), own)
    return Response(packed, content_type="application/zip", headers=headers)


def _find(given: InspectorFilter) -> Found | None:
    if not given.values["q"]:
        return None
    with reading() as session:
        return find_meant(session, given.values["q"])


def _around(launch_id: str | None, learner_id: str | None) -> Wanted:
    """Ask for the same session's messages, or the same learner's of a message without a session."""
    if launch_id:
        return Wanted(launch_id=launch_id)
    return Wanted(learner_ids=(learner_id,) if learner_id else (), until=clock.now())
