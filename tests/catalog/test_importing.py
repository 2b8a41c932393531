"""Packages become courses, on the rows that messages already made."""

from __future__ import annotations

import io

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access.integrations import Kind, add_integration
from app.access.organisation import load_organisation
from app.catalog.importing import Outcome, Plan, Target, apply_plans, plan_packages, read_raw
from app.catalog.package import Package
from app.catalog.service import add_course, get_course, get_unit, resolve_identifier
from app.catalog.units import is_au_password, set_unit
from app.catalog.zip_guard import PackageZip
from app.models.learning import AssignableUnit, CourseIdentifier
from app.settings import Settings
from tests.catalog.packages import AU_HEAD, course_files, make_zip

URN = "urn:li:lyndaCourse:5550101"


@pytest.fixture
def target(session: Session, settings: Settings) -> Target:
    return make_target(session, settings)


def make_target(session: Session, settings: Settings) -> Target:
    organisation = load_organisation(session, settings)
    made = add_integration(session, organisation, kind=Kind.AICC, name="Vendor")
    return Target(made.id, organisation.lms_launch_url)


def packages_of(files: dict[str, bytes]) -> list[Package]:
    return [read_raw(raw) for raw in PackageZip(io.BytesIO(make_zip(files))).read()]


def take(session: Session, settings: Settings, target: Target, files: dict[str, bytes]) -> list[Plan]:
    plans = plan_packages(session, settings, target, packages_of(files), seen=set())
    apply_plans(session, target, plans)
    session.flush()
    session.expire_all()
    return plans


def outcomes(plans: list[Plan]) -> list[str]:
    return [plan.outcome.value for plan in plans]


def units_of(session: Session, course_id: str | None) -> list[AssignableUnit]:
    row = AssignableUnit
    return list(session.scalars(select(row).where(row.course_id == course_id).order_by(row.position)))


def test_a_course_is_new_and_the_second_time_the_same(
    session: Session, settings: Settings, target: Target
) -> None:
    files = course_files("a", more_units=2) | course_files("b")
    plans = take(session, settings, target, files)
    assert outcomes(plans) == ["new", "new"]
    course = get_course(session, str(plans[0].course_id))
    assert (course.title, course.type, course.is_stub) == ("Spreadsheets in a Day", "course", False)
    assert course.integration_id == target.integration_id
    units = units_of(session, course.id)
    assert [(unit.system_id, unit.title) for unit in units] == [
        ("A1", "Spreadsheets in a Day"),
        ("A2", "Part A2"),
        ("A3", "Part A3"),
    ]
    assert units[0].launch_url == "https://learn.example.com/aicc/launch?course=a"
    assert (units[0].web_launch, units[0].max_score) == ("acct=77&u=1", 100)
    again = take(session, settings, target, files)
    assert outcomes(again) == ["same", "same"]
    assert [plan.course_id for plan in again] == [plan.course_id for plan in plans]


@pytest.mark.parametrize(
    "files",
    [
        course_files(course_id="urn:lyndaCourse:5550101"),
        course_files(url="https://x.example.com/?c=urn%3Ali%3AlyndaCourse%3A5550101"),
    ],
)
def test_the_stub_of_a_statement_is_filled_and_keeps_its_id(
    session: Session, settings: Settings, target: Target, files: dict[str, bytes]
) -> None:
    stub = resolve_identifier(session, URN, title="From a statement")
    [plan] = take(session, settings, target, files)
    assert (plan.outcome, plan.course_id) == (Outcome.CHANGED, stub.course_id)
    assert "known from messages" in plan.notes[0]
    course = get_course(session, stub.course_id)
    assert (course.title, course.is_stub, course.activity_id) == ("Spreadsheets in a Day", False, URN)
    assert course.launch_url is not None
    assert outcomes(take(session, settings, target, files)) == ["same"]


def test_a_slug_joins_a_package_with_a_course_added_by_hand(
    session: Session, settings: Settings, target: Target
) -> None:
    slug = "https://www.linkedin.com/learning/made-up-course"
    made = add_course(
        session, integration_id=None, title="By hand", activity_id=slug, launch_url="https://old.example.com"
    )
    [plan] = take(session, settings, target, course_files(url=f"{slug}?u=77"))
    assert plan.course_id == made.id
    assert [unit.launch_url for unit in units_of(session, made.id)] == [f"{slug}?u=77"]


def test_a_statement_after_the_import_lands_on_the_imported_course(
    session: Session, settings: Settings, target: Target
) -> None:
    [plan] = take(session, settings, target, course_files(course_id=URN))
    assert resolve_identifier(session, "urn:lyndaCourse:5550101").course_id == plan.course_id


