"""Why a progress row says what it says: its messages in order, and where it went."""

from __future__ import annotations

from flask import abort, request, url_for
from werkzeug.wrappers import Response

from app.admin.blueprint import blueprint
from app.admin.delivery_view import WENT_SHOWN, list_went
from app.admin.frame import render
from app.admin.security import needs
from app.admin.why_view import list_found, step_address, turn_to
from app.catalog.service import get_course
from app.db import reading
from app.learners.service import get_learner
from app.progress.decided_groups import list_large_groups
from app.progress.history import UnknownProgress, explain_pair
from app.words import worded


@blueprint.get("/admin/progress/<learner_id>/<course_id>")
@needs("progress.read")
def progress_why(learner_id: str, course_id: str) -> Response:
    """Explain one row; `?before=` shows the messages before that number."""
    with reading() as session:
        try:
            why = explain_pair(session, learner_id, course_id)
        except UnknownProgress:
            abort(404, worded("Nothing was reported of this learner on this course."))
        learner, course = get_learner(session, learner_id), get_course(session, course_id)
        turn = turn_to(why, request.args.get("before", type=int))
        findings = list_found(session, turn.steps)
        groups = {step.decided.group_id for step in turn.steps if step.decided}
        together = list_large_groups(session, groups) if groups else {}
        went = list_went(session, learner_id=learner_id, course_id=course_id)
    address = url_for("admin.progress_why", learner_id=learner_id, course_id=course_id)
    return render(
        "progress_why.html",
        learner=learner,
        course=course,
        why=why,
        progress=why.progress,
        reasons=[(each, step_address(address, each, turn)) for each in (why.status, why.percent)],
        turn=turn,
        address=address,
        findings=findings,
        together=together,
        went=went[:WENT_SHOWN],
        has_more_went=len(went) > WENT_SHOWN,
        current="progress",
    )
