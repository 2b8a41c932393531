"""The progress table as a file: exactly the filtered rows in their order, as CSV or as a workbook."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from itertools import chain, islice

from flask import abort, current_app, request, stream_with_context
from werkzeug.wrappers import Response

from app import clock
from app.admin.acts import records as acts
from app.admin.blueprint import blueprint
from app.admin.frame import current_actor, organisation
from app.admin.pages.exports import pieces
from app.admin.pages.progress import find_names, organisation_zone
from app.admin.progress_query import ProgressView, parse_view
from app.admin.security import needs
from app.db import reading, transact
from app.languages import in_language
from app.progress.export import format_csv, in_pieces
from app.progress.queries import count_progress, iterate_progress
from app.progress.workbook import MOST_ROWS, TooManyRows, write_workbook

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@blueprint.get("/admin/progress.csv")
@needs("progress.read")
def progress_csv() -> Response:
    """Stream the rows; `excel=1` adds the mark Excel needs for accents."""
    view = _read_view()
    _note(view)
    rows = _stream(view, organisation().time_zone)
    # The first rows are read before the answer begins, so that a database fault is still an honest 503.
    first = list(islice(rows, 2))
    mark = ["\ufeff"] if request.args.get("excel") == "1" else []
    return current_app.response_class(
        stream_with_context(in_pieces(chain(mark, first, rows))),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": _attachment("csv")},
    )


@blueprint.get("/admin/progress.xlsx")
@needs("progress.read")
def progress_xlsx() -> Response:
    """Send a workbook, made in a temporary file: it is whole before it leaves, and memory stays flat."""
    view = _read_view()
    with reading() as session:
        if count_progress(session, view.wanted, cap=MOST_ROWS) > MOST_ROWS:
            abort(400, str(TooManyRows()))
    _note(view)
    names, _ = find_names(view)
    filters = [chip.words for chip in view.chips(names)]
    file = tempfile.TemporaryFile()  # noqa: SIM115  # closed with the reply
    try:
        with reading() as session:
            lines = iterate_progress(session, view.wanted, sort=view.sort, is_descending=view.is_descending)
            zone_name = organisation().time_zone
            write_workbook(file, lines, time_zone=zone_name, taken_at=clock.now(), filters=filters)
    except TooManyRows as error:
        # More came in since they were counted.
        file.close()
        abort(400, str(error))
    reply = current_app.response_class(content_type=_XLSX)
    reply.content_length = file.tell()
    file.seek(0)
    reply.response = pieces(file)
    reply.headers["Content-Disposition"] = _attachment("xlsx")
    # A HEAD request reads none of it.
    reply.call_on_close(file.close)
    return reply


def _read_view() -> ProgressView:
    """Return what the address asks for; a file with other rows than were asked for would deceive."""
    view = parse_view(request.args, organisation_zone())
    if view.faults:
        abort(400, " ".join(f"{in_language(sentence)}." for _, sentence in view.faults))
    return view


def _note(view: ProgressView) -> None:
    actor, query = current_actor(), view.filter_query()
    transact(lambda session: acts.note_export(session, actor, query))


def _attachment(ending: str) -> str:
    day = f"{clock.now().astimezone(organisation_zone()):%Y-%m-%d}"
    return f'attachment; filename="waymark-progress-{day}.{ending}"'


def _stream(view: ProgressView, time_zone: str) -> Iterator[str]:
    with reading() as session:
        lines = iterate_progress(session, view.wanted, sort=view.sort, is_descending=view.is_descending)
        yield from format_csv(lines, time_zone=time_zone)