def test_a_bare_course_id_means_something_in_its_own_integration_only(
    session: Session, settings: Settings, target: Target
) -> None:
    other = make_target(session, settings)
    [one] = take(session, settings, target, course_files(course_id="1"))
    [two] = take(session, settings, other, course_files(course_id="1"))
    assert outcomes([one, two]) == ["new", "new"]
    assert one.course_id != two.course_id
    mine = add_course(
        session, integration_id=target.integration_id, title="x", activity_id="ex-9", launch_url=None
    )
    assert take(session, settings, other, course_files(course_id="ex-9"))[0].outcome is Outcome.NEW
    assert take(session, settings, target, course_files(course_id="ex-9"))[0].course_id == mine.id


def test_the_unit_a_course_has_already_is_filled(
    session: Session, settings: Settings, target: Target
) -> None:
    made = add_course(session, integration_id=None, title="x", activity_id=URN, launch_url=None)
    first = get_unit(session, made.id)
    files = course_files(course_id=URN)
    files["4242.au"] = files["4242.au"].replace(b'"A1"', b'"A77"')
    take(session, settings, target, files)
    assert [(unit.id, unit.system_id) for unit in units_of(session, made.id)] == [(first.id, "A77")]


def test_what_a_package_leaves_open_stays_as_an_admin_set_it(
    session: Session, settings: Settings, target: Target
) -> None:
    files = course_files()
    [plan] = take(session, settings, target, files)
    set_unit(session, settings, str(plan.course_id), mastery_score=80, max_time_allowed="01:00:00")
    assert outcomes(take(session, settings, target, files)) == ["same"]
    unit = get_unit(session, str(plan.course_id))
    assert (unit.mastery_score, unit.max_time_allowed) == (80, "01:00:00")


def test_a_changed_package_changes_its_course(session: Session, settings: Settings, target: Target) -> None:
    [plan] = take(session, settings, target, course_files(more_units=1))
    files = course_files(more_units=2, title="New title")
    [change] = take(session, settings, target, files)
    assert (change.outcome, change.course_id) == (Outcome.CHANGED, plan.course_id)
    assert "title, it was Spreadsheets in a Day" in change.notes[0]
    assert "new units" in change.notes[0]
    assert len(units_of(session, plan.course_id)) == 3
    # A unit that the package names no longer may hold somebody's attempts, and opens nothing any more.
    fewer = course_files(title="New title")
    take(session, settings, target, fewer)
    assert [unit.launch_url is None for unit in units_of(session, plan.course_id)] == [False, True, True]
    assert outcomes(take(session, settings, target, fewer)) == ["same"]
    # When it comes back, it is the same unit.
    assert outcomes(take(session, settings, target, files)) == ["changed"]
    assert not any(unit.launch_url is None for unit in units_of(session, plan.course_id))


def test_an_au_password_is_kept_as_a_hash_and_is_the_same_the_second_time(
    session: Session, settings: Settings, target: Target
) -> None:
    files = course_files()
    files["4242.au"] = f"{AU_HEAD}\nA1,,,https://x.example.com,,,,,,,,Sesame".encode()
    [plan] = take(session, settings, target, files)
    unit = get_unit(session, str(plan.course_id))
    assert is_au_password(settings, unit, "Sesame")
    assert not is_au_password(settings, unit, "sesame")
    assert outcomes(take(session, settings, target, files)) == ["same"]
    assert "Sesame" not in repr(plan)


def test_a_course_that_comes_twice_is_taken_once(
    session: Session, settings: Settings, target: Target
) -> None:
    files = course_files("a", course_id=URN) | course_files("b", course_id=URN, title="Again")
    plans = take(session, settings, target, files)
    assert outcomes(plans) == ["new", "skipped"]
    assert plans[1].notes[0] == "the same course comes earlier in this file"


def test_packages_that_cannot_be_taken_leave_nothing_behind(
    session: Session, settings: Settings, target: Target
) -> None:
    bad = course_files("bad")
    bad["bad.au"] = bad["bad.au"].replace(b"https://", b"gopher://")
    plans = take(session, settings, target, bad | {"lone.cst": b"block,member"})
    assert outcomes(plans) == ["error", "skipped"]
    assert plans[0].notes[0].startswith("bad.au:2: the launch URL begins with https://")
    assert session.scalars(select(CourseIdentifier)).all() == []


def test_our_own_export_is_not_taken_back(session: Session, settings: Settings, target: Target) -> None:
    files = course_files(url=f"{target.own_address}{target.integration_id}/x")
    [plan] = take(session, settings, target, files)
    assert plan.outcome is Outcome.SKIPPED
    assert "exported from here" in plan.notes[0]
