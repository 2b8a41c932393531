"""Destinations: the list, a new one, its page, and changing it."""

from __future__ import annotations

from collections.abc import Sequence

from flask import abort, current_app, request, url_for
from werkzeug.wrappers import Response

from app.admin.acts import delivery as acts
from app.admin.blueprint import blueprint
from app.admin.delivery_forms import ALONE, BASIC, OAUTH2, WITH_RANGE, DestinationForm, LmsForm
from app.admin.delivery_view import (
    describe_destination,
    list_integration_names,
    read_line,
    show_deliveries,
)
from app.admin.form_parts import sentence, text_of
from app.admin.frame import current_actor, render, say, see_other
from app.admin.open_forms import new_form_id, spend_form_id
from app.admin.security import needs
from app.db import reading, transact
from app.delivery import queries
from app.delivery.destinations import (
    KINDS,
    TIME_MODES,
    BadDestination,
    Destination,
    UnknownDestination,
    get_destination,
    list_destinations,
    send_test,
    write_test,
)
from app.delivery.events import EVENTS
from app.delivery.lanes import Result
from app.delivery.letter import CannotWrite
from app.delivery.queue import LMS, LRS, WEBHOOK
from app.delivery.verdicts import Fate, Verdict
from app.settings import settings_of
from app.words import worded

DELIVERIES_SHOWN = 8
_ALL = ""


@blueprint.get("/admin/destinations")
@needs("destination.read")
def destination_list() -> Response:
    with reading() as session:
        lines = [read_line(session, each) for each in list_destinations(session)]
        names = list_integration_names(session)
    return render(
        "destinations.html",
        lines=lines,
        names=names,
        kinds=KINDS,
        describe=describe_destination,
        current="destinations",
    )


@blueprint.route("/admin/destinations/new", methods=["GET", "POST"])
@needs("destination.change")
def new_destination() -> Response:
    """Show or take the form for a new destination; `then=test` sends a test as soon as it is kept."""
    kind = request.args.get("kind")
    form = DestinationForm(data={"kind": kind if kind in (WEBHOOK, LRS) else WEBHOOK})
    _offer_integrations(form)
    if request.method == "POST" and form.validate():
        if not spend_form_id(form.form_id.data):
            say(worded("This form was sent before; here is what came of it."), "info")
            return see_other(url_for("admin.destination_list"))
        try:
            made, secret = _add(form)
        except BadDestination as error:
            _blame(form, error)
        else:
            result = test_now(made) if request.form.get("then") == "test" else None
            return destination_page(made.id, secret=secret, result=result)
    status = 422 if request.method == "POST" else 200
    return render(
        "destination_new.html",
        status,
        form=form,
        form_id=new_form_id(),
        events=EVENTS,
        current="destinations",
    )


@blueprint.get("/admin/destinations/<destination_id>")
@needs("destination.read")
def destination_detail(destination_id: str) -> Response:
    return destination_page(destination_id)


@blueprint.route("/admin/destinations/<destination_id>/edit", methods=["GET", "POST"])
@needs("destination.change")
def destination_edit(destination_id: str) -> Response:
    destination = find_destination_or_404(destination_id)
    if destination.kind == LMS:
        abort(404, worded("What is known of an LMS comes from its launches; there is nothing to edit."))
    form = DestinationForm(data=_form_values(destination))
    form.kind.data = destination.kind
    _offer_integrations(form)
    if request.method == "POST" and form.validate() and _save(destination, form):
        if request.form.get("then") == "test":
            return destination_page(destination_id, result=test_now(destination))
        say(worded("The destination is saved."))
        return see_other(url_for("admin.destination_detail", destination_id=destination_id))
    status = 422 if request.method == "POST" else 200
    return render(
        "destination_edit.html",
        status,
        form=form,
        destination=destination,
        events=EVENTS,
        current="destinations",
    )


