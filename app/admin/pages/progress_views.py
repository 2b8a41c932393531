"""Saved views of the progress table: kept under a name, shared with all, renamed, deleted."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qsl

from flask import abort, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from app.access.saved_views import BadView, SavedView, UnknownView, list_views
from app.admin.acts import saved_views as acts
from app.admin.blueprint import blueprint
from app.admin.form_parts import sentence, text_of
from app.admin.frame import current_actor, may, person, render, say, see_other
from app.admin.pages.progress import find_names, organisation_zone
from app.admin.progress_query import CHOSEN_COLUMNS, COLUMN_NAMES, ProgressView, parse_view
from app.admin.security import needs
from app.admin.view_form import SavedViewForm
from app.db import reading, transact
from app.words import worded


@dataclass(frozen=True, slots=True)
class Shown:
    """A saved view in words: its filters, its order, what of it is no longer here."""

    view: SavedView
    filters: tuple[str, ...]
    order: str
    columns: tuple[str, ...]
    gone: tuple[str, ...]
    is_mine: bool
    may_change: bool


@blueprint.route("/admin/progress/views", methods=["GET", "POST"])
@needs("progress.read")
def progress_views() -> Response:
    """List the views that the reader sees; a POST keeps what the address asks for as one more."""
    wanted = parse_view(request.args, organisation_zone())
    form, actor = SavedViewForm(), current_actor()
    if request.method == "POST" and form.validate():
        try:
            view = transact(
                lambda session: acts.save_view(
                    session,
                    actor,
                    name=text_of(form.name),
                    query=wanted.saved_query(),
                    is_shared=bool(form.is_shared.data),
                )
            )
        except BadView as error:
            form.name.errors = [sentence(str(error))]
        else:
            say(
                worded("%(name)s is saved and shared with all who sign in here.", name=view.name)
                if view.is_shared
                else worded("%(name)s is saved.", name=view.name)
            )
            return see_other(f"{url_for('admin.progress_table')}?{view.query}")
    with reading() as session:
        views = list_views(session, person().id)
    names, _ = find_names(wanted)
    return render(
        "progress_views.html",
        422 if form.errors else 200,
        form=form,
        query=wanted.saved_query(),
        filters=[chip.words for chip in wanted.chips(names)],
        order=_order(wanted),
        columns=_columns(wanted),
        views=[_show(view) for view in views],
        may_share=may(acts.SHARES),
        current="progress",
    )


@blueprint.post("/admin/progress/views/<view_id>")
@needs("progress.read")
def progress_view_change(view_id: str) -> Response:
    """Rename a view, and share it or no longer."""
    form, actor = SavedViewForm(), current_actor()
    try:
        view = transact(
            lambda session: acts.change_view(
                session, actor, view_id, name=text_of(form.name), is_shared=bool(form.is_shared.data)
            )
        )
    except UnknownView:
        abort(404, worded("There is no such view, or it is somebody else’s."))
    except BadView as error:
        say(worded("%(trouble)s.", trouble=sentence(str(error))), "warn")
    else:
        say(worded("%(name)s is changed.", name=view.name))
    return see_other(url_for("admin.progress_views"))


@blueprint.post("/admin/progress/views/<view_id>/delete")
@needs("progress.read")
def progress_view_delete(view_id: str) -> Response:
    """Forget a view; the rows that it showed stay."""
    actor = current_actor()
    try:
        view = transact(lambda session: acts.delete_view(session, actor, view_id))
    except UnknownView:
        abort(404, worded("There is no such view, or it is somebody else’s."))
    say(worded("%(name)s is deleted. Progress itself stays as it was.", name=view.name))
    return see_other(url_for("admin.progress_views"))


def _show(view: SavedView) -> Shown:
    wanted = parse_view(MultiDict(parse_qsl(view.query)), organisation_zone())
    names, gone = find_names(wanted)
    return Shown(
        view=view,
        filters=tuple(chip.words for chip in wanted.chips(names)),
        order=_order(wanted),
        columns=_columns(wanted),
        gone=gone,
        is_mine=view.person_id == person().id,
        may_change=acts.may_change(view, person().id, person().role),
    )


def _columns(wanted: ProgressView) -> tuple[str, ...]:
    """Name the columns that were chosen; none when all are shown."""
    chosen = tuple(words for name, words in CHOSEN_COLUMNS.items() if name in wanted.columns)
    return chosen if len(chosen) < len(CHOSEN_COLUMNS) else ()


def _order(wanted: ProgressView) -> str:
    name = wanted.sort.value
    upwards, downwards = _ORDERS.get(name, (worded("lowest first"), worded("highest first")))
    order = downwards if wanted.is_descending else upwards
    return worded("%(column)s, %(order)s", column=COLUMN_NAMES[name], order=order)


_TEXT, _DAY = (worded("A to Z"), worded("Z to A")), (worded("earliest first"), worded("latest first"))
_ORDERS = {
    "learner": _TEXT,
    "course": _TEXT,
    "first_seen": _DAY,
    "last_activity": _DAY,
    "completed_at": _DAY,
}
