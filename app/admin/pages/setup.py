"""First run: the owner's account, the public URL and time zone, the first integration. Then it is gone."""

from __future__ import annotations

from flask import abort, current_app, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from app.access.people import BadPassword, BadPerson, Person, has_owner
from app.access.setup_token import ensure_setup_token, is_setup_token
from app.admin.acts import people as acts, wizard
from app.admin.blueprint import blueprint
from app.admin.form_parts import text_of
from app.admin.forms import OwnerForm, TokenForm
from app.admin.frame import render, see_other
from app.admin.pages.integrations import new_integration_page
from app.admin.pages.settings import organisation_page
from app.admin.pages.sign_in import begin_sign_in
from app.admin.security import needs
from app.db import reading, transact
from app.settings import settings_of
from app.words import worded


@blueprint.route("/setup", methods=["GET", "POST"])
def setup() -> Response:
    """Make the owner's account for whoever holds the token; 404 once there is one."""
    with reading() as session:
        is_done, step = has_owner(session), wizard.find_step(session)
    if is_done:
        return _go_on(step)
    token = request.values.get("token", "").strip()
    if not _is_right(token):
        return _ask_for_token(token)
    form = OwnerForm()
    if request.method == "POST" and form.validate():
        someone = _add_owner(form)
        if someone is not None:
            begin_sign_in(someone)
            return see_other(url_for("admin.setup_address"))
    return render("setup_owner.html", 200 if request.method == "GET" else 422, form=form, token=token)


@blueprint.route("/setup/address", methods=["GET", "POST"])
@needs("organisation.change")
def setup_address() -> Response:
    _require(wizard.ADDRESS, wizard.INTEGRATION)
    return organisation_page(in_wizard=True)


@blueprint.route("/setup/integration", methods=["GET", "POST"])
@needs("integration.change")
def setup_integration() -> Response:
    _require(wizard.INTEGRATION)
    return new_integration_page(in_wizard=True)


@blueprint.post("/setup/skip")
@needs("organisation.change")
def setup_skip() -> Response:
    _require(wizard.ADDRESS, wizard.INTEGRATION)
    transact(wizard.finish)
    return see_other(url_for("admin.overview"))


def _require(*steps: str) -> None:
    with reading() as session:
        if wizard.find_step(session) not in steps:
            abort(404)


def _go_on(step: str | None) -> Response:
    if step is None or not current_user.is_authenticated:
        abort(404)
    return see_other(url_for(f"admin.setup_{step}"))


def _is_right(token: str) -> bool:
    with reading() as session:
        return bool(token) and is_setup_token(session, token)


def _ask_for_token(token: str) -> Response:
    """Answer 403 and say where the token stands; makes one when the server started without."""
    settings = settings_of(current_app)
    transact(lambda session: ensure_setup_token(session, settings))
    form = TokenForm(formdata=None)
    if token:
        form.token.errors = [worded("This is not the setup token of this server")]
    return render("setup_token.html", 403, form=form)


def _add_owner(form: OwnerForm) -> Person | None:
    settings, address = settings_of(current_app), request.remote_addr
    name, email, password = text_of(form.name), text_of(form.email), text_of(form.password)
    try:
        person = transact(
            lambda session: acts.found_organisation(
                session, settings, email=email, name=name, password=password, address=address
            )
        )
    except BadPassword as error:
        form.password.errors = [str(error)]
        return None
    except BadPerson as error:
        form[error.field].errors = [str(error)]
        return None
    if person is None:
        abort(404)
    return person
