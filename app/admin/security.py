"""Who may see and do what in the pages, and the headers that guard them."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask, Response, abort, g, request, session as cookie, url_for
from flask_login import LoginManager, current_user, logout_user
from flask_wtf.csrf import CSRFProtect
from werkzeug.wrappers import Response as AnyResponse

from app import clock
from app.access.hosts import BadHost, parse_host
from app.access.people import get_person, list_people
from app.access.person_sessions import find_session, touch_session
from app.access.roles import Role, UnknownPermission, has_rank, least_role
from app.admin.acts.records import note_payload_view
from app.admin.errors import NotYourRole
from app.admin.frame import SignedIn, current_actor, here, is_https, may, organisation, person, see_other
from app.admin.session_cookie import PLAIN_MARK, SessionCookie
from app.catalog.zip_guard import LIMITS
from app.db import DatabaseUnavailable, reading, transact
from app.learners.sheet import MAX_BYTES as SHEET_BYTES
from app.words import worded, worded_many

View = TypeVar("View", bound=Callable[..., Any])

MAX_BODY_BYTES = 256 * 1024
# Views that take a file. It is received before the view can ask who sends it, so strangers get no more room
# than for any form.
UPLOADS = {
    "admin.import_packages": LIMITS.packed_bytes + MAX_BODY_BYTES,
    "admin.learner_import": SHEET_BYTES + MAX_BODY_BYTES,
}
# How many people the refusal of a page names.
_NAMED = 5
HSTS_SECONDS = 365 * 24 * 3600
_IS_ID = re.compile(r"[0-9a-zA-Z]{1,32}", re.ASCII)

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
}

csrf = CSRFProtect()
login_manager = LoginManager()


def init_security(app: Flask) -> None:
    """Attach sign-in, CSRF and the cookie to the app; the machines' doors stay without all three."""
    app.session_interface = SessionCookie()
    app.config["WTF_CSRF_CHECK_DEFAULT"] = False
    # A form may stay open as long as the sign-in lasts; the token dies with the session.
    app.config["WTF_CSRF_TIME_LIMIT"] = None
    # `check_origin` judges the origin itself, behind proxies too.
    app.config["WTF_CSRF_SSL_STRICT"] = False
    csrf.init_app(app)
    login_manager.session_protection = None
    login_manager.init_app(app)
    login_manager.user_loader(_load_signed_in)
    app.after_request(add_headers)


def needs(permission: str, *, to_post: str | None = None) -> Callable[[View], View]:
    """Let in only people whose role has this permission; `to_post` is what a POST needs."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            if not current_user.is_authenticated:
                if request.method in ("GET", "HEAD"):
                    return see_other(url_for("admin.sign_in", next=here()))
                abort(403, worded("You are not signed in, or your session has ended. Sign in and try again."))
            wanted = to_post if to_post and request.method == "POST" else permission
            if not may(wanted):
                raise _refusal(wanted)
            reply = view(*args, **kwargs)
            if wanted.endswith(".raw"):
                _note_payload(wanted)
            return reply

        guarded.needs = (permission, to_post or permission)  # type: ignore[attr-defined]  # the menu reads it
        return guarded  # type: ignore[return-value]  # it answers as the view does

    return decorate


def _note_payload(permission: str) -> None:
    """Write down that somebody read what a message held, and which: its address."""
    actor = current_actor()
    transact(lambda session: note_payload_view(session, actor, path=request.path, what=permission))


def _refusal(permission: str) -> NotYourRole:
    """Say which role is needed and who has it."""
    try:
        least = least_role(permission)
    except UnknownPermission:
        return NotYourRole(worded("No role may do this: the table of roles does not speak of it."))
    with reading() as session:
        people = [
            each.name for each in list_people(session) if not each.is_disabled and has_rank(each.role, least)
        ]
    names, left = ", ".join(people[:_NAMED]), len(people) - _NAMED
    if left > 0:
        names = worded_many("%(names)s and %(num)s more", "%(names)s and %(num)s more", left, names=names)
    # The names of roles stand in the catalogue: see `Role`.
    said = {"role": worded(least), "mine": worded(person().role), "names": names}
    if least is Role.OWNER:
        text = worded("This is for the role %(role)s; yours is %(mine)s. Who has it: %(names)s.", **said)
    else:
        text = worded(
            "This is for the role %(role)s or above; yours is %(mine)s. Who has it: %(names)s.", **said
        )
    return NotYourRole(text)


def guard_request() -> AnyResponse | None:
    """Judge a request for a page before its view: host, size, origin, CSRF token."""
    if request.endpoint == "admin.static":
        return None
    request.max_content_length = MAX_BODY_BYTES
    if request.endpoint in UPLOADS and current_user.is_authenticated:
        request.max_content_length = UPLOADS[request.endpoint]
    if not all(_IS_ID.fullmatch(str(value)) for value in (request.view_args or {}).values()):
        # No row has such an id, and PostgreSQL refuses even to look for one with a NUL.
        abort(404)
    check_host()
    if organisation().is_https and cookie.get(PLAIN_MARK):
        # Set while the server was still on plain http, where anybody on the way could read it.
        cookie.clear()
    if request.method not in ("GET", "HEAD", "OPTIONS"):
        check_origin()
        csrf.protect()
    return None


def check_host() -> None:
    """Show pages under the public host alone, once there is one: links and cookies belong to it."""
    choices = organisation()
    if not choices.has_public_url:
        return
    try:
        seen = parse_host(request.host)
    except BadHost:
        abort(400, worded("The request names no host that could be ours."))
    if not choices.public_host.covers(seen, choices.default_port):
        abort(
            421,
            worded("These pages are at %(url)s. You asked for %(seen)s.", url=choices.public_url, seen=seen),
        )


def check_origin() -> None:
    """Refuse a form sent from another site, whatever token it carries."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        abort(403, worded("This form was sent from another site."))
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc.lower() not in _own_hosts():
        abort(403, worded("This form was sent from another site."))


def add_headers(response: Response) -> Response:
    """Guard every HTML reply of the server, the error pages too."""
    if response.mimetype == "text/html" or (request.endpoint or "").startswith("admin."):
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if is_https() and "organisation" in g and response.status_code != 421:
            # Not for another host, and not for its subdomains: they may be other people's.
            response.headers.setdefault("Strict-Transport-Security", f"max-age={HSTS_SECONDS}")
    return response


def _own_hosts() -> set[str]:
    return {request.host.lower(), urlsplit(organisation().public_url).netloc.lower()}


def _load_signed_in(token: str) -> SignedIn | None:
    with reading() as session:
        found = find_session(session, token)
        if found is None:
            return None
        someone = get_person(session, found.person_id)
    if found.is_due(clock.now()):
        try:
            transact(lambda session: touch_session(session, token))
        except DatabaseUnavailable:
            # Reading pages must go on while nothing can be written.
            g.is_touch_missed = True
    return SignedIn(someone, token)


def forget_sign_in() -> None:
    """Forget the sign-in in the cookie and everything that came with it."""
    logout_user()
    cookie.clear()
