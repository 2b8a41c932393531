"""Users and roles: who may sign in, as what, and from where they are signed in now."""

from __future__ import annotations

from flask import abort, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from app.access.accounts import LastOwner, NewLink
from app.access.people import BadPerson, Person, UnknownPerson, get_person, list_people
from app.access.person_sessions import list_person_sessions
from app.access.roles import Role
from app.admin.acts import users as acts
from app.admin.blueprint import blueprint
from app.admin.browsers import describe_browser
from app.admin.form_parts import sentence, text_of
from app.admin.forms import InviteForm, RoleForm
from app.admin.frame import current_actor, organisation, person, render, say, see_other
from app.admin.security import needs
from app.db import reading, transact
from app.words import Words, worded, worded_many

# What each role is for, in the words of those who give it.
_ROLE_TEXTS = {
    Role.VIEWER: worded("Sees progress, learners, courses and reports, and may export them."),
    Role.MANAGER: worded("Also adds, corrects and imports learners and courses, makes launch links."),
    Role.ENGINEER: worded("Also connects integrations and destinations, and sees raw messages."),
    Role.OWNER: worded("Also manages users, settings and the audit log, and erases people."),
}


@blueprint.route("/admin/users", methods=["GET", "POST"])
@needs("user.read", to_post="user.change")
def user_list() -> Response:
    """List all accounts; a POST invites somebody and shows the link this once."""
    form, actor = InviteForm(), current_actor()
    made: tuple[Person, NewLink] | None = None
    if request.method == "POST" and form.validate():
        try:
            made = transact(
                lambda session: acts.invite(session, actor, email=text_of(form.email), role=form.role.data)
            )
        except BadPerson as error:
            form.email.errors = [sentence(str(error))]
        else:
            form = InviteForm(formdata=None)
    with reading() as session:
        people = list_people(session)
    return render(
        "users.html",
        422 if form.errors else 200,
        people=people,
        form=form,
        role_words=_role_words(),
        invited=made[0] if made else None,
        link=_address(made[1]) if made else None,
        expires_at=made[1].expires_at if made else None,
        current="users",
    )


@blueprint.get("/admin/users/<person_id>")
@needs("user.read")
def user_detail(person_id: str) -> Response:
    return _page(_find_or_404(person_id))


@blueprint.post("/admin/users/<person_id>/role")
@needs("user.change")
def user_role(person_id: str) -> Response:
    """Give another role; whoever gets one signs in again."""
    someone, form, actor = _find_or_404(person_id), RoleForm(), current_actor()
    if not form.validate():
        return _page(someone, form=form)
    try:
        after = transact(lambda session: acts.set_role(session, actor, person_id, form.role.data))
    except LastOwner as error:
        form.role.errors = [sentence(str(error))]
        return _page(someone, form=form)
    if after.role != someone.role:
        say(
            worded(
                "%(name)s is now %(role)s, and has to sign in again.",
                name=someone.name,
                role=worded(after.role),
            )
        )
    return _back(person_id)


@blueprint.post("/admin/users/<person_id>/disable")
@needs("user.change")
def user_disable(person_id: str) -> Response:
    return _set_disabled(person_id, is_disabled=True)


@blueprint.post("/admin/users/<person_id>/enable")
@needs("user.change")
def user_enable(person_id: str) -> Response:
    return _set_disabled(person_id, is_disabled=False)


@blueprint.post("/admin/users/<person_id>/link")
@needs("user.change")
def user_link(person_id: str) -> Response:
    """Make a link for setting a password; it is shown in this reply and never again."""
    someone, actor = _find_or_404(person_id), current_actor()
    try:
        link = transact(lambda session: acts.make_link(session, actor, person_id))
    except BadPerson as error:
        say(f"{sentence(str(error))}.", "warn")
        return _back(person_id)
    return _page(someone, link=link)


@blueprint.post("/admin/users/<person_id>/withdraw")
@needs("user.change")
def user_withdraw(person_id: str) -> Response:
    """Delete an account that nobody has taken yet."""
    _find_or_404(person_id)
    actor = current_actor()
    try:
        gone = transact(lambda session: acts.withdraw(session, actor, person_id))
    except BadPerson as error:
        say(f"{sentence(str(error))}.", "warn")
        return _back(person_id)
    say(worded("The invitation of %(email)s is withdrawn.", email=gone.email))
    return see_other(url_for("admin.user_list"))


@blueprint.post("/admin/users/<person_id>/sessions/end")
@needs("user.change")
def user_end_sessions(person_id: str) -> Response:
    """Sign a person out everywhere."""
    _find_or_404(person_id)
    actor, mine = current_actor(), current_user.token if person_id == person().id else None
    count = transact(lambda session: acts.end_all_sessions(session, actor, person_id, keep_token=mine))
    say(worded_many("%(num)s session ended.", "%(num)s sessions ended.", count))
    return _back(person_id)


@blueprint.post("/admin/users/<person_id>/sessions/<session_key>/end")
@needs("user.change")
def user_end_session(person_id: str, session_key: str) -> Response:
    """Sign a person out in one place."""
    _find_or_404(person_id)
    actor = current_actor()
    transact(lambda session: acts.end_one_session(session, actor, person_id, session_key))
    say(worded("The session ended."))
    return _back(person_id)


def _set_disabled(person_id: str, *, is_disabled: bool) -> Response:
    someone, actor = _find_or_404(person_id), current_actor()
    try:
        transact(lambda session: acts.set_disabled(session, actor, person_id, is_disabled=is_disabled))
    except LastOwner as error:
        say(f"{sentence(str(error))}.", "warn")
    else:
        say(
            worded("%(name)s can no longer sign in.", name=someone.name)
            if is_disabled
            else worded("%(name)s can sign in again.", name=someone.name)
        )
    return _back(person_id)


def _page(someone: Person, *, form: RoleForm | None = None, link: NewLink | None = None) -> Response:
    with reading() as session:
        sessions = list_person_sessions(session, someone.id, token=current_user.token)
    return render(
        "user.html",
        422 if form and form.errors else 200,
        someone=someone,
        form=form or RoleForm(formdata=None, data={"role": someone.role}),
        role_words=_role_words(),
        sessions=sessions,
        describe_browser=describe_browser,
        link=_address(link) if link else None,
        expires_at=link.expires_at if link else None,
        current="users",
    )


def _role_words() -> dict[str, tuple[str, Words]]:
    """Return each role's name and text; the names stand in the catalogue, see `Role`."""
    return {role.value: (sentence(worded(role)), text) for role, text in _ROLE_TEXTS.items()}


def _address(link: NewLink) -> str:
    return f"{organisation().public_url}{url_for('admin.invitation')}?token={link.token}"


def _back(person_id: str) -> Response:
    return see_other(url_for("admin.user_detail", person_id=person_id))


def _find_or_404(person_id: str) -> Person:
    try:
        with reading() as session:
            return get_person(session, person_id)
    except UnknownPerson:
        abort(404, worded("There is no such account."))
