"""A new course, and changing one: title, address, and what only AICC wants to know."""

from __future__ import annotations

from flask import current_app, request, url_for
from werkzeug.wrappers import Response

from app.access.integrations import Integration, list_integrations
from app.admin.acts import records as acts
from app.admin.aicc_forms import offer_action, read_unit_fields, unit_field_of, unit_values
from app.admin.blueprint import blueprint
from app.admin.form_parts import sentence, text_of
from app.admin.forms import CourseFactsForm, CourseForm
from app.admin.frame import current_actor, may, render, say, see_other
from app.admin.pages.courses import find_or_404
from app.admin.security import needs
from app.catalog.service import BadCourse, Course
from app.catalog.units import read_unit
from app.db import reading, transact
from app.settings import settings_of
from app.words import worded


@blueprint.route("/admin/courses/new", methods=["GET", "POST"])
@needs("course.change")
def new_course() -> Response:
    """Add a course; `?activity_id=` and `?title=` propose values, for courses seen in messages."""
    integrations = _list_choices()
    if not integrations:
        say(worded("Add an integration first: a course belongs to the source that reports for it."), "warn")
        return see_other(
            url_for("admin.new_integration" if may("integration.change") else "admin.integration_list")
        )
    proposed = {name: request.args.get(name, "") for name in ("activity_id", "title", "integration")}
    form = CourseForm(data=proposed)
    form.integration.choices = {i.id: i.name for i in integrations}
    if request.method == "POST" and form.validate():
        course = _add(form)
        if course is not None:
            say(worded("%(name)s is in the list.", name=course.title))
            return see_other(url_for("admin.course_detail", course_id=course.id))
    return render("course_new.html", 422 if request.method == "POST" else 200, form=form, current="courses")


@blueprint.route("/admin/courses/<course_id>/edit", methods=["GET", "POST"])
@needs("course.change")
def course_edit(course_id: str) -> Response:
    """Change a course; the ids by which messages mean it stay."""
    course = find_or_404(course_id)
    with reading() as session:
        unit = read_unit(session, course.unit_id) if course.unit_id else None
    facts = {"title": course.title, "integration": course.integration_id, "launch_url": course.launch_url}
    form = CourseFactsForm(data={**facts, **(unit_values(unit) if unit else {})})
    form.integration.choices = {i.id: i.name for i in _list_choices(with_demo=course.is_demo)}
    offer_action(form, unit.time_limit_action if unit else None)
    if request.method == "POST" and form.validate() and _change(course_id, form):
        say(worded("The course is saved."))
        return see_other(url_for("admin.course_detail", course_id=course_id))
    return render(
        "course_edit.html",
        422 if request.method == "POST" else 200,
        form=form,
        course=course,
        has_password=unit is not None and unit.au_password_hash is not None,
        current="courses",
    )


def _list_choices(*, with_demo: bool = False) -> list[Integration]:
    with reading() as session:
        return [i for i in list_integrations(session) if with_demo or not i.is_demo]


def _add(form: CourseForm) -> Course | None:
    actor, settings = current_actor(), settings_of(current_app)
    unit = read_unit_fields(form)
    try:
        return transact(
            lambda session: acts.add_course(
                session,
                actor,
                settings,
                integration_id=form.integration.data,
                title=text_of(form.title),
                activity_id=text_of(form.activity_id),
                launch_url=form.launch_url.data,
                unit=unit,
            )
        )
    except BadCourse as error:
        _blame(form, str(error))
        return None


def _change(course_id: str, form: CourseFactsForm) -> bool:
    actor, settings = current_actor(), settings_of(current_app)
    unit = read_unit_fields(form, clears_password=bool(form.clears_password.data))
    try:
        transact(
            lambda session: acts.change_course(
                session,
                actor,
                settings,
                course_id,
                integration_id=form.integration.data,
                title=text_of(form.title),
                launch_url=form.launch_url.data,
                unit=unit,
            )
        )
    except BadCourse as error:
        _blame(form, str(error))
        return False
    return True


def _blame(form: CourseFactsForm, text: str) -> None:
    """Say a refusal beside the field that it speaks of."""
    field = unit_field_of(form, text)
    if field is None:
        other = form["activity_id"] if isinstance(form, CourseForm) else form.title
        field = form.launch_url if "launch URL" in text else form.title if "title" in text else other
    field.errors = [sentence(text)]
