"""Courses: the list, and a course's page with learners and launch links."""

from __future__ import annotations

from collections.abc import Sequence

from flask import abort, request
from werkzeug.wrappers import Response

from app.admin.blueprint import blueprint
from app.admin.forms import LaunchOfCourseForm
from app.admin.frame import render
from app.admin.funnel_view import list_steps
from app.admin.launch_links import LEARNERS_OFFERED, MadeLink, integration_name, make_link
from app.admin.listing import read_listing
from app.admin.security import needs
from app.catalog.mapping import list_identifiers
from app.catalog.seen import COUNT_CAP, count_seen_only, list_seen_only
from app.catalog.service import Course, Unit, UnknownCourse, get_course, list_courses
from app.catalog.units import list_units
from app.db import reading
from app.learners.listing import list_learners
from app.progress.funnels import NOBODY, count_unheard, find_middle, read_funnels
from app.progress.queries import ProgressFilter, Sort, list_progress
from app.progress.values import Status
from app.words import worded

PAGE = 50
LEARNERS_SHOWN = 100


@blueprint.get("/admin/courses")
@needs("course.read")
def course_list() -> Response:
    """List courses; `?tab=seen` shows those that only messages spoke of."""
    listing, is_seen_only = read_listing(request.args), request.args.get("tab") == "seen"
    list_them = list_seen_only if is_seen_only else list_courses
    with reading() as session:
        courses = list_them(session, text=listing.text, after=listing.after, limit=PAGE + 1)
        shown = courses[:PAGE]
        funnels = read_funnels(session, [each.id for each in shown])
        seen = count_seen_only(session)
    return render(
        "courses.html",
        courses=shown,
        funnels=funnels,
        nobody=NOBODY,
        seen=seen,
        count_cap=COUNT_CAP,
        tab="seen" if is_seen_only else None,
        listing=listing,
        next_after=shown[-1].id if len(courses) > PAGE else None,
        current="courses",
    )


@blueprint.route("/admin/courses/<course_id>", methods=["GET", "POST"])
@needs("course.read", to_post="launch_link.make")
def course_detail(course_id: str) -> Response:
    """Show a course; a POST makes a launch link for the chosen learner."""
    course = find_or_404(course_id)
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
        units = list_units(session, course_id)
        identifiers = list_identifiers(session, course_id)
        funnel = read_funnels(session, [course_id]).get(course_id, NOBODY)
        middle, unheard = find_middle(session, course_id, funnel), count_unheard(session, course_id)
    form.learner.choices = {learner.id: learner.name for learner in learners}
    launchable = _offer_units(form, units)
    is_wanted = request.method == "POST" and form.validate_on_submit()
    link = _make_link(course_id, form) if is_wanted else None
    return render(
        "course.html",
        422 if form.errors else 200,
        course=course,
        integration_name=owner,
        unit=next(iter(launchable or units), None),
        units=units,
        identifiers=identifiers,
        lines=page.items,
        has_more=page.next_cursor is not None,
        funnel=funnel,
        steps=list_steps(course_id, funnel, unheard=unheard),
        middle=middle,
        unheard=unheard,
        in_progress=Status.IN_PROGRESS,
        form=form,
        link=link,
        current="courses",
    )


def _offer_units(form: LaunchOfCourseForm, units: Sequence[Unit]) -> list[Unit]:
    """Let the form choose among the units that can be launched, of several; returns those."""
    launchable = [unit for unit in units if unit.launch_url]
    form.unit.choices = {unit.id: unit.title or unit.system_id for unit in launchable}
    if len(launchable) < 2:
        del form.unit
    return launchable


def _make_link(course_id: str, form: LaunchOfCourseForm) -> MadeLink | None:
    """Make the link that the form asks for; where there can be none, the form says why."""
    link, trouble = make_link(
        course_id=course_id,
        learner_id=form.learner.data,
        is_credit=form.is_credit,
        lesson_mode=form.lesson_mode,
        unit_id=form.unit.data if form.unit else None,
    )
    if trouble:
        form.learner.errors = [trouble]
    return link


def find_or_404(course_id: str) -> Course:
    try:
        with reading() as session:
            return get_course(session, course_id)
    except UnknownCourse:
        abort(404, worded("There is no such course."))
