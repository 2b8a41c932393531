"""Decide of many rows of the progress table at once: choose, look at what would change, do it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import partial
from zoneinfo import ZoneInfo

from flask import abort, request, url_for
from werkzeug.wrappers import Response

from app import clock
from app.admin.acts import decided_groups as acts
from app.admin.blueprint import blueprint
from app.admin.decision_form import DecisionForm
from app.admin.form_parts import sentence, text_of
from app.admin.frame import current_actor, organisation, render, say, see_other
from app.admin.progress_query import SIZES, parse_view
from app.admin.security import needs
from app.db import reading, transact
from app.delivery.destinations import list_destinations
from app.delivery.queue import WEBHOOK
from app.languages import in_language
from app.progress.decided_groups import count_group
from app.progress.deciding_many import (
    MAX_ROWS,
    ROWS_AT_ONCE,
    TooManyRows,
    check_size,
    forecast,
    says_other,
)
from app.progress.decision_rules import BadDecision, Decider, Wish
from app.progress.queries import ProgressFilter, Sort, list_progress
from app.progress.wording import describe_wish
from app.words import worded, worded_many

# After so long the answer goes out, and a click goes on: proxies give up after a minute.
PATIENCE_SECONDS = 15.0
_PAGE = 200
_FIELDS = ("kind", "status", "percent", "completed_on", "reason", "act")


@dataclass(frozen=True, slots=True)
class _Choice:
    """Which rows: those that were ticked, else all that the address asks for."""

    wanted: ProgressFilter
    ticked: tuple[str, ...]
    query: str


@blueprint.route("/admin/progress/many", methods=["GET", "POST"])
@needs("progress.change")
def progress_many() -> Response:
    """Decide of the ticked rows, or of all that match the address's filter; `step` says how far one is."""
    choice, step = _read_choice(), request.form.get("step", "choose")
    if step == "selected" and not choice.ticked:
        say(worded("Tick the rows first."), "warn")
        return see_other(f"{url_for('admin.progress_table')}?{choice.query}")
    form = DecisionForm()
    if request.method == "POST" and step in ("preview", "apply") and form.validate():
        try:
            wish = _wish(form)
            return (_preview if step == "preview" else _apply)(form, choice, wish)
        except BadDecision as error:
            form.completed_on.errors = [sentence(str(error))]
        except TooManyRows:
            pass
    return _choose(form, choice, 422 if form.errors else 200)


def _read_choice() -> _Choice:
    view = parse_view(request.args, ZoneInfo(organisation().time_zone))
    if view.faults:
        # What was left out of a filter would widen it.
        abort(400, " ".join(f"{in_language(words)}." for _, words in view.faults))
    # PostgreSQL refuses even to look for a NUL.
    ticked = tuple(dict.fromkeys(filter(str.isprintable, request.form.getlist("pair"))))[: max(SIZES)]
    if not ticked:
        return _Choice(view.wanted, (), view.filter_query())
    pairs = tuple((learner_id, course_id) for learner_id, _, course_id in (t.partition("/") for t in ticked))
    return _Choice(ProgressFilter(pairs=pairs, has_videos=True), ticked, view.filter_query())


def _choose(form: DecisionForm, choice: _Choice, status: int) -> Response:
    try:
        with reading() as session:
            count = check_size(session, choice.wanted)
    except TooManyRows:
        count = None
    return _render("progress_many.html", 422 if count is None else status, form, choice, count=count)


def _preview(form: DecisionForm, choice: _Choice, wish: Wish, *, done: int = 0) -> Response:
    with reading() as session:
        found = forecast(session, choice.wanted, wish)
        told = [each.name for each in list_destinations(session) if each.kind == WEBHOOK]
    if not done:
        form.renew_act()
    said = {name: form[name].data or "" for name in _FIELDS}
    values = {"found": found, "said": said, "done": done, "words": describe_wish(wish), "told": told}
    return _render("progress_many_preview.html", 200, form, choice, **values)


def _apply(form: DecisionForm, choice: _Choice, wish: Wish) -> Response:
    """Decide until all is done or time is up; the same form, sent again, goes on where this one ended."""
    actor, act, reason = current_actor(), text_of(form.act), text_of(form.reason)
    with reading() as session:
        rows, is_begun = forecast(session, choice.wanted, wish).changes, count_group(session, act) > 0
    if rows and not is_begun:
        detail = {"now": describe_wish(wish), "reason": reason, "filter": choice.query, "group": act}
        transact(partial(acts.note_begin, actor=actor, undoes=False, rows=rows, detail=detail))
    is_over = _walk(choice.wanted, wish, Decider(actor.id, actor.name, reason, act))
    with reading() as session:
        done = count_group(session, act)
    if not is_over:
        return _preview(form, choice, wish, done=done)
    if not done:
        say(worded("Nothing was changed: every row says so already."), "info")
        return see_other(f"{url_for('admin.progress_table')}?{choice.query}")
    shown = f"{done:,}"
    say(worded_many("Set: %(num)s row says so now.", "Set: %(num)s rows say so now.", done, num=shown))
    return see_other(url_for("admin.decided_group", group_id=act))


def _walk(wanted: ProgressFilter, wish: Wish, by: Decider) -> bool:
    """Decide page by page, in the one order that no decision changes; tells whether the end was reached."""
    cursor, end = None, time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        with reading() as session:
            page = list_progress(
                session, wanted, sort=Sort.PAIR, is_descending=False, cursor=cursor, limit=_PAGE
            )
        pairs = [(line.learner_id, line.course_id) for line in page.items if says_other(line, wish)]
        for start in range(0, len(pairs), ROWS_AT_ONCE):
            piece = pairs[start : start + ROWS_AT_ONCE]
            transact(partial(acts.decide, wanted=wanted, pairs=piece, wish=wish, by=by))
        cursor = page.next_cursor
        if cursor is None:
            return True
    return False


def _wish(form: DecisionForm) -> Wish:
    said = form.override(now=clock.now(), zone=ZoneInfo(organisation().time_zone))
    return Wish(said, is_dated=bool(form.completed_on.data))


def _render(template: str, status: int, /, form: DecisionForm, choice: _Choice, **values: object) -> Response:
    return render(
        template,
        status,
        form=form,
        choice=choice,
        action=f"{url_for('admin.progress_many')}?{choice.query}",
        back=f"{url_for('admin.progress_table')}?{choice.query}",
        max_rows=MAX_ROWS,
        current="progress",
        **values,
    )
