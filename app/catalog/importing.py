"""Packages become courses: what an upload would change, and changing it.

A course is found by any identifier of its package, so that what xAPI reports of it lands on the same row: the
stub that a statement made is filled and keeps its id.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session

from app import clock
from app.catalog.course_rules import MAX_TITLE
from app.catalog.identifiers import course_type
from app.catalog.package import Package, read_package
from app.catalog.package_files import Problem, Severity
from app.catalog.service import MAX_IDENTIFIER_BYTES
from app.catalog.units import hash_au_password
from app.catalog.zip_guard import RawPackage
from app.models.base import fit_key, new_id, table_of
from app.models.learning import AssignableUnit, Course, CourseIdentifier
from app.settings import Settings


class Outcome(StrEnum):
    """What importing a package does."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    SKIPPED = "skipped"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Target:
    """Where courses come from, and what a launch URL of our own export begins with."""

    integration_id: str
    own_address: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What importing one package would do; `notes` says why, what, or what is wrong with it."""

    package: Package
    outcome: Outcome
    course_id: str | None = None
    identifiers: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    course_values: Mapping[str, Any] = field(default_factory=dict)
    unit_changes: tuple[UnitChange, ...] = ()
    new_identifiers: tuple[str, ...] = ()

    @property
    def seen_as(self) -> tuple[str, ...]:
        """By what a second package of the same course is known, the course's own id among it."""
        return (*self.identifiers, self.course_id) if self.course_id else self.identifiers


@dataclass(frozen=True, slots=True)
class UnitChange:
    """A unit to be made (`is_new`) or changed, and the values that it gets."""

    id: str
    is_new: bool
    values: Mapping[str, Any]


def read_raw(raw: RawPackage) -> Package:
    """Read what came out of a zip file; damage makes a package that cannot be taken."""
    if raw.damage is not None:
        return Package(raw.name, problems=(Problem(Severity.ERROR, raw.name, None, raw.damage),))
    return read_package(raw.name, raw.files)


def plan_packages(
    session: Session, settings: Settings, target: Target, packages: Sequence[Package], *, seen: set[str]
) -> list[Plan]:
    """Say what importing these packages would do.

    `seen` holds identifiers and courses of earlier packages of the same upload, and gets those of these: a
    second package of a course is skipped. Three queries, however many packages.
    """
    known = _Known(session, [value for package in packages for value in _wanted(target, package)])
    return [_plan(settings, target, package, known, seen) for package in packages]


def apply_plans(session: Session, target: Target, plans: Iterable[Plan]) -> None:
    """Do what the plans say; they must have been made in this transaction."""
    plans = [plan for plan in plans if plan.outcome in (Outcome.NEW, Outcome.CHANGED)]
    now = clock.now()
    courses = [
        {"id": plan.course_id, "created_at": now, "is_demo": False, **plan.course_values}
        for plan in plans
        if plan.outcome is Outcome.NEW
    ]
    if courses:
        session.execute(insert(table_of(Course)), courses)
    for plan in plans:
        if plan.outcome is Outcome.CHANGED and plan.course_values:
            session.execute(_UPDATE_COURSE.values(plan.course_values), {"of_course": plan.course_id})
    identifiers = [
        {"course_id": plan.course_id, "value": value} for plan in plans for value in plan.new_identifiers
    ]
    if identifiers:
        session.execute(insert(table_of(CourseIdentifier)), identifiers)
    units = [
        {"id": change.id, "course_id": plan.course_id, **_UNIT_BLANKS, **change.values}
        for plan in plans
        for change in plan.unit_changes
        if change.is_new
    ]
    if units:
        session.execute(insert(table_of(AssignableUnit)), units)
    for plan in plans:
        for change in plan.unit_changes:
            if not change.is_new:
                session.execute(_UPDATE_UNIT.values(dict(change.values)), {"of_unit": change.id})


_COMES_TWICE = "the same course comes earlier in this file"
# What the identifier of a Course_ID that is no address begins with.
PACKAGE_SCHEME = "aicc"

