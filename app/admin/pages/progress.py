"""The progress table: the address is its state."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from flask import request
from werkzeug.wrappers import Response

from app.access.integrations import list_integrations
from app.access.saved_views import list_views
from app.admin.blueprint import blueprint
from app.admin.frame import organisation, person, render
from app.admin.progress_query import (
    CHANNEL_NAMES,
    CHOSEN_COLUMNS,
    SIZES,
    ProgressView,
    parse_view,
    without_cursor,
)
from app.admin.security import needs
from app.catalog.service import UnknownCourse, get_course
from app.db import reading
from app.learners.service import get_learner
from app.learners.values import UnknownLearner
from app.progress.presence import has_demo, has_progress
from app.progress.queries import COUNT_CAP, BadCursor, Page, count_progress, list_progress
from app.progress.wording import STATUS_NAMES
from app.words import worded


@blueprint.get("/admin/progress")
@needs("progress.read")
def progress_table() -> Response:
    view = parse_view(request.args, organisation_zone())
    with reading() as session:
        count = count_progress(session, view.wanted)
        views = list_views(session, person().id)
        is_first_use = not count and not has_progress(session)
        is_connected = bool(list_integrations(session))
        is_any_demo = has_demo(session)
    names, gone = find_names(view)
    view, page = _read_page(view, count)
    return render(
        "progress.html",
        400 if view.faults else 200,
        view=view,
        page=page,
        count=count,
        count_cap=COUNT_CAP,
        chips=view.chips(names),
        gone=gone,
        views=views,
        is_first_use=is_first_use,
        is_connected=is_connected,
        has_demo=is_any_demo,
        statuses=STATUS_NAMES,
        channels=CHANNEL_NAMES,
        sizes=SIZES,
        columns=CHOSEN_COLUMNS,
        current="progress",
    )


def _read_page(view: ProgressView, matching: int) -> tuple[ProgressView, Page]:
    try:
        return view, _list(view, matching)
    except BadCursor:
        view = without_cursor(view, worded("The page mark in the address is damaged; this is the first page"))
        return view, _list(view, matching)


def _list(view: ProgressView, matching: int) -> Page:
    with reading() as session:
        return list_progress(
            session,
            view.wanted,
            sort=view.sort,
            is_descending=view.is_descending,
            cursor=view.cursor,
            limit=view.size,
            matching=matching,
        )


def find_names(view: ProgressView) -> tuple[dict[str, str], tuple[str, ...]]:
    """Return the names behind the ids in the filter, and what of it is not here any more."""
    names, gone = {}, []
    with reading() as session:
        for name, value in view.pairs:
            try:
                if name == "learner_id":
                    names[name] = get_learner(session, value).name
                elif name == "course_id":
                    names[name] = get_course(session, value).title
            except (UnknownLearner, UnknownCourse):
                names[name] = worded("not here any more")
                gone.append(name.removesuffix("_id"))
    return names, tuple(gone)


def organisation_zone() -> ZoneInfo:
    return ZoneInfo(organisation().time_zone)
