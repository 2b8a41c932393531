"""Who a learner is: identities added and taken out, two learners merged, a merge undone."""

from __future__ import annotations

from functools import partial

from flask import abort, request, url_for
from werkzeug.wrappers import Response

from app.admin.acts import identities as acts
from app.admin.blueprint import blueprint
from app.admin.form_parts import sentence, text_of
from app.admin.forms import IdentityForm
from app.admin.frame import current_actor, render, say, see_other
from app.admin.listing import is_id, read_listing
from app.admin.merge_preview import preview_merge
from app.admin.security import needs
from app.db import reading, transact
from app.learners.listing import list_learners
from app.learners.merging import TakenIdentity, UnknownMerge, list_merges
from app.learners.service import get_learner, list_identities
from app.learners.unmatched import list_suggestions
from app.learners.values import BadLearner, IdentityKind, Learner, UnknownLearner
from app.words import worded

FOUND_SHOWN = 20
_HIGHEST_ID = 2**63 - 1


@blueprint.route("/admin/learners/<learner_id>/identities", methods=["GET", "POST"])
@needs("identity.change")
def learner_identities(learner_id: str) -> Response:
    """Show a learner's identities and merges; a POST adds an identity."""
    learner = find_or_404(learner_id)
    form = IdentityForm()
    other: Learner | None = None
    if request.method == "POST" and form.validate():
        kind = IdentityKind(form.kind.data)
        try:
            add = partial(acts.add_identity, learner_id=learner.id, kind=kind, value=text_of(form.value))
            transact(lambda session: add(session, current_actor()))
        except TakenIdentity as error:
            other = error.other
            form.value.errors = [worded("This means another learner so far: %(name)s", name=other.name)]
        except BadLearner as error:
            form.value.errors = [sentence(str(error))]
        else:
            say(worded("Added. Messages that name it count for this learner."))
            return see_other(url_for("admin.learner_identities", learner_id=learner.id))
    with reading() as session:
        identities, merges = list_identities(session, learner.id), list_merges(session, learner.id)
    return render(
        "learner_identities.html",
        422 if form.errors else 200,
        learner=learner,
        identities=identities,
        merges=merges,
        form=form,
        other=other,
        current="learners",
    )


@blueprint.post("/admin/learners/<learner_id>/split")
@needs("identity.change")
def learner_split(learner_id: str) -> Response:
    """Take the ticked identities out, to a learner of their own."""
    ids = [int(each) for each in request.form.getlist("identity") if each.isascii() and each.isdigit()]
    back = url_for("admin.learner_identities", learner_id=learner_id)
    if not ids or max(ids) > _HIGHEST_ID:
        say(worded("Tick the identities that belong to somebody else."), "warn")
        return see_other(back)
    try:
        made = transact(lambda session: acts.split(session, current_actor(), learner_id, ids))
    except UnknownLearner:
        abort(404, worded("There is no such learner."))
    except BadLearner as error:
        say(sentence(str(error)) + ".", "bad")
        return see_other(back)
    say(
        worded(
            "%(name)s is a learner of their own now, with all that was reported under these identities.",
            name=made.name,
        )
    )
    return see_other(url_for("admin.learner_detail", learner_id=made.id))


@blueprint.route("/admin/learners/<learner_id>/merge", methods=["GET", "POST"])
@needs("identity.change")
def learner_merge(learner_id: str) -> Response:
    """Choose with whom to merge a learner (`?q=`), see what would change (`?with=`), and do it by POST."""
    learner = find_or_404(learner_id)
    if request.method == "POST":
        return _merge(learner)
    listing, wanted = read_listing(request.args), request.args.get("with", "")
    if is_id(wanted):
        other = find_or_404(wanted)
        if other.id != learner.id:
            with reading() as session:
                preview = preview_merge(session, learner, other)
            return render("learner_merge_preview.html", preview=preview, learner=learner, current="learners")
    with reading() as session:
        found = list_learners(session, text=listing.text, limit=FOUND_SHOWN + 1) if listing.text else []
        suggestions = list_suggestions(session, learner)
    return render(
        "learner_merge.html",
        learner=learner,
        listing=listing,
        found=[each for each in found if each.id != learner.id][:FOUND_SHOWN],
        has_more=len(found) > FOUND_SHOWN,
        suggestions=suggestions,
        current="learners",
    )


@blueprint.post("/admin/merges/<merge_id>/undo")
@needs("identity.change")
def merge_undo(merge_id: str) -> Response:
    """Make two learners of them again."""
    try:
        back = transact(lambda session: acts.undo(session, current_actor(), merge_id))
    except UnknownMerge:
        abort(404, worded("There is no such merge."))
    except BadLearner as error:
        say(sentence(str(error)) + ".", "bad")
        return see_other(url_for("admin.learner_list"))
    say(worded("%(name)s is a learner of their own again, with everything that was theirs.", name=back.name))
    return see_other(url_for("admin.learner_detail", learner_id=back.id))


def find_or_404(learner_id: str) -> Learner:
    """Return the learner; the id of one who was merged gives the other."""
    try:
        with reading() as session:
            return get_learner(session, learner_id)
    except UnknownLearner:
        abort(404, worded("There is no such learner."))


def _merge(learner: Learner) -> Response:
    keep = request.form.get("keep", "")
    two = {request.form.get("one", ""), request.form.get("two", "")}
    if keep not in two or learner.id not in two or len(two) != 2 or not all(map(is_id, two)):
        abort(400, worded("The form names other learners than the page."))
    [other] = two - {keep}
    try:
        kept = transact(lambda session: acts.merge(session, current_actor(), keep, other))
    except (BadLearner, UnknownLearner) as error:
        say(sentence(str(error)) + ".", "bad")
        return see_other(url_for("admin.learner_merge", learner_id=learner.id))
    say(worded("Everything is with %(name)s now. You can undo this under Identities.", name=kept.name))
    return see_other(url_for("admin.learner_detail", learner_id=kept.id))
