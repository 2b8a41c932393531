"""What was decided of many rows at once, and its undoing as one."""

from __future__ import annotations

import time
from functools import partial

from flask import abort, request, url_for
from werkzeug.wrappers import Response

from app.admin.acts import decided_groups as acts
from app.admin.blueprint import blueprint
from app.admin.frame import current_actor, render, say, see_other
from app.admin.pages.progress_many import PATIENCE_SECONDS
from app.admin.security import needs
from app.db import reading, transact
from app.progress.decided_groups import DecidedGroup, UnknownGroup, get_group, list_group
from app.words import worded

_PAGE = 100


@blueprint.get("/admin/progress/groups/<group_id>")
@needs("progress.read")
def decided_group(group_id: str) -> Response:
    """Show a group and its rows; `?after=` shows those after a decision's number."""
    group = _find_or_404(group_id)
    after = max(0, min(request.args.get("after", 0, type=int), 2**63 - 1))
    with reading() as session:
        rows = list_group(session, group_id, after=after, limit=_PAGE + 1)
    return render(
        "decided_group.html",
        group=group,
        rows=rows[:_PAGE],
        after=after,
        next_after=rows[_PAGE - 1].id if len(rows) > _PAGE else None,
        current="progress",
    )


@blueprint.post("/admin/progress/groups/<group_id>/undo")
@needs("progress.change")
def decided_group_undo(group_id: str) -> Response:
    """Take back all that still counts of a group, as much as time allows; the page offers the rest."""
    group, actor = _find_or_404(group_id), current_actor()
    if group.counting:
        detail = {"reason": group.reason, "group": group.id}
        transact(partial(acts.note_begin, actor=actor, undoes=True, rows=group.counting, detail=detail))
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end and transact(partial(acts.undo, group_id=group_id, by=actor.name)):
        pass
    left = _find_or_404(group_id).counting
    if left:
        numbers = {"done": f"{group.counting - left:,}", "left": f"{left:,}"}
        say(worded("%(done)s rows are undone, %(left)s are left. Undo again to go on.", **numbers), "warn")
    else:
        say(worded("Undone. The rows say what they would without that decision."))
    return see_other(url_for("admin.decided_group", group_id=group_id))


def _find_or_404(group_id: str) -> DecidedGroup:
    try:
        with reading() as session:
            return get_group(session, group_id)
    except UnknownGroup:
        abort(404, worded("Nothing was decided under this address."))