def destination_page(
    destination_id: str,
    *,
    secret: str | None = None,
    result: Result | None = None,
    form: LmsForm | None = None,
) -> Response:
    """Show a destination; `secret` is shown this once, `result` is what came of a test just now."""
    destination = find_destination_or_404(destination_id)
    with reading() as session:
        line = read_line(session, destination)
        newest = queries.list_deliveries(session, destination_id=destination_id, limit=DELIVERIES_SHOWN)
        names = list_integration_names(session)
    return render(
        "destination.html",
        422 if form and form.errors else 200,
        destination=destination,
        line=line,
        badge=describe_destination(destination),
        shown=show_deliveries(newest, {destination.id: destination}),
        names=names,
        kinds=KINDS,
        events=EVENTS,
        secret=secret,
        result=result,
        is_good=result is not None and result.verdict.fate is Fate.DELIVERED,
        trouble=sentence(result.verdict.reason) if result else "",
        form=form or LmsForm(data=_lms_values(destination)),
        address=url_for("admin.destination_detail", destination_id=destination_id),
        current="destinations",
    )


def find_destination_or_404(destination_id: str) -> Destination:
    try:
        with reading() as session:
            return get_destination(session, destination_id)
    except UnknownDestination:
        abort(404, worded("There is no such destination; it may have been deleted."))


def test_now(destination: Destination) -> Result:
    """Send a test message, outside of any transaction, and note it. Raises BadDestination for an LMS."""
    actor = current_actor()
    try:
        with reading() as session:
            letter = write_test(session, settings_of(current_app), destination.id)
        result = send_test(letter)
    except CannotWrite as error:
        result = Result(Verdict(Fate.DEAD, error.code, error.sentence))
    is_good = result.verdict.fate is Fate.DELIVERED
    transact(lambda session: acts.note_test(session, actor, destination.name, is_good=is_good))
    return result


def _offer_integrations(form: DestinationForm) -> None:
    with reading() as session:
        form.integration.choices = {_ALL: worded("All integrations"), **list_integration_names(session)}


def _add(form: DestinationForm) -> tuple[Destination, str | None]:
    actor, settings = current_actor(), settings_of(current_app)
    name, url, integration_id = text_of(form.name), text_of(form.url), form.integration.data or None
    if form.kind.data == LRS:
        made = transact(
            lambda session: acts.add_store(
                session,
                actor,
                settings,
                name=name,
                url=url,
                access=form.access,
                integration_id=integration_id,
            )
        )
        return made, None
    events: Sequence[str] = form.events.data or ()
    return transact(
        lambda session: acts.add_webhook(
            session, actor, settings, name=name, url=url, events=events, integration_id=integration_id
        )
    )


def _save(destination: Destination, form: DestinationForm) -> bool:
    actor, settings = current_actor(), settings_of(current_app)
    try:
        transact(
            lambda session: acts.change_destination(
                session,
                actor,
                settings,
                destination.id,
                name=text_of(form.name),
                url=text_of(form.url),
                integration_id=form.integration.data or None,
                events=form.events.data or (),
                access=form.access if destination.kind == LRS else None,
            )
        )
    except BadDestination as error:
        _blame(form, error)
        return False
    return True


def _form_values(destination: Destination) -> dict[str, object]:
    chosen = destination.options
    return {
        "name": destination.name,
        "url": destination.url,
        "events": [event for event in EVENTS if event in destination.events],
        "integration": destination.integration_id or _ALL,
        "auth": OAUTH2 if chosen.get("auth") == OAUTH2 else BASIC,
        "user": chosen.get("user", ""),
        "token_url": chosen.get("token_url", ""),
        "scope": chosen.get("scope", ""),
    }


def _lms_values(destination: Destination) -> dict[str, str]:
    chosen = destination.options
    return {
        "time_mode": chosen.get("time_mode", TIME_MODES[0]),
        "score": WITH_RANGE if chosen.get("score_range", True) else ALONE,
    }


def _blame(form: DestinationForm, error: BadDestination) -> None:
    form[error.field].errors = [sentence(str(error))]
