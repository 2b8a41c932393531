"""One's own account: password and theme."""

from __future__ import annotations

from flask import request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from app.access.people import BadPassword, check_password
from app.access.person_sessions import count_sessions
from app.admin.acts import people as acts
from app.admin.blueprint import blueprint
from app.admin.form_parts import text_of
from app.admin.forms import PasswordForm
from app.admin.frame import (
    THEME_COOKIE,
    THEMES,
    current_actor,
    is_https,
    person,
    render,
    safe_next,
    say,
    see_other,
)
from app.admin.security import needs
from app.db import reading, transact

A_YEAR_SECONDS = 365 * 24 * 3600


@blueprint.route("/admin/account", methods=["GET", "POST"])
@needs("account.change")
def account() -> Response:
    form = PasswordForm()
    if request.method == "POST" and form.validate() and _change_password(form):
        say("Your password is changed. Everywhere else you are signed out.")
        return see_other(url_for("admin.account"))
    with reading() as session:
        sessions = count_sessions(session, person().id)
    status = 422 if request.method == "POST" else 200
    return render("account.html", status, form=form, sessions=sessions, current="account")


@blueprint.post("/admin/theme")
def choose_theme() -> Response:
    """Keep the theme in a cookie of its own, which pages before sign-in read too."""
    reply = see_other(safe_next(request.form.get("next"), url_for("admin.overview")))
    value = request.form.get("theme")
    if value in THEMES:
        reply.set_cookie(
            THEME_COOKIE, value, max_age=A_YEAR_SECONDS, secure=is_https(), httponly=True, samesite="Lax"
        )
    return reply


def _change_password(form: PasswordForm) -> bool:
    me, token, actor = person(), current_user.token, current_actor()
    with reading() as session:
        is_me = check_password(session, email=me.email, password=text_of(form.current)) is not None
    if not is_me:
        form.current.errors = ["This is not your current password"]
        return False
    try:
        transact(
            lambda session: acts.set_own_password(
                session, actor, me, password=text_of(form.password), token=token
            )
        )
    except BadPassword as error:
        form.password.errors = [str(error)]
        return False
    return True
