"""Import a list of learners: upload or paste, look at the preview, take in or leave."""

from __future__ import annotations

from functools import partial

from flask import abort, request, url_for
from werkzeug.wrappers import Response

from app.access.audit import write_audit
from app.admin.blueprint import blueprint
from app.admin.form_parts import sentence, text_of
from app.admin.formats import format_count
from app.admin.forms import LearnerSheetForm
from app.admin.frame import current_actor, render, say, see_other
from app.admin.security import needs
from app.db import reading, transact
from app.languages import in_language
from app.learners.sheet import BadSheet, Sheet, read_sheet
from app.learners.stored_sheets import UnknownSheet, drop_sheet, keep_sheet, read_stored
from app.progress.learner_import import Outcome, apply_lines, in_batches, plan_lines
from app.words import worded, worded_many

SHOWN = 200
# What a list is kept as that came without a file, and stands so in the audit log.
_PASTED = "pasted text"


@blueprint.route("/admin/learners/import", methods=["GET", "POST"])
@needs("learner.change")
def learner_import() -> Response:
    """Take a list and keep it for its preview; what cannot be read is said at once."""
    form = LearnerSheetForm()
    if request.method == "POST" and form.validate():
        file = form.file.data
        data = file.read() if file and file.filename else text_of(form.text).encode()
        try:
            read_sheet(data)
        except BadSheet as error:
            (form.file if file and file.filename else form.text).errors = [sentence(str(error)) + "."]
        else:
            name = file.filename or "" if file and file.filename else _PASTED
            sheet_id = transact(partial(keep_sheet, file_name=name, data=data))
            return see_other(url_for("admin.learner_import_preview", sheet_id=sheet_id))
    return render("learner_import.html", 422 if form.errors else 200, form=form, current="learners")


@blueprint.get("/admin/learners/import/<sheet_id>")
@needs("learner.change")
def learner_import_preview(sheet_id: str) -> Response:
    """Show what the list would change; nothing has changed yet."""
    file_name, sheet = _read(sheet_id)
    outcome, taken = Outcome.of(sheet), dict[str, int]()
    with reading() as session:
        for lines in in_batches(sheet.lines):
            outcome.add(plan_lines(session, lines, taken=taken))
    return render(
        "learner_import_preview.html",
        sheet_id=sheet_id,
        file_name=in_language(worded("pasted text")) if file_name == _PASTED else file_name,
        sheet=sheet,
        outcome=outcome,
        shown=SHOWN,
        current="learners",
    )


@blueprint.post("/admin/learners/import/<sheet_id>")
@needs("learner.change")
def learner_import_apply(sheet_id: str) -> Response:
    """Take in the good lines in batches, or leave the list; a second click finds it gone."""
    file_name, sheet = _read(sheet_id)
    if request.form.get("act") != "apply":
        transact(partial(drop_sheet, sheet_id=sheet_id))
        say(worded("Nothing was changed."), "info")
        return see_other(url_for("admin.learner_import"))
    actor, outcome, taken = current_actor(), Outcome.of(sheet), dict[str, int]()
    for lines in in_batches(sheet.lines):
        outcome.add(transact(partial(apply_lines, lines=lines, by=actor.name, taken=taken)))
    counts = {name: str(count) for name, count in outcome.counts().items()}
    transact(
        lambda session: write_audit(
            session, actor=actor, action="learner.imported", target=file_name, detail=counts
        )
    )
    transact(partial(drop_sheet, sheet_id=sheet_id))
    say(
        worded(
            "%(new)s new, %(changed)s changed, %(same)s the same as before.",
            new=format_count(outcome.new),
            changed=format_count(outcome.changed),
            same=format_count(outcome.same),
        )
    )
    if outcome.errors:
        say(
            worded_many(
                "%(num)s line was left out. Correct it and import the file again.",
                "%(num)s lines were left out. Correct them and import the file again.",
                len(outcome.errors),
                num=format_count(len(outcome.errors)),
            ),
            "warn",
        )
    return see_other(url_for("admin.learner_list"))


def _read(sheet_id: str) -> tuple[str, Sheet]:
    try:
        with reading() as session:
            file_name, data = read_stored(session, sheet_id)
    except UnknownSheet:
        abort(404, worded("There is no such list. It was taken in already, or is more than a day old."))
    return file_name, read_sheet(data)
