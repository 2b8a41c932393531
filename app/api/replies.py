"""How the API answers: JSON with its ETag, CSV in pieces, problems; never cached, never with a cookie."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from itertools import chain, islice
from typing import Any

import orjson
from flask import current_app, g, request, stream_with_context
from werkzeug.wrappers import Response

from app.api.problems import CONTENT_TYPE, Problem, describe_problem, problem_of
from app.progress.export import in_pieces

HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Vary": "Authorization",
}


def format_json(value: Any) -> bytes:
    """Write a value as JSON."""
    return orjson.dumps(value)


def etag_of(body: bytes) -> str:
    """Return what names this very representation."""
    return hashlib.sha256(body).hexdigest()[:32]


def json_reply(body: bytes, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Answer with JSON and its ETag; a GET whose If-None-Match names it gets 304."""
    reply = current_app.response_class(body, status, content_type="application/json")
    reply.headers.update({**HEADERS, **(headers or {})})
    if status in (200, 201):
        reply.set_etag(etag_of(body))
        if request.method in ("GET", "HEAD"):
            reply.make_conditional(request)
    return reply


def csv_reply(rows: Iterator[str], name: str) -> Response:
    """Stream rows of CSV under a file's name."""
    # The first rows are read before the answer begins, so that a database fault is still an honest 503.
    first = list(islice(rows, 2))
    reply = current_app.response_class(
        stream_with_context(in_pieces(chain(first, rows))), content_type="text/csv; charset=utf-8"
    )
    reply.headers.update(HEADERS)
    reply.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return reply


def problem_reply(problem: Problem) -> Response:
    """Answer with a problem (RFC 9457)."""
    body = format_json(describe_problem(problem, g.get("request_id") or ""))
    reply = current_app.response_class(body, problem.status, content_type=CONTENT_TYPE)
    reply.headers.update({**problem.headers, **HEADERS})
    return reply


def error_reply(status: int, text: str, headers: Mapping[str, str]) -> Response:
    """Answer an error that was raised outside the API's own code, or before it."""
    return problem_reply(problem_of(status, text, headers))
