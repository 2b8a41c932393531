"""xAPI statements: the list, one statement with all that is known of it, and files of both."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import chain, islice
from zoneinfo import ZoneInfo

from flask import abort, current_app, request, stream_with_context, url_for
from werkzeug.wrappers import Response

from app import clock
from app.access.integrations import Integration, Kind, list_integrations
from app.admin.acts import records as acts
from app.admin.blueprint import blueprint
from app.admin.frame import current_actor, organisation, render, see_other
from app.admin.security import needs
from app.admin.statement_filter import KNOWN_VERBS, StatementFilter, read_filter
from app.admin.streaming import in_pieces
from app.db import reading, transact
from app.xapi.browsing import (
    Line,
    Shown,
    Wanted,
    find_agents,
    find_key,
    get_shown,
    list_lines,
    read_file,
)
from app.xapi.languages import parse_accept_language
from app.xapi.links import Kind as LinkKind, Link, digest
from app.xapi.portable import format_statement
from app.xapi.pretty import format_pretty
from app.xapi.query_rules import HIGHEST_KEY, LOWEST_KEY
from app.xapi.statement_csv import format_csv

PAGE = 50
_AT_ONCE = 500
# More text than this is not laid out on the page; the file has all of it.
SHOWN_CHARACTERS = 100_000


@blueprint.get("/admin/statements")
@needs("statement.read")
def statement_list() -> Response:
    """List statements, newest first; the address is the state."""
    given = read_filter(request.args)
    integrations = _integrations()
    if given.values["id"]:
        with reading() as session:
            key = find_key(session, list(integrations), given.values["id"])
        if key is not None:
            return see_other(url_for("admin.statement_detail", key=key))
    lines = [] if given.values["id"] else _list(given, integrations, PAGE + 1)
    older = given.query(before=str(lines[PAGE - 1].key)) if lines[PAGE:] else None
    return render(
        "statements.html",
        400 if given.faults else 200,
        given=given,
        lines=lines[:PAGE],
        integrations=integrations,
        names={key: each.name for key, each in integrations.items()},
        chips=given.chips(_name(integrations, given.values["integration"])),
        verbs=KNOWN_VERBS,
        older=older,
        newest=given.query() if given.before is not None else None,
        current="statements",
    )


@blueprint.get("/admin/statements.csv")
@needs("statement.read")
def statement_csv() -> Response:
    """Stream the filtered statements as CSV."""
    integrations = _integrations()
    names = {key: each.name for key, each in integrations.items()}
    return _export(lambda given: format_csv(_iterate(given, integrations), names), "csv", "text/csv")


@blueprint.get("/admin/statements.ndjson")
@needs("statement.read")
def statement_ndjson() -> Response:
    """Stream the filtered statements as they are stored, one on each line."""
    integrations = _integrations()

    def lines(given: StatementFilter) -> Iterator[str]:
        return (format_statement(line.text).decode() for line in _iterate(given, integrations))

    return _export(lines, "ndjson", "application/x-ndjson")


@blueprint.get("/admin/statements/<key>")
@needs("statement.read")
def statement_detail(key: str) -> Response:
    """Show one statement."""
    shown = _find_or_404(key)
    text = shown.line.text.decode()
    return render(
        "statement.html",
        shown=shown,
        line=shown.line,
        pretty=format_pretty(text) if len(text) <= SHOWN_CHARACTERS else "",
        text=text[:SHOWN_CHARACTERS],
        is_cut=len(text) > SHOWN_CHARACTERS,
        current="statements",
    )


@blueprint.get("/admin/statements/<key>/statement.json")
@needs("statement.read")
def statement_file(key: str) -> Response:
    """Give one statement as a file, byte for byte as it is stored."""
    shown = _find_or_404(key)
    return _attachment(shown.line.text, "application/json", f"statement-{key}.json")


@blueprint.get("/admin/statements/<key>/attachments/<number>")
@needs("statement.read")
def statement_attachment(key: str, number: str) -> Response:
    """Give the data of an attachment as a file, never as a page: it is whatever a stranger sent."""
    with reading() as session:
        found = read_file(session, _number(key), _number(number))
    if found is None:
        abort(404, "There is no data of such an attachment.")
    file, part = found
    return _attachment(part.body, "application/octet-stream", f"attachment-{file.sha2[:16]}.bin")


def _export(write: Callable[[StatementFilter], Iterator[str]], ending: str, content_type: str) -> Response:
    given = read_filter(request.args)
    if given.faults:
        abort(400, " ".join(f"{sentence}." for _, sentence in given.faults))
    actor, query = current_actor(), given.query()
    transact(lambda session: acts.note_export(session, actor, query, what="statements"))
    rows = write(given)
    # The first rows are read before the answer begins, so that a database fault is still an honest 503.
    first = list(islice(rows, 2))
    name = f"waymark-statements-{clock.now().astimezone(_zone()):%Y-%m-%d}.{ending}"
    return current_app.response_class(
        stream_with_context(in_pieces(chain(first, rows))),
        content_type=f"{content_type}; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _list(given: StatementFilter, integrations: dict[str, Integration], limit: int) -> list[Line]:
    with reading() as session:
        agents = find_agents(session, given.values["person"]) if given.values["person"] else None
        return list_lines(session, _wanted(given, integrations, agents), limit=limit, languages=_languages())


def _iterate(given: StatementFilter, integrations: dict[str, Integration]) -> Iterator[Line]:
    """Yield the statements a page at a time, each page in a short look at the database."""
    languages = _languages()
    with reading() as session:
        agents = find_agents(session, given.values["person"]) if given.values["person"] else None
    wanted = _wanted(given, integrations, agents)
    while True:
        with reading() as session:
            lines = list_lines(session, wanted, limit=_AT_ONCE, languages=languages)
        yield from lines
        if len(lines) < _AT_ONCE:
            return
        wanted = replace(wanted, before=lines[-1].key)


def _wanted(
    given: StatementFilter, integrations: dict[str, Integration], agents: tuple[Link, ...] | None
) -> Wanted:
    values = given.values
    after, until = given.keys(_zone())
    links = []
    if values["registration"]:
        links.append((int(LinkKind.REGISTRATION), digest(values["registration"].lower())))
    if values["activity"]:
        links.append((int(LinkKind.ACTIVITY_ANY), digest(values["activity"])))
    if values["verb"]:
        links.append((int(LinkKind.VERB), digest(given.verb_id)))
    chosen = [key for key in integrations if values["integration"] in ("", key)]
    return Wanted(
        integration_ids=tuple(chosen),
        agents=agents,
        links=tuple(links),
        after=LOWEST_KEY if after is None else after,
        before=min(HIGHEST_KEY if each is None else each for each in (until, given.before)),
        hides_voided=values["voided"] == "no",
    )


def _integrations() -> dict[str, Integration]:
    """Return the integrations that can have statements, by their ids."""
    with reading() as session:
        return {each.id: each for each in list_integrations(session) if each.kind is not Kind.AICC}


def _name(integrations: dict[str, Integration], integration_id: str) -> str:
    return integrations[integration_id].name if integration_id in integrations else integration_id


def _find_or_404(key: str) -> Shown:
    with reading() as session:
        shown = get_shown(session, _number(key), languages=_languages())
    if shown is None:
        abort(404, "There is no such statement; it may have been deleted with its integration.")
    return shown


def _number(text: str) -> int:
    """Read a number of the address; what is none, or greater than any key, is 404."""
    number = int(text) if text.isdecimal() else HIGHEST_KEY + 1
    if number > HIGHEST_KEY:
        abort(404)
    return number


def _languages() -> tuple[str, ...]:
    return parse_accept_language(request.headers.get("Accept-Language"))


def _attachment(body: bytes, content_type: str, name: str) -> Response:
    reply = current_app.response_class(body, content_type=content_type)
    reply.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    reply.headers["X-Content-Type-Options"] = "nosniff"
    return reply


def _zone() -> ZoneInfo:
    return ZoneInfo(organisation().time_zone)
