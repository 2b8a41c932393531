"""xAPI statements as files: what a filter leaves, one statement, and the attachments of one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import chain, islice
from zoneinfo import ZoneInfo

from flask import abort, current_app, request, stream_with_context
from werkzeug.wrappers import Response

from app import clock
from app.admin.acts import records as acts
from app.admin.blueprint import blueprint
from app.admin.file_names import name_attachment
from app.admin.frame import current_actor, organisation
from app.admin.pages.statements import find_or_404, list_sources, read_languages, read_number, read_wanted
from app.admin.security import needs
from app.db import reading, transact
from app.progress.export import in_pieces
from app.words import worded
from app.xapi.browsing import Line, Wanted, list_lines
from app.xapi.portable import format_statement
from app.xapi.statement_csv import format_csv
from app.xapi.statement_filter import StatementFilter, read_filter
from app.xapi.statement_view import read_file

# Statements are mostly small, and may be of megabytes: what is read at once follows their size.
_FEWEST, _MOST = 10, 500
_BYTES_AT_ONCE = 4 * 1024 * 1024


@blueprint.get("/admin/statements.csv")
@needs("statement.read")
def statement_csv() -> Response:
    """Stream the filtered statements as CSV."""
    names = {key: each.name for key, each in list_sources().items()}
    return _export(lambda lines: format_csv(lines, names), "csv", "text/csv")


@blueprint.get("/admin/statements.ndjson")
@needs("statement.raw")
def statement_ndjson() -> Response:
    """Stream the filtered statements as they are stored, one on each line."""
    return _export(
        lambda lines: (format_statement(line.text).decode() for line in lines),
        "ndjson",
        "application/x-ndjson",
    )


@blueprint.get("/admin/statements/<key>/statement.json")
@needs("statement.raw")
def statement_file(key: str) -> Response:
    """Give one statement as a file, byte for byte as it is stored."""
    shown = find_or_404(key)
    return _attachment(shown.line.text, "application/json", f"statement-{shown.line.key}.json")


@blueprint.get("/admin/statements/<key>/attachments/<number>")
@needs("statement.raw")
def statement_attachment(key: str, number: str) -> Response:
    """Give the data of an attachment as a file, never as a page: it is whatever a stranger sent."""
    with reading() as session:
        found = read_file(session, read_number(key), read_number(number), languages=read_languages())
    if found is None:
        abort(404, worded("There is no data of such an attachment."))
    file, part = found
    name = name_attachment(file.name, file.sha2, file.content_type)
    return _attachment(part.body, "application/octet-stream", name)


def _export(write: Callable[[Iterator[Line]], Iterator[str]], ending: str, content_type: str) -> Response:
    given = read_filter(request.args)
    if given.faults:
        abort(400, _join([sentence for _, sentence in given.faults]))
    _note(given)
    rows = write(_iterate(read_wanted(given, list_sources())))
    # The first rows are read before the answer begins, so that a database fault is still an honest 503.
    first = list(islice(rows, 2))
    day = clock.now().astimezone(ZoneInfo(organisation().time_zone))
    return current_app.response_class(
        stream_with_context(in_pieces(chain(first, rows))),
        content_type=f"{content_type}; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="waymark-statements-{day:%Y-%m-%d}.{ending}"'},
    )


def _join(sentences: list[str]) -> str:
    """Return sentences behind each other, each with its full stop."""
    said = worded("%(sentence)s.", sentence=sentences[0])
    for each in sentences[1:]:
        said = worded("%(before)s %(sentence)s.", before=said, sentence=each)
    return said


def _note(given: StatementFilter) -> None:
    actor, query = current_actor(), given.query()
    transact(lambda session: acts.note_export(session, actor, query, what="statements"))


def _iterate(wanted: Wanted) -> Iterator[Line]:
    """Yield the statements a page at a time, each page in a short look at the database."""
    languages, limit = read_languages(), _FEWEST
    while True:
        with reading() as session:
            lines = list_lines(session, wanted, limit=limit, languages=languages)
        yield from lines
        if len(lines) < limit or wanted.statement_id:
            return
        wanted = replace(wanted, before=lines[-1].key)
        average = sum(len(line.text) for line in lines) // len(lines)
        # Not at once, for a few small ones say little of the next.
        limit = max(_FEWEST, min(_MOST, limit * 4, _BYTES_AT_ONCE // max(average, 1)))


def _attachment(body: bytes, content_type: str, name: str) -> Response:
    reply = current_app.response_class(body, content_type=content_type)
    reply.headers.set("Content-Disposition", "attachment", filename=name)
    reply.headers["X-Content-Type-Options"] = "nosniff"
    return reply
