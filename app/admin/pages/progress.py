"""The progress table and its CSV: the address is the state of both."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, islice
from zoneinfo import ZoneInfo

from flask import abort, current_app, request, stream_with_context
from werkzeug.wrappers import Response

from app import clock
from app.access.integrations import list_integrations
from app.admin.acts import records as acts
from app.admin.blueprint import blueprint
from app.admin.frame import current_actor, organisation, render
from app.admin.progress_query import (
    CHANNEL_NAMES,
    SIZES,
    ProgressView,
    parse_view,
    without_cursor,
)
from app.admin.security import needs
from app.admin.streaming import in_pieces
from app.admin.summaries import has_demo, has_progress
from app.catalog.service import UnknownCourse, get_course
from app.db import reading, transact
from app.learners.service import get_learner
from app.learners.values import UnknownLearner
from app.progress.export import format_csv
from app.progress.queries import COUNT_CAP, BadCursor, Page, count_progress, iterate_progress, list_progress
from app.progress.wording import STATUS_NAMES


@blueprint.get("/admin/progress")
@needs("progress.read")
def progress_table() -> Response:
    view = parse_view(request.args, _zone())
    view, page = _read_page(view)
    with reading() as session:
        count = count_progress(session, view.wanted)
        is_first_use = not count and not has_progress(session)
        is_connected = bool(list_integrations(session))
        is_any_demo = has_demo(session)
    return render(
        "progress.html",
        400 if view.faults else 200,
        view=view,
        page=page,
        count=count,
        count_cap=COUNT_CAP,
        chips=view.chips(_names(view)),
        is_first_use=is_first_use,
        is_connected=is_connected,
        has_demo=is_any_demo,
        statuses=STATUS_NAMES,
        channels=CHANNEL_NAMES,
        sizes=SIZES,
        current="progress",
    )


@blueprint.get("/admin/progress.csv")
@needs("progress.read")
def progress_csv() -> Response:
    """Stream exactly the filtered rows in their order; `excel=1` adds the mark Excel needs for accents."""
    view = parse_view(request.args, _zone())
    if view.faults:
        abort(400, " ".join(f"{sentence}." for _, sentence in view.faults))
    actor, query = current_actor(), view.filter_query()
    transact(lambda session: acts.note_export(session, actor, query))
    rows = _stream(view, organisation().time_zone)
    # The first rows are read before the answer begins, so that a database fault is still an honest 503.
    first = list(islice(rows, 2))
    mark = ["\ufeff"] if request.args.get("excel") == "1" else []
    name = f"waymark-progress-{clock.now().astimezone(_zone()):%Y-%m-%d}.csv"
    return current_app.response_class(
        stream_with_context(in_pieces(chain(mark, first, rows))),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _read_page(view: ProgressView) -> tuple[ProgressView, Page]:
    try:
        return view, _list(view)
    except BadCursor:
        view = without_cursor(view, "The page mark in the address is damaged; this is the first page")
        return view, _list(view)


def _list(view: ProgressView) -> Page:
    with reading() as session:
        return list_progress(
            session,
            view.wanted,
            sort=view.sort,
            is_descending=view.is_descending,
            cursor=view.cursor,
            limit=view.size,
        )


def _names(view: ProgressView) -> dict[str, str]:
    """Return the names behind the ids in the filter; an id nobody has stands for itself."""
    names = {}
    with reading() as session:
        try:
            if view.wanted.learner_id:
                names["learner_id"] = get_learner(session, view.wanted.learner_id).name
            if view.wanted.course_id:
                names["course_id"] = get_course(session, view.wanted.course_id).title
        except (UnknownLearner, UnknownCourse):
            pass
    return names


def _stream(view: ProgressView, time_zone: str) -> Iterator[str]:
    with reading() as session:
        lines = iterate_progress(session, view.wanted, sort=view.sort, is_descending=view.is_descending)
        yield from format_csv(lines, time_zone=time_zone)


def _zone() -> ZoneInfo:
    return ZoneInfo(organisation().time_zone)
