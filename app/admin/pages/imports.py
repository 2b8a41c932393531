"""Import AICC packages: upload, watch, look at the preview, take in or leave."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from functools import partial
from typing import NoReturn

from flask import abort, request, url_for
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from app.access.integrations import Integration, list_integrations
from app.admin.acts import packages as acts
from app.admin.blueprint import blueprint
from app.admin.frame import current_actor, render, say, see_other
from app.admin.package_forms import ImportForm
from app.admin.security import needs
from app.catalog import import_jobs
from app.catalog.import_file import CHUNK_BYTES
from app.catalog.import_jobs import BadImport, UnknownImport
from app.catalog.importing import Outcome
from app.db import reading, transact
from app.languages import language
from app.words import worded

PAGE = 50
# Errors first: they are what a person has to do something about.
_ORDER = (Outcome.ERROR, Outcome.NEW, Outcome.CHANGED, Outcome.SKIPPED, Outcome.SAME)


@blueprint.route("/admin/import", methods=["GET", "POST"])
@needs("course.change")
def import_packages() -> Response:
    """Show what was imported, and take zip files; each becomes an import of its own."""
    integrations = _integrations()
    form = ImportForm(data={"integration": request.args.get("integration", "")})
    form.integration.choices = {each.id: each.name for each in integrations}
    if request.method == "POST" and form.validate():
        files = [file for file in form.files.data if file and file.filename]
        ids = [_receive(file, form.integration.data) for file in files]
        if len(ids) > 1:
            say(worded("%(n)s files are here. Each has a preview of its own.", n=len(ids)))
            return see_other(url_for("admin.import_packages"))
        return see_other(url_for("admin.import_detail", import_id=ids[0]))
    with reading() as session:
        imports = import_jobs.list_imports(session)
    return render(
        "imports.html",
        422 if request.method == "POST" else 200,
        form=form,
        imports=imports,
        names={each.id: each.name for each in integrations},
        current="courses",
    )


@blueprint.get("/admin/import/<import_id>")
@needs("course.change")
def import_detail(import_id: str) -> Response:
    values = _live_values(import_id)
    return render("import.html", **values, etag=_etag(values), current="courses")


@blueprint.get("/admin/import/<import_id>/live")
@needs("course.change")
def import_live(import_id: str) -> Response:
    """Give what the page shows as a fragment that it asks for again and again."""
    values = _live_values(import_id)
    reply = render("import_live.html", **values)
    reply.headers["ETag"] = f'"{_etag(values)}"'
    reply.headers["Cache-Control"] = "private, no-cache"
    return reply.make_conditional(request)


@blueprint.post("/admin/import/<import_id>/apply")
@needs("course.change")
def import_apply(import_id: str) -> Response:
    return _act(import_id, acts.apply_import, worded("The courses are being taken in."))


@blueprint.post("/admin/import/<import_id>/discard")
@needs("course.change")
def import_discard(import_id: str) -> Response:
    return _act(import_id, acts.discard_import, worded("Nothing was changed. The file is being deleted."))


def _act(import_id: str, act: Callable[..., None], words: str) -> Response:
    actor = current_actor()
    try:
        transact(lambda session: act(session, actor, import_id))
    except UnknownImport:
        _not_there()
    except BadImport:
        # Two tabs, or two people: the page shows how things are now.
        say(worded("That was done already, or is no longer possible."), "info")
    else:
        say(words)
    return see_other(url_for("admin.import_detail", import_id=import_id))


def _receive(file: FileStorage, integration_id: str) -> str:
    """Copy an uploaded file into the database, a piece a transaction; returns the import's id."""
    actor = current_actor()
    import_id = transact(
        partial(acts.begin_upload, actor=actor, integration_id=integration_id, file_name=file.filename or "")
    )
    size_bytes = number = 0
    with file.stream:
        while piece := file.stream.read(CHUNK_BYTES):
            transact(partial(import_jobs.add_chunk, job_id=import_id, number=number, data=piece))
            size_bytes += len(piece)
            number += 1
    transact(partial(import_jobs.finish_upload, job_id=import_id, size_bytes=size_bytes))
    return import_id


def _live_values(import_id: str) -> dict[str, object]:
    after = request.args.get("after", "")
    with reading() as session:
        try:
            found = import_jobs.get_import(session, import_id)
        except UnknownImport:
            _not_there()
        counts = import_jobs.count_outcomes(session, import_id)
        shown = _choose_shown(counts)
        start = int(after) if after.isdecimal() and len(after) < 9 else -1
        items = import_jobs.list_items(session, import_id, shown, after=start, limit=PAGE + 1)
        integrations = {each.id: each.name for each in list_integrations(session)}
    return {
        "job": found,
        "counts": counts,
        "order": _ORDER,
        "shown": shown,
        "items": items[:PAGE],
        "after": start if start >= 0 else None,
        "next_after": items[PAGE - 1].position if len(items) > PAGE else None,
        "integration_name": integrations.get(found.integration_id, ""),
    }


def _choose_shown(counts: Mapping[Outcome, int]) -> Outcome:
    asked = request.args.get("show", "")
    if asked in set(Outcome):
        return Outcome(asked)
    return next((outcome for outcome in _ORDER if counts[outcome]), Outcome.NEW)


def _etag(values: dict[str, object]) -> str:
    """Name what the page shows; the text itself holds a form's token and differs each time."""
    seen = {name: value for name, value in values.items() if name != "order"}
    return hashlib.sha256(repr((language(), seen)).encode()).hexdigest()[:24]


def _not_there() -> NoReturn:
    abort(404, worded("There is no such import; previews are kept for 30 days."))


def _integrations() -> list[Integration]:
    with reading() as session:
        return [each for each in list_integrations(session) if not each.is_demo]
