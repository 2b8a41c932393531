"""GET /launch/<token>: a signed link opens a session and sends the learner to the content.

An attempt begins only when the content calls, so a mail scanner that follows the link changes no record.
"""

from __future__ import annotations

from flask import Blueprint, Response, current_app, g, request
from markupsafe import escape

from app import clock, db
from app.hacp import launching
from app.hacp.journal import Received
from app.hacp.launching import CannotLaunch
from app.settings import settings_of

blueprint = Blueprint("launch", __name__)

# The address we send to holds the session id: it may be neither cached nor passed on as a referrer.
_HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'",
}
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>The course cannot be opened</title>
</head>
<body>
<main>
<h1>The course cannot be opened</h1>
<p>{sentence}</p>
</main>
</body>
</html>
"""


@blueprint.get("/launch/<token>")
def open_link(token: str) -> Response:
    """Open a session and redirect to the content; HEAD only looks whether the link is good."""
    settings = settings_of(current_app)
    ticket = launching.read_ticket(settings, token)
    if request.method == "HEAD":
        return Response(status=200, headers=_HEADERS)
    received = _receive()
    try:
        address = db.transact(lambda session: launching.launch(session, settings, ticket, received))
    except CannotLaunch as error:
        refusal = error
        db.transact(lambda session: launching.keep_refusal(session, ticket, received, refusal))
        raise
    return Response(status=303, headers={**_HEADERS, "Location": address})


@blueprint.errorhandler(CannotLaunch)
def explain(error: CannotLaunch) -> Response:
    """Tell the learner, in a sentence, what to do."""
    return _page(error.status, error.sentence)


@blueprint.errorhandler(db.DatabaseUnavailable)
def ask_for_patience(error: db.DatabaseUnavailable) -> Response:
    """Tell the learner that it is not their fault."""
    reply = _page(503, "The server is busy. Please open the link again in a minute.")
    reply.headers["Retry-After"] = str(error.retry_after_seconds)
    return reply


def _page(status: int, sentence: str) -> Response:
    return Response(
        _PAGE.format(sentence=escape(sentence)), status, _HEADERS, content_type="text/html; charset=utf-8"
    )


def _receive() -> Received:
    return Received(
        request_id=g.request_id,
        method=request.method,
        path="/launch/[link]",
        query=b"",
        body=b"",
        content_type="",
        host=request.headers.get("Host", ""),
        client_address=request.remote_addr or "",
        user_agent=request.headers.get("User-Agent", ""),
        received_at=clock.now(),
    )