_COURSE, _UNIT, _IDENTIFIER = table_of(Course), table_of(AssignableUnit), table_of(CourseIdentifier)
_UPDATE_COURSE = update(_COURSE).where(_COURSE.c.id == bindparam("of_course"))
_UPDATE_UNIT = update(_UNIT).where(_UNIT.c.id == bindparam("of_unit"))
# Rows that are inserted together must name the same columns.
_UNIT_BLANKS: dict[str, Any] = {
    "launch_url": None,
    "mastery_score": None,
    "max_score": None,
    "max_time_allowed": None,
    "time_limit_action": None,
    "web_launch": "",
    "core_vendor": "",
    "comments": "",
    "au_password_hash": None,
}


class _Known:
    """The courses that a batch of packages may mean, read with all that they have."""

    def __init__(self, session: Session, values: Sequence[str]) -> None:
        rows = session.execute(
            select(_IDENTIFIER.c.value, _IDENTIFIER.c.course_id).where(_IDENTIFIER.c.value.in_(set(values)))
        ).all()
        self.course_of = {row.value: row.course_id for row in rows}
        ids = set(self.course_of.values())
        self.courses = {
            row.id: row for row in session.execute(select(_COURSE).where(_COURSE.c.id.in_(ids))).all()
        }
        self.units: dict[str, list[Any]] = {}
        query = select(_UNIT).where(_UNIT.c.course_id.in_(ids)).order_by(_UNIT.c.course_id, _UNIT.c.position)
        for unit in session.execute(query):
            self.units.setdefault(unit.course_id, []).append(unit)

    def find_course(self, target: Target, package: Package) -> Any:
        """Return the course's row, None for an unseen one.

        A Course_ID that is no address means something in its own integration only, or in a stub that nobody
        has claimed.
        """
        for value in _identifiers(target, package):
            if value in self.course_of:
                return self.courses[self.course_of[value]]
        bare = self.course_of.get(_key(package.course_id))
        course = self.courses[bare] if bare else None
        return course if course and course.integration_id in (None, target.integration_id) else None


def _plan(settings: Settings, target: Target, package: Package, known: _Known, seen: set[str]) -> Plan:
    notes = tuple(str(problem) for problem in package.problems)
    if package.is_fragment:
        return Plan(package, Outcome.SKIPPED, notes=("no course in it: neither a .crs nor an .au file",))
    if not package.is_usable:
        return Plan(package, Outcome.ERROR, notes=notes)
    if any((unit.launch_url or "").startswith(target.own_address) for unit in package.units):
        return Plan(
            package,
            Outcome.SKIPPED,
            notes=("it was exported from here, for another LMS: it launches this server itself", *notes),
        )
    identifiers = _identifiers(target, package)
    if any(value in seen for value in identifiers):
        return Plan(package, Outcome.SKIPPED, notes=(_COMES_TWICE, *notes))
    seen.update(identifiers)
    course = known.find_course(target, package)
    if course is not None and course.id in seen:
        return Plan(package, Outcome.SKIPPED, notes=(_COMES_TWICE, *notes))
    if course is None:
        return _plan_new(settings, target, package, identifiers, notes, known)
    seen.add(course.id)
    return _plan_change(settings, target, package, identifiers, notes, known, course)


def _plan_new(
    settings: Settings,
    target: Target,
    package: Package,
    identifiers: tuple[str, ...],
    notes: tuple[str, ...],
    known: _Known,
) -> Plan:
    course_id = new_id()
    type_ = course_type(identifiers[0])
    values = {
        **_course_values(target, package),
        "description": package.description,
        "type": "course" if type_ == "other" else type_,
        "activity_id": identifiers[0],
    }
    return Plan(
        package,
        Outcome.NEW,
        course_id,
        identifiers,
        notes,
        values,
        _unit_changes(settings, package, []),
        tuple(value for value in identifiers if value not in known.course_of),
    )


