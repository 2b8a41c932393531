"""Sign in and out."""

from __future__ import annotations

from flask import request, session as cookie, url_for
from flask_login import current_user, login_user
from werkzeug.wrappers import Response

from app.access.audit import Actor
from app.access.people import Person, check_password, has_owner
from app.access.sign_in_tries import Try, find_sign_in_wait
from app.admin.acts import people as acts
from app.admin.blueprint import blueprint
from app.admin.form_parts import text_of
from app.admin.forms import SignInForm
from app.admin.frame import SignedIn, actor_for, current_actor, render, safe_next, say, see_other
from app.admin.security import forget_sign_in
from app.db import reading, transact
from app.words import worded, worded_many


@blueprint.get("/")
def front() -> Response:
    with reading() as session:
        is_new = not has_owner(session)
    return see_other(url_for("admin.setup" if is_new else "admin.overview"))


@blueprint.route("/login", methods=["GET", "POST"])
def sign_in() -> Response:
    after = safe_next(request.args.get("next"), url_for("admin.overview"))
    if current_user.is_authenticated:
        return see_other(after)
    form = SignInForm()
    if not form.validate_on_submit():
        return render("sign_in.html", 200 if request.method == "GET" else 422, form=form)
    someone, trouble = _try_password(text_of(form.email), text_of(form.password))
    if someone is None:
        form.email.errors = [trouble]
        return render("sign_in.html", 422, form=form)
    begin_sign_in(someone)
    return see_other(after)


@blueprint.post("/logout")
def sign_out() -> Response:
    if current_user.is_authenticated:
        token, actor = current_user.token, current_actor()
        transact(lambda session: acts.sign_out(session, actor, token=token))
    forget_sign_in()
    say(worded("You are signed out."))
    return see_other(url_for("admin.sign_in"))


def begin_sign_in(someone: Person) -> None:
    """Sign somebody in under a new id; nothing of an earlier cookie is carried over."""
    actor, agent, who = actor_for(someone), request.user_agent.string, _try_of(someone.email)
    token = transact(lambda session: acts.sign_in(session, actor, someone, user_agent=agent, who=who))
    cookie.clear()
    login_user(SignedIn(someone, token))


def _try_password(email: str, password: str) -> tuple[Person | None, str]:
    """Return the person, or None and what to say: the same words for every kind of failure."""
    who = _try_of(email)
    with reading() as session:
        wait = find_sign_in_wait(session, who)
        if wait:
            return None, worded_many(
                "Too many tries. Wait %(num)s second, then try again",
                "Too many tries. Wait %(num)s seconds, then try again",
                int(wait.total_seconds()) + 1,
            )
        someone = check_password(session, email=email, password=password)
    if someone is None:
        actor = Actor(id=None, name="not signed in", address=request.remote_addr)
        transact(lambda session: acts.note_failed_sign_in(session, actor, who))
        return None, worded("The e-mail address or the password is wrong")
    return someone, ""


def _try_of(email: str) -> Try:
    return Try(email, request.remote_addr or "")
