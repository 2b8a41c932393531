"""Replay as test: a kept message is sent through the server once more, and nothing of it stays."""

from __future__ import annotations

from flask import abort, current_app, url_for
from werkzeug.wrappers import Response

from app.access.integrations import list_integrations
from app.admin.blueprint import blueprint
from app.admin.frame import render, say, see_other
from app.admin.inspector_filter import KIND_WORDS
from app.admin.inspector_view import show_exchange
from app.admin.pages.statements import read_languages
from app.admin.security import needs
from app.admin.trial import CannotTry, may_try, try_message
from app.db import reading
from app.inspector.session_log import find_message
from app.inspector.timeline import Line, get_line
from app.settings import settings_of
from app.words import worded


@blueprint.post("/admin/inspector/<exchange_id>/trial")
@needs("inspector.raw")
def inspector_trial(exchange_id: str) -> Response:
    """Show what this message would be answered now, beside what it was answered then."""
    with reading() as session:
        line, message = get_line(session, exchange_id), find_message(session, exchange_id)
        names = {each.id: each.name for each in list_integrations(session)}
    if line is None or message is None:
        abort(
            404, worded("There is no such message; it may have been deleted by age (WAYMARK_EXCHANGE_DAYS).")
        )
    if not may_try(line, message):
        abort(400, worded("This kind of message cannot be tried again, or it was not kept whole."))
    try:
        trial = try_message(settings_of(current_app), line, message)
    except CannotTry:
        say(worded("It cannot be tried: the integration has no client ID that is valid now."), "warn")
        return see_other(url_for("admin.inspector_exchange", exchange_id=exchange_id))
    return render(
        "inspector_trial.html",
        line=line,
        then=show_exchange(line, message, languages=read_languages()),
        tried=trial.line,
        now=show_exchange(trial.line, trial.message, languages=read_languages()),
        repairs=trial.message.repairs,
        is_same=_is_same(line, trial.line),
        here=url_for("admin.inspector_exchange", exchange_id=exchange_id),
        names=names,
        kind_words=KIND_WORDS,
        current="inspector",
    )


def _is_same(then: Line, now: Line) -> bool:
    """Tell whether the sender would hear the same; what an accepted message changes is another matter."""
    if then.is_refused or now.is_refused:
        return (then.status, then.result) == (now.status, now.result)
    return (then.status, then.is_parked) == (now.status, now.is_parked)
