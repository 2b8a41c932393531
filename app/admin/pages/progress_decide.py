"""Decide what one row of progress says, and take a decision back."""

from __future__ import annotations

from functools import partial
from zoneinfo import ZoneInfo

from flask import abort, request, url_for
from werkzeug.wrappers import Response

from app import clock
from app.admin.acts import decisions as acts
from app.admin.blueprint import blueprint
from app.admin.decision_form import DecisionForm
from app.admin.form_parts import sentence, text_of
from app.admin.frame import current_actor, organisation, render, say, see_other
from app.admin.security import needs
from app.catalog.service import UnknownCourse, get_course
from app.db import reading, transact
from app.learners.service import get_learner
from app.learners.values import UnknownLearner
from app.progress.deciding import Made, UnknownDecision
from app.progress.decision_rules import BadDecision
from app.progress.queries import ProgressFilter, list_progress, plain_number
from app.words import worded

_HIGHEST_ID = 2**63 - 1


@blueprint.route("/admin/progress/<learner_id>/<course_id>/decide", methods=["GET", "POST"])
@needs("progress.change")
def progress_decide(learner_id: str, course_id: str) -> Response:
    """Override a row or begin a new attempt; there need be no row yet."""
    try:
        with reading() as session:
            learner, course = get_learner(session, learner_id), get_course(session, course_id)
            pair = ProgressFilter(learner_id=learner.id, course_id=course.id, has_videos=True)
            line = next(iter(list_progress(session, pair, limit=1).items), None)
    except (UnknownLearner, UnknownCourse):
        abort(404, worded("There is no such learner or course."))
    percent = line.percent if line and line.percent < 100 else None
    form = DecisionForm(percent=None if percent is None else str(plain_number(percent)))
    if request.method == "POST" and form.validate():
        try:
            made = _decide(form, learner.id, course.id)
        except BadDecision as error:
            where = form.completed_on if form.is_override else form.kind
            where.errors = [sentence(str(error))]
        else:
            say(worded("Set. The row says so now; what was reported is all still here.") if form.is_override
                else worded("A new attempt has begun. What was reached before is kept below."))  # fmt: skip
            return see_other(
                url_for("admin.progress_why", learner_id=made.learner_id, course_id=made.course_id)
            )
    return render(
        "progress_decide.html",
        422 if form.errors else 200,
        form=form,
        learner=learner,
        course=course,
        line=line,
        current="progress",
    )


def _decide(form: DecisionForm, learner_id: str, course_id: str) -> Made:
    said = form.override(now=clock.now(), zone=ZoneInfo(organisation().time_zone))
    actor, reason, act = current_actor(), text_of(form.reason), text_of(form.act)
    if said is None:
        return transact(
            lambda session: acts.begin_attempt(session, actor, learner_id, course_id, reason=reason, act=act)
        )
    return transact(
        lambda session: acts.override(session, actor, learner_id, course_id, said, reason=reason, act=act)
    )


@blueprint.post("/admin/progress/decisions/<decision_id>/undo")
@needs("progress.change")
def decision_undo(decision_id: str) -> Response:
    """Take one decision back."""
    if not (decision_id.isascii() and decision_id.isdigit() and int(decision_id) <= _HIGHEST_ID):
        abort(404, worded("There is no such decision."))
    try:
        made = transact(partial(acts.undo, actor=current_actor(), decision_id=int(decision_id)))
    except UnknownDecision:
        abort(404, worded("There is no such decision."))
    if not made.change.appended:
        say(worded("It was undone before."), "info")
    else:
        say(worded("Undone. The row says what it would without that decision."))
    if made.change.after.first_seen is None:
        return see_other(url_for("admin.learner_detail", learner_id=made.learner_id))
    return see_other(url_for("admin.progress_why", learner_id=made.learner_id, course_id=made.course_id))
