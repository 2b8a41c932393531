"""Deliveries: the list, one with its tries, sending again and holding back."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from flask import abort, request, url_for
from werkzeug.wrappers import Response

from app import clock
from app.admin.acts import delivery as acts
from app.admin.blueprint import blueprint
from app.admin.delivery_forms import ReplayForm
from app.admin.delivery_view import MOST_TRIES, describe_try, show_deliveries, show_delivery
from app.admin.frame import current_actor, organisation, render, say, see_other
from app.admin.pages.destinations import find_destination_or_404
from app.admin.security import needs
from app.admin.summaries import COUNT_CAP
from app.db import reading, transact
from app.delivery import queries
from app.delivery.destinations import Destination, UnknownDestination, get_destination, list_destinations
from app.delivery.queries import PAGE, STATES, CannotHold, Delivery, UnknownDelivery
from app.learners.service import get_learner
from app.learners.values import UnknownLearner
from app.words import Words, worded, worded_many

_HIGHEST_ID = 2**63 - 1


@blueprint.get("/admin/deliveries")
@needs("delivery.read")
def delivery_list() -> Response:
    """List deliveries, newest first; `?state=`, `?destination=` and `?learner=` narrow the list."""
    here, before = _read_filter(), request.args.get("before", type=int)
    if before is not None and not 0 < before <= _HIGHEST_ID:
        before = None
    destination_id, learner_id = here["destination"], here["learner"]
    with reading() as session:
        found = queries.list_deliveries(
            session,
            state=here["state"],
            destination_id=destination_id,
            learner_id=learner_id,
            before=before,
            limit=PAGE + 1,
        )
        counts = queries.count_states(
            session, destination_id=destination_id, learner_id=learner_id, most=COUNT_CAP + 1
        )
        destinations = {each.id: each for each in list_destinations(session)}
    return render(
        "deliveries.html",
        shown=show_deliveries(found[:PAGE], destinations),
        here=here,
        counts=counts,
        destinations=destinations,
        learner_name=_learner_name(here["learner"]),
        older=_list_address(here, before=found[PAGE - 1].id) if found[PAGE:] else None,
        newest=_list_address(here) if before is not None else None,
        most_tries=MOST_TRIES,
        current="deliveries",
    )


@blueprint.get("/admin/deliveries/<delivery_id>")
@needs("delivery.read")
def delivery_detail(delivery_id: str) -> Response:
    """Show a delivery with every try."""
    delivery = _find_or_404(delivery_id)
    with reading() as session:
        destination = get_destination(session, delivery.destination_id)
        tries = queries.list_tries(session, delivery.id)
    return render(
        "delivery.html",
        shown=show_delivery(delivery, destination, now=clock.now()),
        delivery=delivery,
        destination=destination,
        tries=tries,
        describe_try=describe_try,
        most_tries=MOST_TRIES,
        current="deliveries",
    )


@blueprint.post("/admin/deliveries/<delivery_id>/retry")
@needs("delivery.change")
def delivery_retry(delivery_id: str) -> Response:
    """Let a delivery be due now, from the beginning of its plan."""
    delivery, actor = _find_or_404(delivery_id), current_actor()
    transact(lambda session: acts.retry(session, actor, delivery.id))
    destination = find_destination_or_404(delivery.destination_id)
    say(_with_hold(worded("It is sent to %(name)s now.", name=destination.name), destination))
    return see_other(url_for("admin.delivery_detail", delivery_id=delivery_id))


@blueprint.post("/admin/deliveries/<delivery_id>/hold")
@needs("delivery.change")
def delivery_hold(delivery_id: str) -> Response:
    """Keep a delivery that waits from being sent until somebody releases it."""
    return _set_held(delivery_id, is_held=True)


@blueprint.post("/admin/deliveries/<delivery_id>/release")
@needs("delivery.change")
def delivery_release(delivery_id: str) -> Response:
    """Let a delivery that was held be due now."""
    return _set_held(delivery_id, is_held=False)


@blueprint.post("/admin/deliveries/retry")
@needs("delivery.change")
def deliveries_retry() -> Response:
    """Let everything that failed be due now, of one destination or of all."""
    destination_id, actor = request.form.get("destination") or None, current_actor()
    target = find_destination_or_404(destination_id).name if destination_id else "all destinations"
    count = transact(lambda session: acts.retry_failed(session, actor, destination_id, target))
    say(worded_many("%(num)s delivery is tried again now.", "%(num)s deliveries are tried again now.", count))
    return see_other(url_for("admin.delivery_list", destination=destination_id))


@blueprint.route("/admin/deliveries/replay", methods=["GET", "POST"])
@needs("delivery.change")
def deliveries_replay() -> Response:
    """Send again what a destination got since a moment; a GET with both says first how much that is."""
    is_asked = request.method == "POST" or bool(request.args.get("since"))
    form = ReplayForm(request.values if is_asked else None, meta={"csrf": False})
    with reading() as session:
        names = {each.id: each.name for each in list_destinations(session)}
    form.destination.choices = names
    if not is_asked:
        form.destination.data = request.args.get("destination")
    count = since = None
    if is_asked and form.validate():
        since, chosen = form.moment(ZoneInfo(organisation().time_zone)), form.destination.data
        if request.method == "POST":
            actor = current_actor()
            sent = transact(lambda session: acts.replay(session, actor, chosen, since=since))
            words = worded_many(
                "%(num)s delivery is sent again now.", "%(num)s deliveries are sent again now.", sent
            )
            say(_with_hold(words, find_destination_or_404(chosen)))
            return see_other(url_for("admin.delivery_list", destination=chosen))
        with reading() as session:
            count = queries.count_replay(session, destination_id=chosen, since=since)
    status = 422 if form.errors else 200
    return render(
        "replay.html", status, form=form, names=names, count=count, since=since, current="deliveries"
    )


def _set_held(delivery_id: str, *, is_held: bool) -> Response:
    delivery, actor = _find_or_404(delivery_id), current_actor()
    try:
        transact(lambda session: acts.set_held(session, actor, delivery.id, is_held=is_held))
    except CannotHold:
        say(worded("It was not waiting any more: see below what became of it."), "info")
    else:
        if is_held:
            say(worded("It is held: nothing is sent until you release it."))
        else:
            destination = find_destination_or_404(delivery.destination_id)
            say(_with_hold(worded("It is sent to %(name)s now.", name=destination.name), destination))
    return see_other(url_for("admin.delivery_detail", delivery_id=delivery_id))


def _read_filter() -> dict[str, str | None]:
    state = request.args.get("state")
    return {
        "state": state if state in STATES else None,
        "destination": _read_id("destination"),
        "learner": _read_id("learner"),
    }


def _read_id(name: str) -> str | None:
    """Read an id from the address; what cannot be one is left out."""
    value = request.args.get(name) or ""
    return value if value.isascii() and value.isalnum() and len(value) <= 18 else None


def _list_address(here: dict[str, str | None], **more: int) -> str:
    return url_for("admin.delivery_list", **{**here, **more})  # type: ignore[arg-type]  # url_for drops None


def _learner_name(learner_id: str | None) -> str | None:
    """Return the name behind the id in the filter; an id nobody has stands for itself."""
    if learner_id is None:
        return None
    try:
        with reading() as session:
            return get_learner(session, learner_id).name
    except UnknownLearner:
        return learner_id


def _find_or_404(text: str) -> Delivery:
    number = int(text) if text.isdecimal() else _HIGHEST_ID
    try:
        with reading() as session:
            return queries.get_delivery(session, min(number, _HIGHEST_ID - 1))
    except (UnknownDelivery, UnknownDestination):
        abort(404, worded("There is no such delivery; it may have been deleted with its destination."))


def _with_hold(words: Words, destination: Destination) -> Words:
    """Add that a destination that is off gets nothing for now."""
    if destination.state == "live":
        return words
    hold = worded("%(name)s is switched off just now: it waits until you resume it.", name=destination.name)
    return worded("%(sentence)s %(more)s", sentence=words, more=hold)
