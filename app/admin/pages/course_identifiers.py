"""What messages call a course, corrected: an identifier that meant another course means this one."""

from __future__ import annotations

from functools import partial

from flask import request, url_for
from werkzeug.wrappers import Response

from app.admin.acts import packages as acts
from app.admin.blueprint import blueprint
from app.admin.form_parts import sentence, text_of
from app.admin.frame import current_actor, render, say, see_other
from app.admin.package_forms import CourseIdentifierForm
from app.admin.pages.courses import find_or_404
from app.admin.security import needs
from app.catalog.mapping import Mapped, TakenIdentifier, drop_if_empty, list_identifiers
from app.catalog.service import BadCourse, Course
from app.db import reading, transact
from app.progress.rebuild import in_batches
from app.progress.remapping import list_learners_of, rebuild_pairs
from app.words import worded, worded_many


@blueprint.route("/admin/courses/<course_id>/identifiers", methods=["GET", "POST"])
@needs("course.change")
def course_identifiers(course_id: str) -> Response:
    """Show a course's identifiers, and add one; progress follows it."""
    course = find_or_404(course_id)
    form = CourseIdentifierForm()
    other: Course | None = None
    if request.method == "POST" and form.validate():
        actor = current_actor()
        add = partial(
            acts.add_identifier,
            actor=actor,
            course_id=course_id,
            value=text_of(form.identifier),
            may_take=bool(form.is_sure.data),
        )
        try:
            mapped = transact(add)
        except TakenIdentifier as error:
            other = error.other
            form.identifier.errors = [
                worded("This means another course so far: %(title)s", title=error.other.title)
            ]
        except BadCourse as error:
            form.identifier.errors = [sentence(str(error))]
        else:
            learners = _follow(course_id, mapped)
            say(_words(mapped, learners))
            return see_other(url_for("admin.course_detail", course_id=course_id))
    with reading() as session:
        identifiers = list_identifiers(session, course_id)
    return render(
        "course_identifiers.html",
        422 if form.errors else 200,
        course=course,
        identifiers=identifiers,
        form=form,
        other=other,
        current="courses",
    )


def _follow(course_id: str, mapped: Mapped) -> int:
    """Make progress again wherever the identifier was reported; returns for how many learners.

    In batches of its own: until all are done a reader sees some rows as they were. What a crash leaves over
    `progress rebuild` does.
    """
    if mapped.other is None:
        return 0
    other_id = mapped.other.id
    with reading() as session:
        learner_ids = list_learners_of(session, mapped.identifier_ids)
    for some in in_batches(learner_ids):
        transact(partial(rebuild_pairs, learner_ids=some, course_ids=(course_id, other_id)))
    transact(partial(drop_if_empty, course_id=other_id, heir_id=course_id))
    return len(learner_ids)


def _words(mapped: Mapped, learners: int) -> str:
    if mapped.other is None:
        return worded("The identifier means this course from now on.")
    return worded_many(
        "The identifier came from %(course)s, and with it the progress of %(num)s learner.",
        "The identifier came from %(course)s, and with it the progress of %(num)s learners.",
        learners,
        course=mapped.other.title,
    )
