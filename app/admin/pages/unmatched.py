"""People seen in messages: assigned to a learner, taken for a new one, or ignored."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from flask import abort, request, url_for
from werkzeug.wrappers import Response

from app.admin.acts import identities as acts
from app.admin.blueprint import blueprint
from app.admin.formats import format_count
from app.admin.frame import current_actor, render, say, see_other
from app.admin.listing import is_id, read_listing
from app.admin.security import needs
from app.db import reading, transact
from app.languages import in_language
from app.learners.unmatched import COUNT_CAP, count_unmatched, list_unmatched
from app.learners.values import BadLearner, UnknownLearner
from app.words import Words, worded, worded_many

PAGE = 50
TABS = ("unmatched", "ignored")


def unmatched_page(tab: str) -> Response:
    """Show one of the two lists: those who wait, or those who are ignored."""
    listing = read_listing(request.args)
    with reading() as session:
        found = list_unmatched(session, is_ignored=tab == "ignored", after=listing.after, limit=PAGE + 1)
    return render(
        "unmatched.html",
        strangers=found[:PAGE],
        next_after=found[PAGE - 1].learner.id if len(found) > PAGE else None,
        listing=listing,
        counts=read_counts(),
        tab=tab,
        current="learners",
    )


def read_counts() -> dict[str, str]:
    """Count both lists, as the tabs write it."""
    with reading() as session:
        counts = {tab: count_unmatched(session, is_ignored=tab == "ignored") for tab in TABS}
    return {
        tab: f"{format_count(COUNT_CAP)}+" if n > COUNT_CAP else format_count(n) for tab, n in counts.items()
    }


@blueprint.post("/admin/learners/unmatched")
@needs("identity.change")
def unmatched_act() -> Response:
    """Do what was chosen: for one person (`one` is act:id:whom), or for all who are ticked."""
    act, ids = request.form.get("act", ""), request.form.getlist("learner")
    targets: dict[str, str] = {}
    if one := request.form.get("one", ""):
        act, _, rest = one.partition(":")
        stranger, _, target = rest.partition(":")
        ids, targets = [stranger], {stranger: target}
    else:
        targets = {each: request.form.get(f"best-{each}", "") for each in ids}
    tab = "ignored" if act == "unignore" else "unmatched"
    back = see_other(url_for("admin.learner_list", tab=tab))
    if act != "assign" and act not in _ACTS:
        abort(400, worded("The form names no act of this page."))
    if not all(is_id(each) for each in (*ids, *filter(None, targets.values()))):
        abort(400, worded("The form names somebody whom no page shows."))
    if not ids:
        say(worded("Nobody was ticked. Tick the people first, then choose what to do."), "warn")
        return back
    if act == "assign":
        _assign(ids, targets)
    else:
        _change(act, ids)
    return back


def _assign(ids: Sequence[str], targets: dict[str, str]) -> None:
    """Merge each into whom the page suggested, in a transaction each: reports go on in between."""
    done, failed, left = 0, [], 0
    for stranger in ids:
        if not targets[stranger]:
            left += 1
            continue
        try:
            transact(partial(acts.merge, actor=current_actor(), keep_id=targets[stranger], other_id=stranger))
            done += 1
        except (UnknownLearner, BadLearner) as error:
            failed.append(str(error))
    if done:
        say(
            worded_many(
                "%(num)s person assigned. Everything reported about them counts for the learner now.",
                "%(num)s people assigned. Everything reported about them counts for the learner now.",
                done,
            )
        )
    if left:
        say(
            worded_many(
                "%(num)s person left: who they are is not certain. Choose for each of them.",
                "%(num)s people left: who they are is not certain. Choose for each of them.",
                left,
            ),
            "warn",
        )
    if failed:
        why = "; ".join(sorted(in_language(each) for each in set(failed)))
        say(
            worded_many(
                "%(num)s person not assigned: %(why)s.",
                "%(num)s people not assigned: %(why)s.",
                len(failed),
                why=why,
            ),
            "bad",
        )


def _change(act: str, ids: Sequence[str]) -> None:
    work, words = _ACTS[act]
    count = transact(lambda session: work(session, current_actor(), ids))
    say(words(count) if count else worded("Nothing changed: somebody was faster."))


def _say_created(count: int) -> Words:
    return worded_many(
        "%(num)s person added as new learners.", "%(num)s people added as new learners.", count
    )


def _say_ignored(count: int) -> Words:
    return worded_many(
        "%(num)s person ignored. What they report is kept, and you can take this back under Ignored.",
        "%(num)s people ignored. What they report is kept, and you can take this back under Ignored.",
        count,
    )


def _say_unignored(count: int) -> Words:
    return worded_many(
        "%(num)s person back among the unmatched.", "%(num)s people back among the unmatched.", count
    )


_ACTS: dict[str, tuple[Callable[..., int], Callable[[int], Words]]] = {
    "create": (acts.accept, _say_created),
    "ignore": (partial(acts.ignore, is_ignored=True), _say_ignored),
    "unignore": (partial(acts.ignore, is_ignored=False), _say_unignored),
}
