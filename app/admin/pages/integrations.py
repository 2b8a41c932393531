"""Integrations: the list, a new one, and its page with checklist, values to paste and recent messages."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from flask import abort, request, url_for
from werkzeug.wrappers import Response

from app import clock
from app.access.credentials import list_credentials
from app.access.integrations import (
    BadIntegration,
    Integration,
    Kind,
    UnknownIntegration,
    UserType,
    get_integration,
    list_integrations,
)
from app.admin.acts import integrations as acts
from app.admin.blueprint import blueprint
from app.admin.events import to_events
from app.admin.form_parts import sentence, text_of
from app.admin.forms import IntegrationForm
from app.admin.frame import current_actor, organisation, render, say, see_other
from app.admin.open_forms import new_form_id, spend_form_id
from app.admin.security import needs
from app.admin.summaries import read_health
from app.db import reading, transact
from app.inspector.checking import Check, State
from app.inspector.doctor import look_over
from app.inspector.exchanges import list_exchanges
from app.inspector.hosts import list_seen_hosts, list_stray_hosts
from app.inspector.lms_hosts import list_refused_lmss
from app.inspector.naming import find_naming_change
from app.words import worded

KIND_NAMES = {
    Kind.LINKEDIN_LEARNING: "LinkedIn Learning",
    Kind.AICC: worded("AICC content"),
    Kind.XAPI: worded("xAPI content"),
}


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the checklist: it turns green because a message was seen, never by a click."""

    name: str
    text: str
    seen_at: datetime | None


@blueprint.get("/admin/integrations")
@needs("integration.read")
def integration_list() -> Response:
    with reading() as session:
        integrations = list_integrations(session)
        health = read_health(session, integrations, now=clock.now())
        channels = {i.id: acts.find_channels(session, i) for i in integrations}
    steps = {i.id: steps_of(i, channels[i.id]) for i in integrations}
    return render(
        "integrations.html",
        integrations=integrations,
        health=health,
        steps=steps,
        kind_names=KIND_NAMES,
        current="integrations",
    )


@blueprint.route("/admin/integrations/new", methods=["GET", "POST"])
@needs("integration.change")
def new_integration() -> Response:
    return new_integration_page(in_wizard=False)


def new_integration_page(*, in_wizard: bool) -> Response:
    """Show or take the form for a new integration, as a page of its own or as the wizard's last step."""
    form = IntegrationForm()
    if request.method == "POST" and form.validate():
        if not spend_form_id(form.form_id.data):
            say(worded("This form was sent before; here is what came of it."), "info")
            return see_other(url_for("admin.integration_list"))
        try:
            added = _add(form)
        except BadIntegration as error:
            form.name.errors = [sentence(str(error))]
        else:
            return integration_page(added.integration.id, new_credential=added.credential)
    return render(
        "setup_integration.html" if in_wizard else "integration_new.html",
        422 if request.method == "POST" else 200,
        form=form,
        form_id=new_form_id(),
        current="integrations",
    )


@blueprint.get("/admin/integrations/<integration_id>")
@needs("integration.read")
def integration_detail(integration_id: str) -> Response:
    return integration_page(integration_id)


@blueprint.get("/admin/integrations/<integration_id>/checklist")
@needs("integration.read")
def integration_checklist(integration_id: str) -> Response:
    """Give the checklist and the newest messages as a fragment that the page asks for again and again."""
    reply = render("integration_live.html", **_live_values(find_or_404(integration_id)))
    reply.headers["ETag"] = f'"{_etag_of(reply.get_data())}"'
    reply.headers["Cache-Control"] = "private, no-cache"
    return reply.make_conditional(request)


def integration_page(integration_id: str, *, new_credential: object = None) -> Response:
    """Show an integration; `new_credential` holds a secret that is shown this once."""
    integration = find_or_404(integration_id)
    with reading() as session:
        credentials = [one for one in list_credentials(session, integration_id) if not one.is_demo]
        seen_hosts = list_seen_hosts(session, organisation(), integration)
        stray_hosts = list_stray_hosts(session, organisation())
        refused_lmss = list_refused_lmss(session, integration)
        naming = find_naming_change(session, integration)
    now = clock.now()
    live = _live_values(integration)
    fragment = render("integration_live.html", **live)
    address = url_for("admin.integration_detail", integration_id=integration_id)
    return render(
        "integration.html",
        **live,
        etag=_etag_of(fragment.get_data()),
        address=address,
        live_credentials=[one for one in credentials if one.is_live(now)],
        ended_credentials=[one for one in credentials if not one.is_live(now)],
        new_credential=new_credential,
        seen_hosts=seen_hosts,
        stray_hosts=stray_hosts,
        refused_lmss=refused_lmss,
        naming=naming,
        # A secret is shown this once, and nothing may come between.
        worth_a_look=[] if new_credential or integration.is_demo else _look_over(integration),
        kind_names=KIND_NAMES,
        current="integrations",
    )


def _look_over(integration: Integration) -> list[Check]:
    """List what the doctor would say of it, but for what takes long to find."""
    with reading() as session:
        checks = look_over(session, integration, has_networks=False)
        return [check for check in checks if check.state is not State.OK]


def find_or_404(integration_id: str) -> Integration:
    try:
        with reading() as session:
            return get_integration(session, integration_id)
    except UnknownIntegration:
        abort(404, worded("There is no such integration; it may have been deleted."))


def steps_of(integration: Integration, channels: str) -> list[Step]:
    """Return the checklist of an integration, in the order in which messages usually come."""
    wanted = {acts.XAPI: _XAPI_STEPS, acts.AICC: _AICC_STEPS}.get(channels, (*_XAPI_STEPS, *_AICC_STEPS))
    return [Step(name, text, getattr(integration, milestone)) for milestone, name, text in wanted]


_XAPI_STEPS = (
    (
        "first_token_at",
        worded("First token request"),
        worded("The other side asks for an access token with its client ID and secret."),
    ),
    (
        "first_statement_at",
        worded("First statement"),
        worded("A learner watched something, and it was reported over xAPI."),
    ),
)
_AICC_STEPS = (
    (
        "first_getparam_at",
        worded("First GetParam"),
        worded("A course was opened from a launch link, and asked where the learner left off."),
    ),
    ("first_putparam_at", worded("First PutParam"), worded("The course reported progress over AICC.")),
)


def _live_values(integration: Integration) -> dict[str, object]:
    with reading() as session:
        channels = acts.find_channels(session, integration)
        health = read_health(session, [integration], now=clock.now())[integration.id]
        events = to_events(list_exchanges(session, integration_id=integration.id, limit=8))
    return {
        "integration": integration,
        "channels": channels,
        "steps": steps_of(integration, channels),
        "health": health,
        "events": events,
        "organisation": organisation(),
    }


def _add(form: IntegrationForm) -> acts.Added:
    actor, choices = current_actor(), organisation()
    kind = Kind(form.kind.data)
    user_type = UserType(form.user_type.data) if kind is Kind.LINKEDIN_LEARNING else None
    name, channels = text_of(form.name), form.channels.data
    return transact(
        lambda session: acts.add_integration(
            session, actor, choices, kind=kind, channels=channels, name=name, user_type=user_type
        )
    )


def _etag_of(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()[:24]
