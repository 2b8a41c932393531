"""What can be done to a destination: a test, pause and resume, a new secret, how an LMS is told, delete."""

from __future__ import annotations

from flask import abort, current_app, request, url_for
from werkzeug.wrappers import Response

from app.admin.acts import delivery as acts
from app.admin.blueprint import blueprint
from app.admin.delivery_forms import WITH_RANGE, LmsForm
from app.admin.form_parts import sentence
from app.admin.frame import current_actor, render, say, see_other
from app.admin.pages.destinations import destination_page, find_destination_or_404, test_now
from app.admin.security import needs
from app.admin.summaries import COUNT_CAP
from app.db import reading, transact
from app.delivery import queries
from app.delivery.destinations import BadDestination
from app.settings import settings_of
from app.words import worded


@blueprint.post("/admin/destinations/<destination_id>/test")
@needs("destination.change")
def destination_test(destination_id: str) -> Response:
    """Send a test message and show the request and the reply."""
    destination = find_destination_or_404(destination_id)
    try:
        result = test_now(destination)
    except BadDestination as error:
        abort(400, sentence(str(error)) + ".")
    return destination_page(destination_id, result=result)


@blueprint.post("/admin/destinations/<destination_id>/pause")
@needs("destination.change")
def destination_pause(destination_id: str) -> Response:
    return _set_live(destination_id, is_live=False)


@blueprint.post("/admin/destinations/<destination_id>/resume")
@needs("destination.change")
def destination_resume(destination_id: str) -> Response:
    """Let a destination go on that was paused, switched off by a 410, or left alone for a while."""
    return _set_live(destination_id, is_live=True)


@blueprint.post("/admin/destinations/<destination_id>/rotate")
@needs("destination.change")
def destination_rotate(destination_id: str) -> Response:
    """Make a new signing secret; it is shown in this reply and never again."""
    find_destination_or_404(destination_id)
    actor, settings = current_actor(), settings_of(current_app)
    try:
        secret = transact(lambda session: acts.rotate_secret(session, actor, settings, destination_id))
    except BadDestination as error:
        abort(400, sentence(str(error)) + ".")
    return destination_page(destination_id, secret=secret)


@blueprint.post("/admin/destinations/<destination_id>/lms")
@needs("destination.change")
def destination_lms(destination_id: str) -> Response:
    """Choose how an LMS is told time and score."""
    find_destination_or_404(destination_id)
    form, actor = LmsForm(), current_actor()
    if not form.validate():
        return destination_page(destination_id, form=form)
    try:
        transact(
            lambda session: acts.change_lms(
                session,
                actor,
                destination_id,
                time_mode=form.time_mode.data,
                has_range=form.score.data == WITH_RANGE,
            )
        )
    except BadDestination as error:
        abort(400, sentence(str(error)) + ".")
    say(worded("The choice is saved; it holds from the next message on."))
    return see_other(_address(destination_id))


@blueprint.route("/admin/destinations/<destination_id>/delete", methods=["GET", "POST"])
@needs("destination.change")
def destination_delete(destination_id: str) -> Response:
    """Say what is lost, then delete."""
    destination = find_destination_or_404(destination_id)
    if request.method == "POST":
        actor = current_actor()
        transact(lambda session: acts.delete_destination(session, actor, destination_id))
        say(worded("The destination %(name)s is deleted.", name=destination.name))
        return see_other(url_for("admin.destination_list"))
    with reading() as session:
        counts = queries.count_states(session, destination_id=destination_id, most=COUNT_CAP + 1)
    return render("destination_delete.html", destination=destination, counts=counts, current="destinations")


def _set_live(destination_id: str, *, is_live: bool) -> Response:
    find_destination_or_404(destination_id)
    actor = current_actor()
    changed = transact(lambda session: acts.set_live(session, actor, destination_id, is_live=is_live))
    if is_live:
        say(worded("%(name)s is on: what waited is sent from now on.", name=changed.name))
    else:
        say(worded("%(name)s is paused. What is due is kept until you resume it.", name=changed.name))
    return see_other(_address(destination_id))


def _address(destination_id: str) -> str:
    return url_for("admin.destination_detail", destination_id=destination_id)
