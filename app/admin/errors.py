"""Error pages: what happened, what to do, and the request id for whoever helps."""

from __future__ import annotations

from collections.abc import Mapping

from flask import g
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import Forbidden, HTTPException, default_exceptions
from werkzeug.wrappers import Response

from app.admin.frame import render
from app.db import DatabaseUnavailable
from app.words import worded

# status: (title, what it means for the reader). A view's own words come on top of these.
_WORDS = {
    400: (
        worded("This request could not be read"),
        worded("Go back, check what you entered, and try again."),
    ),
    403: (
        worded("This is not allowed"),
        worded("Your session may have ended meanwhile. Go back, reload the page and try again."),
    ),
    404: (
        worded("There is no such page"),
        worded("The address may be mistyped, or what it showed has been deleted."),
    ),
    405: (worded("This address does not work that way"), worded("Go back and use the page's own buttons.")),
    413: (worded("This is too large"), worded("Send less at once.")),
    421: (worded("This is not the address of this server"), worded("Open the server under its own address.")),
    429: (worded("Too many tries"), worded("Wait a moment, then try again.")),
    500: (
        worded("Something went wrong here"),
        worded("The fault is ours. Try again; if it stays, tell your administrator the request id."),
    ),
    503: (
        worded("The server cannot reach its data just now"),
        worded("Nothing was changed. Try again in a few seconds."),
    ),
}

# A form without the session's token: most often a second tab, open since before somebody signed in.
_STALE = (
    worded("This page is out of date"),
    worded(
        "You have signed in or out since it was opened, perhaps in another tab. Nothing was changed: "
        "open the page again and repeat what you did."
    ),
)


# Somebody signed in whose role does not go that far.
_ROLE = (
    worded("Your role does not reach this far"),
    worded("Ask one of them to do it, or an owner to give you another role."),
)


class NotYourRole(Forbidden):
    """The person's role lacks the permission; the description says which role has it, and who."""


def error_reply(status: int, text: str, headers: Mapping[str, str] | None = None) -> Response:
    """Make the page for an error; `text` says more when the view knew more, "" when it did not.

    Needs no database and no sign-in, so that it works when they do not.
    """
    if status in default_exceptions and text == default_exceptions[status].description:
        text = ""
    words = _WORDS.get(status, (worded("This did not work"), worded("Go back and try again.")))
    return _reply(status, words, text, headers or {})


def _reply(status: int, words: tuple[str, str], text: str, headers: Mapping[str, str]) -> Response:
    title, advice = words
    reply = render(
        "error.html",
        status,
        status=status,
        heading=title,
        advice=advice,
        text=text,
        request_id=g.get("request_id", ""),
    )
    reply.headers.update(headers)
    return reply


def answer_http_error(error: HTTPException) -> Response:
    """Answer an error raised in a page; werkzeug's stock sentences give way to ours."""
    status = error.code or 500
    if isinstance(error, CSRFError):
        return _reply(status, _STALE, "", {})
    if isinstance(error, NotYourRole):
        return _reply(status, _ROLE, error.description or "", {})
    headers = {}
    if status == 405:
        headers = {name: value for name, value in error.get_headers() if name == "Allow"}
    return error_reply(status, error.description or "", headers)


def answer_unavailable(error: DatabaseUnavailable) -> Response:
    return error_reply(503, "", {"Retry-After": str(error.retry_after_seconds)})
