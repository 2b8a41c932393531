"""Packages for an LMS as a download: of one course, or of all that an integration has."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Sequence
from typing import IO

from flask import abort, current_app
from werkzeug.wrappers import Response

from app import clock
from app.admin.acts import packages as acts
from app.admin.blueprint import blueprint
from app.admin.frame import current_actor, organisation
from app.admin.pages.courses import find_or_404 as find_course_or_404
from app.admin.pages.integrations import find_or_404 as find_integration_or_404
from app.admin.security import needs
from app.catalog.course_rules import BadCourse
from app.catalog.exporting import COURSES_AT_ONCE, ExportedCourse, list_exportable, read_courses, write_zip
from app.db import reading, transact
from app.words import worded

_PIECE_BYTES = 64 * 1024


@blueprint.get("/admin/integrations/<integration_id>/packages.zip")
@needs("course.read")
def integration_packages(integration_id: str) -> Response:
    """Give the packages of all courses of an integration."""
    integration = find_integration_or_404(integration_id)
    return _download(integration.id, (), integration.name)


@blueprint.get("/admin/courses/<course_id>/package.zip")
@needs("course.read")
def course_package(course_id: str) -> Response:
    """Give the package of one course."""
    course = find_course_or_404(course_id)
    if course.integration_id is None:
        abort(404, worded("This course belongs to no integration, so nothing could be launched."))
    return _download(course.integration_id, (course.id,), course.title)


def _download(integration_id: str, wanted: Sequence[str], name: str) -> Response:
    try:
        with reading() as session:
            course_ids = list_exportable(session, integration_id, wanted)
    except BadCourse:
        abort(404, worded("This course has no launch URL, so nothing could be launched."))
    if not course_ids:
        abort(404, worded("No course of this integration has a launch URL yet."))
    # On disk: a library of twenty thousand courses is no small thing, and its size is said beforehand.
    file = tempfile.TemporaryFile()  # noqa: SIM115 - closed when it has been sent
    count = write_zip(file, _read(course_ids, integration_id), made_at=clock.now())
    size_bytes = file.tell()
    file.seek(0)
    actor = current_actor()
    transact(lambda session: acts.note_export(session, actor, integration_id=integration_id, courses=count))
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:60] or "courses"
    reply = current_app.response_class(pieces(file), content_type="application/zip")
    reply.headers["Content-Disposition"] = f'attachment; filename="waymark-{slug}.zip"'
    reply.content_length = size_bytes
    # A HEAD request reads none of it.
    reply.call_on_close(file.close)
    return reply


def _read(course_ids: Sequence[str], integration_id: str) -> Iterator[ExportedCourse]:
    base = f"{organisation().lms_launch_url}{integration_id}"
    for start in range(0, len(course_ids), COURSES_AT_ONCE):
        with reading() as session:
            courses = read_courses(session, course_ids[start : start + COURSES_AT_ONCE], launch_base=base)
        yield from courses


def pieces(file: IO[bytes]) -> Iterator[bytes]:
    """Yield a file in pieces, and close it."""
    with file:
        while piece := file.read(_PIECE_BYTES):
            yield piece
