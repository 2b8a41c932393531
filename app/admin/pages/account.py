"""One's own account: password, sessions and theme."""

from __future__ import annotations

from flask import request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from app.access.people import BadPassword, check_password
from app.access.person_sessions import list_person_sessions
from app.admin.acts import people as acts, users as user_acts
from app.admin.blueprint import blueprint
from app.admin.browsers import describe_browser
from app.admin.form_parts import text_of
from app.admin.forms import PasswordForm
from app.admin.frame import (
    KEYS_COOKIE,
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
from app.languages import LANGUAGE_COOKIE, LANGUAGES
from app.words import worded

A_YEAR_SECONDS = 365 * 24 * 3600


@blueprint.route("/admin/account", methods=["GET", "POST"])
@needs("account.change")
def account() -> Response:
    form = PasswordForm()
    if request.method == "POST" and form.validate() and _change_password(form):
        say(worded("Your password is changed. Everywhere else you are signed out."))
        return see_other(url_for("admin.account"))
    with reading() as session:
        sessions = list_person_sessions(session, person().id, token=current_user.token)
    status = 422 if request.method == "POST" else 200
    return render(
        "account.html",
        status,
        form=form,
        sessions=sessions,
        describe_browser=describe_browser,
        current="account",
    )


@blueprint.post("/admin/account/sessions/<session_key>/end")
@needs("account.change")
def account_end_session(session_key: str) -> Response:
    """Sign oneself out in another place."""
    me, actor = person(), current_actor()
    transact(lambda session: user_acts.end_one_session(session, actor, me.id, session_key))
    say(worded("The session ended."))
    return see_other(url_for("admin.account"))


@blueprint.post("/admin/account/sessions/end-others")
@needs("account.change")
def account_end_others() -> Response:
    """Sign oneself out everywhere else."""
    me, actor, token = person(), current_actor(), current_user.token
    transact(lambda session: user_acts.end_all_sessions(session, actor, me.id, keep_token=token))
    say(worded("You are signed out everywhere else."))
    return see_other(url_for("admin.account"))


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


@blueprint.post("/admin/language")
def choose_language() -> Response:
    """Keep the language in a cookie of its own, which pages before sign-in read too."""
    before_sign_in = ("/login", "/invitation", "/setup")
    reply = see_other(safe_next(request.form.get("next"), url_for("admin.overview"), also=before_sign_in))
    value = request.form.get("language")
    if value in LANGUAGES:
        reply.set_cookie(
            LANGUAGE_COOKIE, value, max_age=A_YEAR_SECONDS, secure=is_https(), httponly=True, samesite="Lax"
        )
    return reply


@blueprint.post("/admin/keys")
@needs("account.change")
def choose_keys() -> Response:
    """Keep in a cookie whether single keys do something in this browser."""
    reply = see_other(safe_next(request.form.get("next"), url_for("admin.overview")))
    if request.form.get("keys") == "off":
        reply.set_cookie(
            KEYS_COOKIE, "off", max_age=A_YEAR_SECONDS, secure=is_https(), httponly=True, samesite="Lax"
        )
    else:
        reply.delete_cookie(KEYS_COOKIE)
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
