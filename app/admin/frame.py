"""What every page needs: the organisation, the person, the theme, and one way to render and to redirect."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from flask import current_app, flash, g, make_response, redirect, render_template, request, url_for
from flask.globals import request_ctx
from flask_login import UserMixin, current_user
from werkzeug.wrappers import Response

from app import clock
from app.access.audit import Actor
from app.access.organisation import Organisation, load_organisation
from app.access.people import Person
from app.access.roles import may as role_may
from app.db import reading
from app.languages import LANGUAGES, in_language, language
from app.settings import settings_of
from app.words import worded

VERSION = "0.1.0"
THEME_COOKIE = "waymark_theme"
THEMES = ("light", "auto", "dark")
KEYS_COOKIE = "waymark_keys"
_STATIC = Path(__file__).parent / "static"


class SignedIn(UserMixin):
    """The person of this request, as Flask-Login wants one; its id is the sign-in's token."""

    def __init__(self, person: Person, token: str) -> None:
        self.person = person
        self.token = token

    def get_id(self) -> str:
        return self.token


@dataclass(frozen=True, slots=True)
class MenuItem:
    key: str
    name: str
    href: str
    letter: str | None


def organisation() -> Organisation:
    """Return the organisation's choices, read once per request."""
    if "organisation" not in g:
        with reading() as session:
            g.organisation = load_organisation(session, settings_of(current_app))
    value = g.organisation
    assert isinstance(value, Organisation)
    return value


def is_https() -> bool:
    """Tell whether the public URL is https, as far as this request knows; error pages never ask for it."""
    value: Organisation | None = g.get("organisation")
    return value.is_https if value else request.is_secure


def person() -> Person:
    """Return the person signed in; only for views behind `needs`."""
    value = current_user.person
    assert isinstance(value, Person)
    return value


def may(permission: str) -> bool:
    """Tell whether the person signed in has a permission; templates ask before they show a button."""
    return bool(current_user.is_authenticated) and role_may(person().role, permission)


def current_actor() -> Actor:
    """Return who acts now, for the audit log."""
    return actor_for(person())


def actor_for(someone: Person) -> Actor:
    return Actor(
        id=someone.id,
        name=someone.name,
        address=request.remote_addr,
        request_id=g.get("request_id"),
        role=someone.role,
    )


def render(template: str, status: int = 200, /, **values: object) -> Response:
    """Render a page inside the frame."""
    about: dict[str, object] = {"theme": theme(), "version": VERSION, "asset": asset, "here": here()}
    about["language"], about["languages"] = language(), LANGUAGES
    about["bootstrap_css"], about["made_at"] = bootstrap_css, clock.now()
    if "organisation" in g:
        about["zone_name"] = organisation().time_zone
        about["organisation"] = organisation()
    if request.endpoint and request.endpoint.startswith("admin.") and current_user.is_authenticated:
        about["person"] = person()
        about["menu"] = _menu()
        about["has_keys"] = has_keys()
    return make_response(render_template(template, **{"current": None, **about, **values}), status)


def see_other(url: str) -> Response:
    """Redirect after a POST, so that a reload does not repeat it; `url` is one of our own paths."""
    return redirect(url, 303)


def safe_next(text: str | None, default: str, *, also: tuple[str, ...] = ()) -> str:
    """Return the path to go on to when it is one of our own pages, or one of `also`, else `default`.

    Refuses what a browser might read as another host: `//evil`, `/\\evil`, `/%5cevil` after decoding, control
    characters that browsers strip, and whole URLs.
    """
    if not text or any(ord(c) < 33 or ord(c) == 127 or c == "\\" for c in text):
        return default
    try:
        parts = urlsplit(text)
    except ValueError:
        return default
    path = parts.path
    if parts.scheme or parts.netloc or "//" in path or "/.." in path:
        return default
    is_page = path == "/admin" or path.startswith(("/admin/", "/setup/")) or path in also
    return text if is_page and text.startswith(path) else default


def here() -> str:
    """Return this page's own path and query, for coming back to it; the overview where only POST leads."""
    if request.method not in ("GET", "HEAD"):
        adapter = request_ctx.url_adapter
        return request.path if adapter and adapter.test(request.path, "GET") else "/admin/"
    return request.full_path.rstrip("?")


def say(message: str, tone: str = "ok") -> None:
    """Show a message on the next page; tones are ok, info, warn, bad."""
    flash(in_language(message), tone)


def theme() -> str:
    value = request.cookies.get(THEME_COOKIE, "auto")
    return value if value in THEMES else "auto"


def has_keys() -> bool:
    """Tell whether single keys do something; whoever uses speech input can turn them off."""
    return request.cookies.get(KEYS_COOKIE) != "off"


def asset(name: str) -> str:
    """Return the URL of one of our own static files; it changes with the file, so caches may keep it.

    Not by `url_for`: the error page for an impossible Host header is made where no URL can be routed.
    """
    return f"/admin/static/{name}?v={_fingerprint(name)}"


def bootstrap_css() -> str:
    """Return the URL of Bootstrap's style sheet inside the installed bootstrap-flask package."""
    return "/admin/bootstrap/css/bootstrap.min.css?v=5.3"


@cache
def _fingerprint(name: str) -> str:
    return hashlib.sha256((_STATIC / name).read_bytes()).hexdigest()[:12]


def _menu() -> list[tuple[str, list[MenuItem]]]:
    """Return the menu without what the role may not see, and without groups that this leaves empty."""
    groups = [(group, [_item(*item) for item in items if may(_needs_of(item[2]))]) for group, items in _MENU]
    return [(group, items) for group, items in groups if items]


def _item(key: str, name: str, endpoint: str) -> MenuItem:
    return MenuItem(key, name, url_for(f"admin.{endpoint}"), _LETTERS.get(key))


def _needs_of(endpoint: str) -> str:
    permission, _ = getattr(current_app.view_functions[f"admin.{endpoint}"], "needs")  # noqa: B009  # mypy
    return str(permission)


# Where "g" and a letter go.
_LETTERS = {
    "overview": "o",
    "progress": "p",
    "learners": "l",
    "courses": "c",
    "integrations": "n",
    "deliveries": "d",
    "inspector": "i",
}
_MENU = (
    (
        worded("Results"),
        (
            ("overview", worded("Overview"), "overview"),
            ("progress", worded("Progress"), "progress_table"),
            ("learners", worded("Learners"), "learner_list"),
            ("courses", worded("Courses"), "course_list"),
            ("sessions", worded("Sessions"), "session_list"),
            ("statements", worded("Statements"), "statement_list"),
        ),
    ),
    (
        worded("Connect"),
        (
            ("integrations", worded("Integrations"), "integration_list"),
            ("launch_links", worded("Launch links"), "launch_links"),
            ("destinations", worded("Destinations"), "destination_list"),
            ("deliveries", worded("Deliveries"), "delivery_list"),
            ("inspector", worded("Inspector"), "inspector"),
        ),
    ),
    (
        worded("Manage"),
        (
            ("users", worded("Users and roles"), "user_list"),
            ("tokens", worded("API tokens"), "token_list"),
            ("audit", worded("Audit log"), "audit_log"),
            ("settings", worded("Settings"), "settings_page"),
            ("system", worded("System"), "system_page"),
        ),
    ),
)
