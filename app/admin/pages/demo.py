"""Load and remove the demo."""

from __future__ import annotations

from flask import current_app, url_for
from werkzeug.wrappers import Response

from app import demo
from app.admin.acts import records as acts
from app.admin.blueprint import blueprint
from app.admin.frame import current_actor, say, see_other
from app.admin.security import needs
from app.db import transact
from app.words import worded

# Few enough to be played while somebody waits; the command line loads the whole demo.
LEARNERS = 12
COURSES = 6


@blueprint.post("/admin/demo/load")
@needs("demo.change")
def load_demo() -> Response:
    # Behind the proxy, whose types do not tell of it.
    app, actor = current_app._get_current_object(), current_actor()  # type: ignore[attr-defined]
    # A context of its own: the messages the demo plays must not share this request's `g`.
    with app.app_context():
        played = demo.load_demo(app, learners=LEARNERS, courses=COURSES)
    detail = {"messages": str(played.account.acknowledged)}
    transact(lambda session: acts.note_demo(session, actor, action="demo.loaded", detail=detail))
    say(played.summary, "ok" if played.is_good else "warn")
    return see_other(url_for("admin.overview"))


@blueprint.post("/admin/demo/clear")
@needs("demo.change")
def clear_demo() -> Response:
    actor = current_actor()
    cleared = transact(demo.clear_demo)
    detail = {"learners": str(cleared.learners), "courses": str(cleared.courses)}
    transact(lambda session: acts.note_demo(session, actor, action="demo.cleared", detail=detail))
    say(
        worded(
            "The demo is removed: %(learners)s learners and %(courses)s courses.",
            learners=cleared.learners,
            courses=cleared.courses,
        )
    )
    return see_other(url_for("admin.overview"))
