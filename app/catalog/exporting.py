"""Courses become packages whose launch URL is ours: how an LMS that holds AICC courses is pointed here."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import IO

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.catalog.course_rules import BadCourse
from app.catalog.importing import PACKAGE_SCHEME
from app.catalog.package import Package, PackageUnit
from app.catalog.package_writing import write_package
from app.models.learning import AssignableUnit, Course

# What the standard allows of an identifier, all of it visible ASCII.
_LONGEST_COURSE_ID = 255
COURSES_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class ExportedCourse:
    """A course ready to be written; `name` is what its files are called."""

    name: str
    package: Package


def list_exportable(session: Session, integration_id: str, wanted: Sequence[str] = ()) -> list[str]:
    """Return the ids of an integration's courses that can be launched, all or those wanted, by title.

    Raises BadCourse for a wanted one that is not among them: an LMS would launch nothing.
    """
    query = (
        select(Course.id)
        .where(
            Course.integration_id == integration_id,
            select(AssignableUnit.id)
            .where(AssignableUnit.course_id == Course.id, AssignableUnit.launch_url.is_not(None))
            .exists(),
        )
        .order_by(Course.sort_title, Course.id)
    )
    found = list(session.scalars(query))
    if not wanted:
        return found
    if missing := set(wanted) - set(found):
        raise BadCourse(f"the course {min(missing)!r} is not one of this integration's, or has no launch URL")
    return [course_id for course_id in found if course_id in set(wanted)]


def read_courses(session: Session, course_ids: Sequence[str], *, launch_base: str) -> list[ExportedCourse]:
    """Read courses with their units as packages; a unit's launch URL is `launch_base` and its id.

    Passwords, vendor data and launch parameters stay here: this server gives them to the content itself.
    """
    units: dict[str, list[AssignableUnit]] = {}
    for unit in session.scalars(
        select(AssignableUnit)
        .where(AssignableUnit.course_id.in_(course_ids), AssignableUnit.launch_url.is_not(None))
        .order_by(AssignableUnit.position, AssignableUnit.id)
    ):
        units.setdefault(unit.course_id, []).append(unit)
    courses = {row.id: row for row in session.scalars(select(Course).where(Course.id.in_(course_ids)))}
    return [
        _to_exported(courses[course_id], units[course_id], launch_base)
        for course_id in course_ids
        if course_id in units
    ]


def write_zip(file: IO[bytes], courses: Iterator[ExportedCourse], *, made_at: datetime) -> int:
    """Write one flat zip of all courses; returns how many. `file` need not be seekable."""
    count = 0
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for course in courses:
            for extension, data in write_package(course.package).items():
                info = zipfile.ZipInfo(f"{course.name}.{extension}", made_at.timetuple()[:6])
                info.compress_type = zipfile.ZIP_DEFLATED
                info.external_attr = 0o644 << 16
                archive.writestr(info, data)
            count += 1
    return count


def _to_exported(course: Course, units: Sequence[AssignableUnit], launch_base: str) -> ExportedCourse:
    package = Package(
        course.id,
        title=course.title,
        course_id=_course_id(course),
        description=course.description,
        units=tuple(
            PackageUnit(
                unit.system_id,
                unit.title or (course.title if len(units) == 1 else unit.system_id),
                f"{launch_base}/{unit.id}",
                mastery_score=unit.mastery_score,
                max_score=unit.max_score,
                max_time_allowed=unit.max_time_allowed,
                time_limit_action=unit.time_limit_action,
            )
            for unit in units
        ),
    )
    return ExportedCourse(course.id, package)


def _course_id(course: Course) -> str:
    """Return the id that the course came with, where AICC allows it, else our own."""
    course_id = course.activity_id
    if course_id.startswith(f"{PACKAGE_SCHEME}:"):
        course_id = course_id.split(":", 2)[-1]
    is_fit = course_id.isascii() and course_id.isprintable() and " " not in course_id
    return course_id if course_id and is_fit and len(course_id) <= _LONGEST_COURSE_ID else course.id
