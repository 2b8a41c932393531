"""One person's data as a whole: a copy for them, and its erasure."""

from __future__ import annotations

import tempfile

from flask import abort, current_app, request, url_for
from werkzeug.wrappers import Response

from app.admin.acts import records as acts
from app.admin.blueprint import blueprint
from app.admin.forms import ConfirmForm
from app.admin.frame import current_actor, render, say, see_other
from app.admin.pages.exports import pieces
from app.admin.security import needs
from app.db import reading, transact
from app.keeping.erasure import erase_learner
from app.keeping.exporting import write_export
from app.keeping.whereabouts import find_whereabouts
from app.learners.service import get_learner
from app.learners.values import Learner, UnknownLearner
from app.settings import settings_of
from app.words import worded


@blueprint.post("/admin/learners/<learner_id>/copy")
@needs("learner.export")
def learner_copy(learner_id: str) -> Response:
    """Give a copy of all that is kept of the person; a POST, since it stands in the audit log."""
    learner = _find_or_404(learner_id)
    file = tempfile.TemporaryFile()  # noqa: SIM115  # closed with the reply
    with reading() as session:
        write_export(session, learner.id, file)
    actor = current_actor()
    transact(lambda session: acts.note_learner_export(session, actor, learner.id))
    size_bytes = file.tell()
    file.seek(0)
    reply = current_app.response_class(pieces(file), content_type="application/zip")
    reply.headers["Content-Disposition"] = f'attachment; filename="learner-{learner.id}.zip"'
    reply.content_length = size_bytes
    reply.call_on_close(file.close)
    return reply


@blueprint.route("/admin/learners/<learner_id>/erase", methods=["GET", "POST"])
@needs("learner.erase")
def learner_erase(learner_id: str) -> Response:
    """Ask for the name, then erase the person."""
    learner = _find_or_404(learner_id)
    form = ConfirmForm(expected_name=" ".join(learner.name.split()))
    if request.method == "POST" and form.validate():
        done = erase_learner(settings_of(current_app), learner.id, actor=current_actor())
        say(
            worded(
                "The learner is erased: %(statements)s statements and %(sessions)s sessions are gone.",
                statements=done.statements,
                sessions=done.sessions,
            )
        )
        return see_other(url_for("admin.learner_list"))
    with reading() as session:
        found = find_whereabouts(session, learner.id, is_thorough=False)
    status = 422 if request.method == "POST" else 200
    return render("learner_erase.html", status, form=form, learner=learner, found=found, current="learners")


def _find_or_404(learner_id: str) -> Learner:
    try:
        with reading() as session:
            return get_learner(session, learner_id)
    except UnknownLearner:
        abort(404, worded("There is no such learner."))
