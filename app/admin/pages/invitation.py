"""The page behind a link that an owner made: take an account, or set a new password."""

from __future__ import annotations

from flask import request, url_for
from werkzeug.wrappers import Response

from app.access.accounts import find_by_link
from app.access.people import BadPassword, BadPerson, Person
from app.admin.acts import users as acts
from app.admin.blueprint import blueprint
from app.admin.form_parts import text_of
from app.admin.forms import NewPasswordForm
from app.admin.frame import render, see_other
from app.admin.pages.sign_in import begin_sign_in
from app.db import reading, transact
from app.words import worded


@blueprint.route("/invitation", methods=["GET", "POST"])
def invitation() -> Response:
    """Ask for a name and a password; whoever holds the link is the person it was made for."""
    token = request.values.get("token", "").strip()
    with reading() as session:
        someone = find_by_link(session, token)
    if someone is None:
        return render("invitation_over.html", 404)
    form = NewPasswordForm()
    if request.method == "POST" and form.validate():
        taken = _take(form, token, someone)
        if taken is not None:
            begin_sign_in(taken)
            return see_other(url_for("admin.overview"))
    status = 422 if request.method == "POST" else 200
    return render("invitation.html", status, form=form, token=token, someone=someone)


def _take(form: NewPasswordForm, token: str, someone: Person) -> Person | None:
    name = text_of(form.name) if someone.is_invited else None
    try:
        taken = transact(
            lambda session: acts.use_link(
                session, request.remote_addr, token, password=text_of(form.password), name=name
            )
        )
    except BadPassword as error:
        form.password.errors = [str(error)]
        return None
    except BadPerson as error:
        form.name.errors = [str(error)]
        return None
    if taken is None:
        form.password.errors = [worded("The link has been used meanwhile")]
    return taken
