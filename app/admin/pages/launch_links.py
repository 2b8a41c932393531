"""Launch links: built and explained, the pattern for an LMS, one that is checked, many at once."""

from __future__ import annotations

from dataclasses import dataclass, field

from flask import current_app, url_for
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from app import clock
from app.access.integrations import Integration
from app.access.launchers import find_launcher
from app.access.launches import make_launch_link
from app.admin.acts import records as acts
from app.admin.blueprint import blueprint
from app.admin.form_parts import sentence, text_of
from app.admin.frame import current_actor, organisation, render
from app.admin.launch_links import (
    MadeLink,
    find_course_named,
    find_learner_named,
    list_launchable,
    make_link,
)
from app.admin.link_batch import BadList, Row, find_people, read_people, write_links
from app.admin.link_check import Checked, Part, check_link, describe_content
from app.admin.link_forms import BatchForm, BuildForm, CheckForm, PatternForm
from app.admin.security import needs
from app.catalog.service import Course, Unit
from app.catalog.units import list_units
from app.db import reading, transact
from app.learners.values import Learner
from app.settings import settings_of
from app.words import worded

COURSES_NAMED = 200


@dataclass(frozen=True, slots=True)
class Pattern:
    """The launch URLs by which an LMS opens a course through this server."""

    course: Course
    integration: Integration
    addresses: tuple[tuple[Unit, str], ...]


@dataclass(slots=True)
class Desk:
    """The forms of the page, and what one of them brought about; prefixes tell their fields apart."""

    build: BuildForm = field(default_factory=lambda: BuildForm(formdata=None, prefix="build-"))
    pattern: PatternForm = field(default_factory=lambda: PatternForm(formdata=None, prefix="pattern-"))
    check: CheckForm = field(default_factory=lambda: CheckForm(formdata=None, prefix="check-"))
    batch: BatchForm = field(default_factory=lambda: BatchForm(formdata=None, prefix="batch-"))
    link: MadeLink | None = None
    leads_to: tuple[Part, ...] = ()
    learner: Learner | None = None
    course: Course | None = None
    found: Pattern | None = None
    checked: Checked | None = None


@blueprint.get("/admin/launch-links")
@needs("launch_link.make")
def launch_links() -> Response:
    return _page(Desk())


@blueprint.post("/admin/launch-links/build")
@needs("launch_link.make")
def launch_link_build() -> Response:
    """Make a link for one learner and one course, and show it in parts."""
    form = BuildForm(prefix="build-")
    desk = Desk(build=form)
    _offer(desk)
    if form.validate():
        desk.course, trouble = find_course_named(text_of(form.course))
        _blame(form, "course", trouble)
        desk.learner, trouble = find_learner_named(text_of(form.learner))
        _blame(form, "learner", trouble)
    if desk.course and desk.learner:
        desk.link, trouble = make_link(
            course_id=desk.course.id,
            learner_id=desk.learner.id,
            is_credit=form.is_credit,
            lesson_mode=form.lesson_mode,
            valid=form.valid,
            is_single_use=form.is_single_use.data,
        )
        _blame(form, "course", trouble)
    if desk.link and desk.course:
        with reading() as session:
            units = [unit for unit in list_units(session, desk.course.id) if unit.launch_url]
        desk.leads_to = describe_content(organisation(), units[0]) if units else ()
    return _page(desk, is_bad=bool(form.errors))


@blueprint.post("/admin/launch-links/pattern")
@needs("launch_link.make")
def launch_link_pattern() -> Response:
    """Show the launch URLs of a course as an LMS takes them; nothing is made."""
    form = PatternForm(prefix="pattern-")
    desk = Desk(pattern=form)
    if form.validate():
        course, trouble = find_course_named(text_of(form.course))
        _blame(form, "course", trouble)
        if course is not None:
            desk.found, trouble = _find_pattern(course)
            _blame(form, "course", trouble)
    return _page(desk, is_bad=bool(form.errors))


@blueprint.post("/admin/launch-links/check")
@needs("launch_link.make")
def launch_link_check() -> Response:
    """Take a pasted link apart; nothing is opened."""
    form = CheckForm(prefix="check-")
    desk = Desk(check=form)
    if form.validate():
        with reading() as session:
            desk.checked = check_link(
                session, settings_of(current_app), organisation(), text_of(form.link), now=clock.now()
            )
    return _page(desk, is_bad=bool(form.errors))


@blueprint.post("/admin/launch-links/batch")
@needs("launch_link.make")
def launch_link_batch() -> Response:
    """Give a CSV file with a link for each learner of a list."""
    form = BatchForm(prefix="batch-")
    desk = Desk(batch=form)
    _offer(desk)
    if not form.validate():
        return _page(desk, is_bad=True)
    course, trouble = find_course_named(text_of(form.course))
    integration = None
    if course is not None:
        with reading() as session:
            integration, trouble = find_launcher(session, course)
    _blame(form, "course", trouble)
    try:
        rows = _read_people(form)
    except BadList as error:
        _blame(form, "people", str(error))
    if course is None or integration is None or form.errors:
        return _page(desk, is_bad=True)
    body = "".join(write_links(rows, _make_many(form, course, integration, rows)))
    reply = current_app.response_class(body, content_type="text/csv; charset=utf-8")
    reply.headers["Content-Disposition"] = 'attachment; filename="launch-links.csv"'
    return reply


def _page(desk: Desk, *, is_bad: bool = False) -> Response:
    _offer(desk)
    with reading() as session:
        courses = list_launchable(session)[:COURSES_NAMED]
    return render(
        "launch_links.html",
        422 if is_bad else 200,
        desk=desk,
        courses=courses,
        form=next((each for each in (desk.build, desk.pattern, desk.check, desk.batch) if each.errors), None),
        address=url_for("admin.launch_links"),
        current="launch_links",
    )


def _offer(desk: Desk) -> None:
    for form in (desk.build, desk.batch):
        form.offer_hours(settings_of(current_app).launch_link_days)


def _find_pattern(course: Course) -> tuple[Pattern | None, str]:
    with reading() as session:
        integration, trouble = find_launcher(session, course)
        units = list_units(session, course.id)
    if integration is None:
        return None, trouble
    base = f"{organisation().lms_launch_url}{integration.id}"
    addresses = tuple((unit, f"{base}/{unit.id}") for unit in units if unit.launch_url)
    return Pattern(course, integration, addresses), ""


def _read_people(form: BatchForm) -> list[Row]:
    """Return the people of the list, of the file when there is one; raises BadList."""
    text, file = form.people.data or "", form.file.data
    if isinstance(file, FileStorage) and file.filename:
        try:
            text = file.read().decode("utf-8")
        except UnicodeDecodeError as error:
            raise BadList(worded("the file is not in UTF-8; save it as CSV UTF-8")) from error
    rows = read_people(text)
    with reading() as session:
        return find_people(session, rows)


def _make_many(form: BatchForm, course: Course, integration: Integration, rows: list[Row]) -> list[str]:
    learners = [row.learner_id for row in rows if row.learner_id]
    actor, settings, choices, now = current_actor(), settings_of(current_app), organisation(), clock.now()
    transact(lambda session: acts.note_links(session, actor, course.title, count=len(learners)))
    return [
        make_launch_link(
            settings,
            choices,
            integration_id=integration.id,
            course_id=course.id,
            learner_id=learner_id,
            now=now,
            valid=form.valid,
            is_single_use=form.is_single_use.data,
        )
        for learner_id in learners
    ]


def _blame(form: BuildForm | PatternForm | BatchForm, name: str, trouble: str) -> None:
    if trouble:
        form[name].errors = [sentence(trouble)]
