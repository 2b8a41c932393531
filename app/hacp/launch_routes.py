"""GET /launch/<token>: a signed link opens a session and sends the learner to the content.

An attempt begins only when the content calls, so a mail scanner that follows the link changes no record.
"""

from __future__ import annotations

from flask import Blueprint, Response, current_app, g, request
from markupsafe import Markup, escape

from app import clock, db
from app.hacp import launching
from app.hacp.journal import Received
from app.hacp.launching import CannotLaunch
from app.languages import in_language, language
from app.settings import settings_of
from app.words import worded

blueprint = Blueprint("launch", __name__)

# The address we send to holds the session id: it may be neither cached nor passed on as a referrer.
HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'",
}
_WIDEST = 24
_PAGE = """<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
</head>
<body>
<main>
<h1>{title}</h1>
<p>{sentence}</p>
{more}<p><small>{help} <code>{number}</code></small></p>
</main>
</body>
</html>
"""
_TITLE = worded("The course cannot be opened")
_HELP = worded("For whoever helps you, the number of this visit:")
_AGAIN = worded("Try again")


@blueprint.get("/launch/<token>")
def open_link(token: str) -> Response:
    """Open a session and redirect to the content; HEAD only looks whether the link is good."""
    settings = settings_of(current_app)
    ticket = launching.read_ticket(settings, token)
    if request.method == "HEAD":
        return Response(status=200, headers=HEADERS)
    received = receive("/launch/[link]")
    try:
        address = db.transact(lambda session: launching.launch(session, settings, ticket, received))
    except CannotLaunch as error:
        refusal = error
        db.transact(lambda session: launching.keep_refusal(session, ticket, received, refusal))
        raise
    return Response(status=303, headers={**HEADERS, "Location": address})


@blueprint.errorhandler(CannotLaunch)
def explain(error: CannotLaunch) -> Response:
    """Tell the learner, in a sentence or two, what to do."""
    reply = page(error.status, error.sentence, advice=error.advice, may_retry=error.may_retry)
    if error.status == 503:
        reply.headers["Retry-After"] = "5"
    return reply


@blueprint.errorhandler(db.DatabaseUnavailable)
def ask_for_patience(error: db.DatabaseUnavailable) -> Response:
    """Tell the learner that it is not their fault."""
    reply = page(503, worded("The server is busy. Please open the link again in a minute."), may_retry=True)
    reply.headers["Retry-After"] = str(error.retry_after_seconds)
    return reply


def page(status: int, sentence: str, *, advice: str = "", may_retry: bool = False) -> Response:
    """Return a page, in the learner's language, that says why nothing was opened.

    It can be tried again by the address it has.
    """
    more = f"<p>{_breakable(advice)}</p>\n" if advice else ""
    more += f'<p><a href="">{escape(in_language(_AGAIN))}</a></p>\n' if may_retry else ""
    text = _PAGE.format(
        language=language(),
        title=escape(in_language(_TITLE)),
        sentence=_breakable(sentence),
        more=more,
        help=escape(in_language(_HELP)),
        number=g.request_id,
    )
    return Response(text, status, HEADERS, content_type="text/html; charset=utf-8")


def _breakable(text: str) -> Markup:
    """Say it, and let long names be broken anywhere: a host name may be wider than a phone."""
    said = str(in_language(text))
    words = ([word[i : i + _WIDEST] for i in range(0, len(word), _WIDEST)] for word in said.split(" "))
    return Markup(" ").join(Markup("<wbr>").join(pieces) for pieces in words)


def receive(path: str) -> Received:
    """Take down a visit; its address, which holds a secret, is named `path`."""
    return Received(
        request_id=g.request_id,
        method=request.method,
        path=path,
        query=b"",
        body=b"",
        content_type="",
        host=request.headers.get("Host", ""),
        client_address=request.remote_addr or "",
        user_agent=request.headers.get("User-Agent", ""),
        received_at=clock.now(),
    )
