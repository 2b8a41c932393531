"""GET under /api/v1: each noun's list, its CSV twin and one of them; and the OpenAPI document."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, current_app, request
from werkzeug.wrappers import Response

from app import clock
from app.api import acts
from app.api.courses import COURSES
from app.api.csv_rows import format_csv
from app.api.cursors import BadCursor
from app.api.deliveries import DELIVERIES
from app.api.door import current_actor, guard_request, needs_scope, organisation, read_wanted
from app.api.integrations import INTEGRATIONS
from app.api.launches import LAUNCHES
from app.api.learners import LEARNERS
from app.api.nouns import Missing, Noun, Page, Wanted, check_keys, iterate
from app.api.openapi import Route, make_document
from app.api.operations import Operation, Reply, RequestHeader, describes
from app.api.parts import PAGING
from app.api.problems import Fault, NotFound, Problem
from app.api.progress import PROGRESS
from app.api.replies import csv_reply, format_json, json_reply, problem_reply
from app.api.statements import STATEMENTS
from app.db import reading, transact

NOUNS = (PROGRESS, LEARNERS, COURSES, INTEGRATIONS, LAUNCHES, STATEMENTS, DELIVERIES)
V1 = "/api/v1"

blueprint = Blueprint("api", __name__)
blueprint.before_request(guard_request)
blueprint.register_error_handler(Problem, problem_reply)

_IF_NONE_MATCH = RequestHeader("If-None-Match", "The ETag that you have: 304 when nothing has changed.")
_ETAG = {"ETag": "Names this very representation."}


@blueprint.get("/api/openapi.json", provide_automatic_options=False)
def openapi() -> Response:
    """Describe the API; needs no token."""
    return json_reply(format_json(make_document(list_routes(), organisation().public_url)))


def list_routes() -> list[Route]:
    """List every address that the document describes: all that have an operation beside their view."""
    found = []
    for rule in current_app.url_map.iter_rules():
        operation = getattr(current_app.view_functions[rule.endpoint], "operation", None)
        if operation is not None:
            method = next(iter((rule.methods or set()) - {"HEAD", "OPTIONS"})).lower()
            path = rule.rule.replace("<", "{").replace(">", "}")
            found.append(Route(path, method, operation))
    return sorted(found, key=lambda route: (route.path, route.method))


def _list(noun: Noun) -> Response:
    wanted = read_wanted(noun)
    page = _read_page(noun, wanted)
    body = format_json({"items": page.items, "next_cursor": page.next_cursor})
    headers = {"Link": f'<{_address(page.next_cursor)}>; rel="next"'} if page.next_cursor else {}
    return json_reply(body, headers=headers)


def _csv(noun: Noun) -> Response:
    for name in PAGING:
        if name in request.args:
            text = f"A CSV has all rows: leave `{name}` out."
            raise Problem(text, errors=[Fault(f"/{name}", "Leave it out.")])
    wanted = read_wanted(noun)
    actor, query = current_actor(), urlencode([*request.args.items(multi=True)])
    transact(lambda session: acts.note_export(session, actor, noun.name, query))
    name = f"waymark-{noun.name}-{clock.now().astimezone(wanted.zone):%Y-%m-%d}.csv"
    return csv_reply(_rows(noun, wanted), name)


def _one(noun: Noun, **keys: str) -> Response:
    check_keys(keys.values(), noun.name)
    try:
        with reading() as session:
            item = noun.get(session, list(keys.values()))
    except Missing as error:
        raise NotFound(f"{str(error).capitalize()}.") from None
    return json_reply(format_json(item))


def _rows(noun: Noun, wanted: Wanted) -> Iterator[str]:
    with reading() as session:
        yield from format_csv(noun, iterate(session, noun, wanted))


def _read_page(noun: Noun, wanted: Wanted) -> Page:
    try:
        with reading() as session:
            return noun.list_page(session, wanted)
    except BadCursor as error:
        fault = Fault("/cursor", f"{str(error).capitalize()}.")
        raise Problem("The cursor cannot be used; begin at the first page.", errors=[fault]) from None


def _address(cursor: str) -> str:
    """Return this list's address with another cursor, under our public name."""
    pairs = [pair for pair in request.args.items(multi=True) if pair[0] != "cursor"]
    return f"{organisation().public_url}{request.path}?{urlencode([*pairs, ('cursor', cursor)])}"


def _add(noun: Noun, path: str, answer: Callable[..., Response], operation: Operation) -> None:
    view: Any = partial(answer, noun)
    view.__name__ = operation.name
    guarded = describes(operation)(needs_scope(noun.scope)(view))
    blueprint.add_url_rule(path, operation.name, guarded, methods=["GET"], provide_automatic_options=False)


for _noun in NOUNS:
    _link = {**_ETAG, "Link": 'The next page, as rel="next".'}
    _add(
        _noun,
        f"{V1}/{_noun.name}",
        _list,
        Operation(
            f"list_{_noun.name}",
            f"List {_noun.name}",
            _noun.name,
            replies={200: Reply("A page.", _noun.item, is_page=True, headers=_link)},
            problems=[Problem],
            words=_noun.words,
            query=_noun.query,
            headers=[_IF_NONE_MATCH],
            scope=_noun.scope,
        ),
    )
    _add(
        _noun,
        f"{V1}/{_noun.name}.csv",
        _csv,
        Operation(
            f"list_{_noun.name}_csv",
            f"All {_noun.name} as CSV",
            _noun.name,
            replies={200: Reply("All rows that match, streamed.", media_type="text/csv")},
            problems=[Problem],
            words="The same columns as the list, all rows, without pages. " + _noun.words,
            query=type(_noun.query)(exclude=PAGING),
            scope=_noun.scope,
        ),
    )
    _add(
        _noun,
        f"{V1}/{_noun.name}/" + "/".join(f"<{key}>" for key in _noun.keys),
        _one,
        Operation(
            f"get_{_noun.one}",
            f"One {_noun.one}",
            _noun.name,
            replies={200: Reply("It.", _noun.item, headers=_ETAG)},
            problems=[NotFound],
            headers=[_IF_NONE_MATCH],
            scope=_noun.scope,
        ),
    )
