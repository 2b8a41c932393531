"""Learners: the list, a new one, and a learner's page with courses and launch links."""

from __future__ import annotations

from flask import abort, request, url_for
from werkzeug.wrappers import Response

from app.admin.acts import records as acts
from app.admin.blueprint import blueprint
from app.admin.delivery_view import list_went
from app.admin.form_parts import sentence, text_of
from app.admin.forms import LaunchForLearnerForm, LearnerForm
from app.admin.frame import current_actor, may, render, say, see_other
from app.admin.launch_links import list_launchable, make_link
from app.admin.listing import read_listing
from app.admin.pages.unmatched import TABS, read_counts, unmatched_page
from app.admin.security import needs
from app.admin.session_view import describe_state
from app.db import reading, transact
from app.inspector.sessions import count_unheard, list_sessions
from app.learners.listing import list_learners
from app.learners.service import get_learner
from app.learners.values import BadLearner, Learner, UnknownLearner
from app.progress.queries import ProgressFilter, Sort, list_progress
from app.progress.tallies import Tally, tally
from app.words import worded

PAGE = 50
COURSES_SHOWN = 100
SESSIONS_SHOWN = 10


@blueprint.get("/admin/learners")
@needs("learner.read")
def learner_list() -> Response:
    """List everybody; `?tab=unmatched` and `?tab=ignored` show those who were only seen in messages."""
    tab = request.args.get("tab", "")
    if tab in TABS and may("identity.read"):
        return unmatched_page(tab)
    listing, group = read_listing(request.args), _read_group()
    with reading() as session:
        learners = list_learners(session, text=listing.text, group=group, after=listing.after, limit=PAGE + 1)
        shown = learners[:PAGE]
        tallies = tally(session, [each.id for each in shown])
    return render(
        "learners.html",
        learners=shown,
        tallies=tallies,
        nothing=Tally(),
        group=group,
        listing=listing,
        next_after=shown[-1].id if len(learners) > PAGE else None,
        counts=read_counts(),
        tab="",
        current="learners",
    )


def _read_group() -> str:
    return "".join(c for c in request.args.get("group", "") if c.isprintable()).strip()[:200]


@blueprint.route("/admin/learners/new", methods=["GET", "POST"])
@needs("learner.change")
def new_learner() -> Response:
    form = LearnerForm()
    if request.method == "POST" and form.validate():
        learner = _add(form)
        if learner is not None:
            say(worded("%(name)s is in the list.", name=learner.name))
            return see_other(url_for("admin.learner_detail", learner_id=learner.id))
    return render("learner_new.html", 422 if request.method == "POST" else 200, form=form, current="learners")


@blueprint.route("/admin/learners/<learner_id>", methods=["GET", "POST"])
@needs("learner.read", to_post="launch_link.make")
def learner_detail(learner_id: str) -> Response:
    """Show a learner; a POST makes a launch link for the chosen course."""
    learner = _find_or_404(learner_id)
    if learner.id != learner_id:
        # They were merged: an old link leads on.
        return see_other(url_for("admin.learner_detail", learner_id=learner.id))
    form = LaunchForLearnerForm()
    with reading() as session:
        courses = list_launchable(session)
        page = list_progress(
            session, ProgressFilter(learner_id=learner_id), sort=Sort.LAST_ACTIVITY, limit=COURSES_SHOWN
        )
        sessions = list_sessions(session, learner_id=learner_id, is_heard=True, limit=SESSIONS_SHOWN + 1)
        unheard = count_unheard(session, learner_id=learner_id)
        went = list_went(session, learner_id=learner_id)
    form.course.choices = {course.id: course.title for course in courses}
    link = None
    if request.method == "POST" and form.validate_on_submit():
        link, trouble = make_link(
            course_id=form.course.data,
            learner_id=learner_id,
            is_credit=form.is_credit,
            lesson_mode=form.lesson_mode,
        )
        if trouble:
            form.course.errors = [trouble]
    return render(
        "learner.html",
        422 if form.errors else 200,
        learner=learner,
        lines=page.items,
        has_more=page.next_cursor is not None,
        sessions_shown=sessions[:SESSIONS_SHOWN],
        has_more_sessions=len(sessions) > SESSIONS_SHOWN,
        unheard=unheard,
        describe_state=describe_state,
        went=went,
        form=form,
        link=link,
        current="learners",
    )


def _find_or_404(learner_id: str) -> Learner:
    try:
        with reading() as session:
            return get_learner(session, learner_id)
    except UnknownLearner:
        abort(404, worded("There is no such learner."))


def _add(form: LearnerForm) -> Learner | None:
    actor = current_actor()
    try:
        return transact(
            lambda session: acts.add_learner(
                session, actor, name=text_of(form.name), email=form.email.data, user_id=form.user_id.data
            )
        )
    except BadLearner as error:
        field = form.name if "name" in str(error) else form.email
        field.errors = [sentence(str(error))]
        return None
