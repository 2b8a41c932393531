"""Courses: the list, a new one, and a course's page with learners and launch links."""

from __future__ import annotations

from flask import abort, request, url_for
from werkzeug.wrappers import Response

from app.access.integrations import list_integrations
from app.admin.acts import records as acts
from app.admin.blueprint import blueprint
from app.admin.forms import CourseForm, LaunchOfCourseForm, sentence, text_of
from app.admin.frame import current_actor, render, say, see_other
from app.admin.launch_links import LEARNERS_OFFERED, integration_name, make_link
from app.admin.listing import read_listing
from app.admin.security import needs
from app.catalog.service import BadCourse, Course, UnknownCourse, get_course, list_courses
from app.db import reading, transact
from app.learners.service import list_learners
from app.progress.queries import ProgressFilter, Sort, list_progress

PAGE = 50
LEARNERS_SHOWN = 100


@blueprint.get("/admin/courses")
@needs("course.read")
def course_list() -> Response:
    listing = read_listing(request.args)
    with reading() as session:
        courses = list_courses(session, text=listing.text, after=listing.after, limit=PAGE + 1)
    next_after = courses[PAGE - 1].id if len(courses) > PAGE else None
    return render(
        "courses.html", courses=courses[:PAGE], listing=listing, next_after=next_after, current="courses"
    )


@blueprint.route("/admin/courses/new", methods=["GET", "POST"])
@needs("course.change")
def new_course() -> Response:
    """Add a course; `?activity_id=` and `?title=` propose values, for courses seen in messages."""
    with reading() as session:
        integrations = [i for i in list_integrations(session) if not i.is_demo]
    if not integrations:
        say("Add an integration first: a course belongs to the source that reports for it.", "warn")
        return see_other(url_for("admin.new_integration"))
    proposed = {name: request.args.get(name, "") for name in ("activity_id", "title", "integration")}
    form = CourseForm(data=proposed)
    form.integration.choices = {i.id: i.name for i in integrations}
    if request.method == "POST" and form.validate():
        course = _add(form)
        if course is not None:
            say(f"{course.title} is in the list.")
            return see_other(url_for("admin.course_detail", course_id=course.id))
    return render("course_new.html", 422 if request.method == "POST" else 200, form=form, current="courses")


@blueprint.route("/admin/courses/<course_id>", methods=["GET", "POST"])
@needs("course.read")
def course_detail(course_id: str) -> Response:
    """Show a course; a POST makes a launch link for the chosen learner."""
    course = _find_or_404(course_id)
    form = LaunchOfCourseForm()
    with reading() as session:
        learners = list_learners(session, limit=LEARNERS_OFFERED)
        page = list_progress(
            session,
            ProgressFilter(course_id=course_id, has_videos=True),
            sort=Sort.LAST_ACTIVITY,
            limit=LEARNERS_SHOWN,
        )
        owner = integration_name(session, course)
    form.learner.choices = {learner.id: learner.name for learner in learners}
    link = None
    if request.method == "POST" and form.validate_on_submit():
        link, trouble = make_link(course_id=course_id, learner_id=form.learner.data)
        if trouble:
            form.learner.errors = [trouble]
    return render(
        "course.html",
        422 if form.errors else 200,
        course=course,
        integration_name=owner,
        lines=page.items,
        has_more=page.next_cursor is not None,
        form=form,
        link=link,
        current="courses",
    )


def _find_or_404(course_id: str) -> Course:
    try:
        with reading() as session:
            return get_course(session, course_id)
    except UnknownCourse:
        abort(404, "There is no such course.")


def _add(form: CourseForm) -> Course | None:
    actor = current_actor()
    try:
        return transact(
            lambda session: acts.add_course(
                session,
                actor,
                integration_id=form.integration.data,
                title=text_of(form.title),
                activity_id=text_of(form.activity_id),
                launch_url=form.launch_url.data,
            )
        )
    except BadCourse as error:
        text = str(error)
        field = (
            form.launch_url if "launch URL" in text else form.title if "title" in text else form.activity_id
        )
        field.errors = [sentence(text)]
        return None