def _plan_change(
    settings: Settings,
    target: Target,
    package: Package,
    identifiers: tuple[str, ...],
    notes: tuple[str, ...],
    known: _Known,
    course: Any,
) -> Plan:
    wanted = _course_values(target, package)
    if package.description:
        wanted["description"] = package.description
    if course.type == "other":
        wanted["type"] = "course"
    values = _differences(course, wanted)
    units = _unit_changes(settings, package, known.units.get(course.id, []))
    attached = tuple(value for value in identifiers if value not in known.course_of)
    if not values and not units and not attached:
        return Plan(package, Outcome.SAME, course.id, identifiers, notes)
    changes = _describe(course, values, units, attached)
    return Plan(package, Outcome.CHANGED, course.id, identifiers, (changes, *notes), values, units, attached)


def _course_values(target: Target, package: Package) -> dict[str, Any]:
    return {
        "title": package.title,
        "sort_title": package.title.casefold()[:MAX_TITLE],
        "integration_id": target.integration_id,
        "is_stub": False,
    }


def _unit_changes(settings: Settings, package: Package, rows: Sequence[Any]) -> tuple[UnitChange, ...]:
    """Return what the course's units need.

    One that the package no longer names stays, for attempts are on it; without a launch URL it opens nothing
    and is no part of the course any more.
    """
    left = {row.system_id.casefold(): row for row in rows}
    named = {unit.system_id.casefold() for unit in package.units}
    # The unit that a course has before any package was read goes by a name that nobody gave it.
    unclaimed = [row for name, row in left.items() if name not in named][:1] if len(rows) == 1 else []
    gone = [row for name, row in left.items() if name not in named and row not in unclaimed]
    changes = [UnitChange(row.id, False, {"launch_url": None}) for row in gone if row.launch_url is not None]
    for position, unit in enumerate(package.units):
        row = left.get(unit.system_id.casefold()) or (unclaimed.pop() if unclaimed else None)
        values: dict[str, Any] = {"system_id": unit.system_id, "position": position}
        is_only = len(package.units) == 1
        values["title"] = "" if is_only and unit.title in (package.title, unit.system_id) else unit.title
        if unit.launch_url is not None:
            values |= {"launch_url": unit.launch_url, "web_launch": unit.web_launch}
        # What the package leaves open an admin may have filled in.
        told = {name: getattr(unit, name) for name in _TOLD}
        values |= {name: value for name, value in told.items() if value not in (None, "")}
        unit_id = row.id if row is not None else new_id()
        if unit.au_password:
            values["au_password_hash"] = hash_au_password(settings, unit_id, unit.au_password)
        if row is not None:
            values = _differences(row, values)
        if values:
            changes.append(UnitChange(unit_id, row is None, values))
    return tuple(changes)


_TOLD = ("core_vendor", "mastery_score", "max_score", "max_time_allowed", "time_limit_action")


def _differences(row: Any, wanted: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in wanted.items() if getattr(row, name) != value}


def _describe(
    course: Any, values: Mapping[str, Any], units: Sequence[UnitChange], attached: Sequence[str]
) -> str:
    """Say in one line what is going to change."""
    words = []
    if "is_stub" in values:
        words.append("known from messages so far")
    elif "title" in values:
        words.append(f"title, it was {course.title[:100]}")
    if "description" in values:
        words.append("description")
    if "integration_id" in values and course.integration_id is not None:
        words.append("integration")
    names = sorted({name.removesuffix("_hash").replace("_", " ") for unit in units for name in unit.values})
    if any(unit.is_new for unit in units):
        words.append("new units")
    elif names:
        words.append(", ".join(names))
    if attached:
        words.append(f"identifiers {', '.join(value[:100] for value in attached)}")
    return "changes: " + "; ".join(words or ["order of units"])


def _wanted(target: Target, package: Package) -> tuple[str, ...]:
    return (*_identifiers(target, package), _key(package.course_id))


def _identifiers(target: Target, package: Package) -> tuple[str, ...]:
    """Return the identifiers that the course is going to have, the surest first."""
    own = package.identifiers
    if not package.is_course_id_global:
        # Every vendor has a course 1: outside of its integration the bare Course_ID means nothing.
        own = (*own, f"{PACKAGE_SCHEME}:{target.integration_id}:{'_'.join(package.course_id.split())}")
    return tuple(dict.fromkeys(_key(value) for value in own))


def _key(value: str) -> str:
    return fit_key(value, MAX_IDENTIFIER_BYTES)
