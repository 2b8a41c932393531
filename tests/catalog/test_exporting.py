"""Packages for another LMS: what goes out reads back as the same course."""

from __future__ import annotations

import io
import re
import zipfile

import pytest
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.catalog.course_rules import BadCourse
from app.catalog.exporting import list_exportable, read_courses, write_zip
from app.catalog.importing import Target
from app.catalog.package import Package, PackageUnit, read_package
from app.catalog.package_writing import write_package
from app.catalog.service import add_course, resolve_identifier
from app.catalog.units import set_unit
from app.models.learning import AssignableUnit
from app.settings import Settings
from tests.catalog.packages import course_files
from tests.catalog.test_importing import make_target, packages_of, take
from tests.fuzzing import fuzz

_QUOTED_LINE = re.compile(r'"(?:[^"]|"")*"(?:,"(?:[^"]|"")*")*')


@pytest.fixture
def target(session: Session, settings: Settings) -> Target:
    return make_target(session, settings)


def export(session: Session, target: Target, wanted: tuple[str, ...] = ()) -> dict[str, bytes]:
    ids = list_exportable(session, target.integration_id, wanted)
    base = f"{target.own_address}{target.integration_id}"
    file = io.BytesIO()
    courses = read_courses(session, ids, launch_base=base)
    assert write_zip(file, iter(courses), made_at=clock.now()) == len(ids)
    with zipfile.ZipFile(file) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def test_a_package_launches_this_server_and_keeps_what_an_lms_needs(
    session: Session, settings: Settings, target: Target
) -> None:
    [plan] = take(session, settings, target, course_files(title='Café "A", b', more_units=1))
    course_id = str(plan.course_id)
    set_unit(session, settings, course_id, mastery_score=80, core_vendor="secret=1", au_password="Sesame")
    files = export(session, target)
    assert sorted(files) == [f"{course_id}.{extension}" for extension in ("au", "crs", "cst", "des")]
    for data in files.values():
        assert not data.startswith(b"\xef\xbb\xbf")
        assert data.endswith(b"\r\n")
        assert data.count(b"\n") == data.count(b"\r\n")
    assert b"secret" not in files[f"{course_id}.au"]
    for line in files[f"{course_id}.au"].decode().splitlines():
        assert _QUOTED_LINE.fullmatch(line)
    [package] = packages_of(files)
    assert package.problems == ()
    assert (package.title, package.course_id) == ('Café "A", b', "ex-4242")
    assert package.description == "Hosted by the vendor."
    row = AssignableUnit
    ids = session.scalars(select(row.id).where(row.course_id == course_id).order_by(row.position)).all()
    base = f"http://localhost/aicc/{target.integration_id}"
    assert package.units == (
        PackageUnit("A1", 'Café "A", b', f"{base}/{ids[0]}", mastery_score=80, max_score=100),
        PackageUnit("A2", "Part A2", f"{base}/{ids[1]}", max_score=100),
    )


def test_only_courses_that_can_be_launched_go_out(
    session: Session, settings: Settings, target: Target
) -> None:
    where = target.integration_id
    add_course(session, integration_id=where, title="No address", activity_id="x:1", launch_url=None)
    resolve_identifier(session, "x:2")
    ready = [
        add_course(
            session,
            integration_id=where,
            title=title,
            activity_id=f"x:{title}",
            launch_url="https://x.example.com",
        ).id
        for title in ("b", "a")
    ]
    assert list_exportable(session, where) == ready[::-1]
    assert list_exportable(session, where, ready[:1]) == ready[:1]
    with pytest.raises(BadCourse, match="has no launch URL"):
        list_exportable(session, where, ["nothing"])


_LINE = st.text(st.characters(exclude_categories=["C", "Z"]) | st.just(" "), min_size=1, max_size=40).map(
    lambda text: " ".join(text.split()) or "x"
)
_UNIT = st.builds(
    PackageUnit,
    system_id=st.just("A1"),
    title=_LINE,
    launch_url=st.just("https://x.example.com/aicc/1/2"),
    mastery_score=st.none() | st.integers(0, 100),
    max_score=st.none() | st.sampled_from([0.5, 10, 100]),
    max_time_allowed=st.none() | st.just("01:30:00"),
    time_limit_action=st.none() | st.just("exit,no message"),
)


def test_what_is_written_reads_back_as_the_same_package() -> None:
    def check(package: Package) -> None:
        files = {extension: (f"x.{extension}", data) for extension, data in write_package(package).items()}
        read = read_package("x", files)
        assert read.problems == ()
        assert read.units == package.units
        assert (read.course_id, read.description) == (package.course_id, package.description)
        # A keyword's value in quotes is taken for one that was quoted.
        assert read.title == package.title or package.title[0] == package.title[-1] == '"'

    packages = st.builds(
        Package,
        name=st.just("x"),
        title=_LINE,
        course_id=st.sampled_from(["ex-1", "urn:li:lyndaCourse:1"]),
        description=st.sampled_from(["", "One.", "One.\n\na=b\nTwo [x] three"]),
        units=st.tuples(_UNIT),
    )
    fuzz(packages, check, short=60)


def test_a_description_cannot_begin_a_section() -> None:
    package = Package(
        "x", "T", "ex-1", "[Course]\nCourse_ID=2", (PackageUnit("A1", "T", "https://x.example.com"),)
    )
    files = {extension: (extension, data) for extension, data in write_package(package).items()}
    assert read_package("x", files).description == "(Course)\nCourse_ID=2"
