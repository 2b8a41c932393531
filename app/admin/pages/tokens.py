"""Tokens of the REST API: made and shown once, rolled, revoked."""

from __future__ import annotations

from flask import abort, request, url_for
from werkzeug.wrappers import Response

from app import clock
from app.access.api_tokens import SCOPES, BadToken, NewToken, UnknownToken, list_tokens
from app.admin.acts import tokens as acts
from app.admin.blueprint import blueprint
from app.admin.form_parts import sentence, text_of
from app.admin.frame import current_actor, organisation, render, say, see_other
from app.admin.open_forms import new_form_id, spend_form_id
from app.admin.security import needs
from app.admin.token_form import SCOPE_WORDS, TokenOfApiForm
from app.db import reading, transact
from app.words import worded

# From this many days before its end a token is shown as one to roll.
_SOON_DAYS = 14


@blueprint.route("/admin/tokens", methods=["GET", "POST"])
@needs("token.read", to_post="token.change")
def token_list() -> Response:
    """List all tokens; a POST makes one and shows it this once."""
    form, actor = TokenOfApiForm(), current_actor()
    if request.method == "POST" and form.validate():
        if not spend_form_id(form.form_id.data):
            say(
                worded("This form was sent before. A token is shown once: if you missed it, make another."),
                "info",
            )
            return see_other(url_for("admin.token_list"))
        try:
            made = transact(
                lambda session: acts.add_token(
                    session,
                    actor,
                    name=text_of(form.name),
                    scopes=form.scopes.data or (),
                    days=int(form.days.data),
                )
            )
        except BadToken as error:
            form[error.field].errors = [sentence(str(error))]
        else:
            return _page(TokenOfApiForm(formdata=None), made=made)
    return _page(form)


@blueprint.post("/admin/tokens/<token_id>/roll")
@needs("token.change")
def token_roll(token_id: str) -> Response:
    """Make a token in the place of another, which goes on working for a while."""
    actor = current_actor()
    try:
        made = transact(lambda session: acts.roll_token(session, actor, token_id))
    except UnknownToken:
        abort(404, worded("There is no such token."))
    except BadToken as error:
        say(f"{sentence(str(error))}.", "warn")
        return see_other(url_for("admin.token_list"))
    return _page(TokenOfApiForm(formdata=None), made=made, is_rolled=True)


@blueprint.post("/admin/tokens/<token_id>/revoke")
@needs("token.change")
def token_revoke(token_id: str) -> Response:
    """End a token at once."""
    actor = current_actor()
    try:
        token = transact(lambda session: acts.revoke_token(session, actor, token_id))
    except UnknownToken:
        abort(404, worded("There is no such token."))
    say(worded("%(name)s is revoked: nothing can use it any more.", name=token.name))
    return see_other(url_for("admin.token_list"))


def _page(form: TokenOfApiForm, *, made: NewToken | None = None, is_rolled: bool = False) -> Response:
    now = clock.now()
    with reading() as session:
        tokens = list_tokens(session)
    return render(
        "tokens.html",
        422 if form.errors else 200,
        live=[each for each in tokens if each.state(now) == "active"],
        ended=[each for each in tokens if each.state(now) != "active"],
        days_left={each.id: (each.expires_at - now).days for each in tokens},
        soon=_SOON_DAYS,
        form=form,
        form_id=new_form_id(),
        scopes={scope: SCOPE_WORDS[scope] for scope in SCOPES},
        made=made,
        is_rolled=is_rolled,
        progress_csv=organisation().public_url + url_for("api.list_progress_csv"),
        current="tokens",
    )
