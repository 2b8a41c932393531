"""The organisation's settings: public URL and time zone."""

from __future__ import annotations

from flask import current_app, request, url_for
from werkzeug.wrappers import Response

from app.access.hosts import parse_host, parse_public_url
from app.admin.acts import organisation as acts
from app.admin.blueprint import blueprint
from app.admin.form_parts import text_of
from app.admin.forms import OrganisationForm
from app.admin.frame import current_actor, organisation, render, say, see_other
from app.admin.security import needs
from app.admin.summaries import is_demo_loaded
from app.db import reading, transact
from app.progress.presence import has_demo
from app.settings import settings_of
from app.words import worded


@blueprint.route("/admin/settings", methods=["GET", "POST"])
@needs("organisation.change")
def settings_page() -> Response:
    return organisation_page(in_wizard=False)


def organisation_page(*, in_wizard: bool) -> Response:
    """Show or take the public URL and time zone, as a page of its own or as the wizard's second step."""
    settings, choices = settings_of(current_app), organisation()
    form = OrganisationForm(obj=None if request.method == "POST" else _proposal())
    if settings.public_url:
        form.public_url.data = choices.public_url
    if settings.time_zone:
        form.time_zone.data = choices.time_zone
    must_ask = False
    if request.method == "POST" and form.validate():
        must_ask = _leads_elsewhere(text_of(form.public_url)) and not form.is_sure.data
        if not must_ask:
            return _save(form, in_wizard=in_wizard)
        form.is_sure.errors = [worded("Confirm the address, or correct it")]
    return render(
        "setup_address.html" if in_wizard else "settings.html",
        422 if request.method == "POST" else 200,
        form=form,
        settings=settings,
        seen_host=request.host,
        asks_to_confirm=must_ask or bool(form.is_sure.data),
        **_demo_state(),
        current="settings",
    )


class _Proposal:
    """What the form holds at first; a new server proposes the address it was reached under."""

    def __init__(self, public_url: str, time_zone: str) -> None:
        self.public_url = public_url
        self.time_zone = time_zone


def _proposal() -> _Proposal:
    choices = organisation()
    url = choices.public_url if choices.has_public_url else request.host_url.rstrip("/")
    return _Proposal(url, choices.time_zone)


def _leads_elsewhere(public_url: str) -> bool:
    """Tell whether the pages would no longer answer where this request came in."""
    choices = organisation()
    url, host = parse_public_url(public_url)
    if url == choices.public_url and choices.has_public_url:
        return False
    return not host.covers(parse_host(request.host), 443 if url.startswith("https:") else 80)


def _save(form: OrganisationForm, *, in_wizard: bool) -> Response:
    settings, actor = settings_of(current_app), current_actor()
    url, zone = text_of(form.public_url), form.time_zone.data
    after = transact(
        lambda session: acts.change_organisation(
            session, actor, settings, public_url=url, time_zone=zone, in_wizard=in_wizard
        )
    )
    path = url_for("admin.setup_integration" if in_wizard else "admin.settings_page")
    if not in_wizard:
        say(worded("The settings are saved."))
    # Under a new host the person signs in again: cookies belong to a host.
    return see_other(f"{after.public_url}{path}" if _leads_elsewhere(after.public_url) else path)


def _demo_state() -> dict[str, object]:
    with reading() as session:
        return {"has_demo": has_demo(session), "is_demo_loaded": is_demo_loaded(session)}
