"""Import, export and identifiers in the pages."""

from __future__ import annotations

import io
import re
import threading
import zipfile

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.access.audit import list_audit
from app.access.integrations import Integration
from app.admin.pages import imports
from app.admin.security import MAX_BODY_BYTES
from app.catalog import import_jobs
from app.catalog.service import add_course, list_courses, resolve_identifier
from app.catalog.units import list_units
from app.jobs.imports import Desk as ImportDesk
from app.learners.service import add_learner
from app.progress.queries import ProgressFilter, list_progress
from app.settings import Settings
from tests.admin.desk import Desk, integration, report
from tests.catalog.packages import course_files, make_zip


@pytest.fixture
def vendor(session: Session, settings: Settings) -> Integration:
    made = integration(session, settings, "Vendor")
    session.commit()
    return made


def upload(desk: Desk, vendor: Integration, *files: bytes) -> str:
    parts = [(io.BytesIO(data), f"file{number}.zip") for number, data in enumerate(files)]
    reply = desk.post("/admin/import", integration=vendor.id, files=parts)
    assert reply.status_code == 303, reply.text
    return str(reply.location)


def work(app: Flask, settings: Settings) -> None:
    with app.app_context():
        ImportDesk(settings, holder="test").work(threading.Event(), breath=0)


def test_a_file_is_previewed_and_taken_in(
    desk: Desk, app: Flask, settings: Settings, session: Session, vendor: Integration
) -> None:
    bad = course_files("bad") | {"bad.au": b'system_id,file_name\nA1,""\n'}
    page = upload(desk, vendor, make_zip(course_files("one", title="Knots & <b>") | bad))
    text = desk.get(page).text
    assert "Being read" in text
    assert '<noscript><meta http-equiv="refresh"' in text
    work(app, settings)
    text = desk.get(page).text
    assert "Nothing is changed yet. Taking it in adds 1 course and changes none." in text
    assert "bad.au:2: File_Name is empty" in text
    assert "Knots &amp; &lt;b&gt;" in desk.get(f"{page}?show=new").text
    assert list_courses(session) == []
    session.rollback()
    assert desk.post(f"{page}/apply").status_code == 303
    work(app, settings)
    assert "The courses are here." in desk.get(page).text
    [course] = list_courses(session)
    assert f"/admin/courses/{course.id}" in desk.get(f"{page}?show=new").text
    actions = [entry.action for entry in list_audit(session, limit=2)]
    assert actions == ["packages.applied", "packages.uploaded"]
    reply = desk.post(f"{page}/discard")
    assert "no longer possible" in desk.get(str(reply.location)).text


def test_discarding_changes_nothing(
    desk: Desk, app: Flask, settings: Settings, session: Session, vendor: Integration
) -> None:
    page = upload(desk, vendor, make_zip(course_files()))
    work(app, settings)
    desk.post(f"{page}/discard")
    assert "Nothing was changed." in desk.get(page).text
    work(app, settings)
    assert list_courses(session) == []


def test_several_files_are_several_imports(
    desk: Desk, session: Session, vendor: Integration, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "CHUNK_BYTES", 1000)
    large = bytes(range(250)) * 6
    assert upload(desk, vendor, large, make_zip(course_files())) == "/admin/import"
    text = desk.get("/admin/import").text
    assert "file0.zip" in text
    assert "file1.zip" in text
    [_, first] = import_jobs.list_imports(session)
    assert first.size_bytes == len(large)
    assert import_jobs.load_chunk(session, first.id, 1) == large[1000:]


def test_a_hostile_file_is_refused_with_its_reason(
    desk: Desk, app: Flask, settings: Settings, vendor: Integration
) -> None:
    page = upload(desk, vendor, b"no zip at all")
    work(app, settings)
    assert "file0.zip: it is not a zip file" in desk.get(page).text


def test_the_live_part_is_sent_when_something_is_new(
    desk: Desk, app: Flask, settings: Settings, vendor: Integration
) -> None:
    page = upload(desk, vendor, make_zip(course_files()))
    first = desk.get(f"{page}/live")
    assert first.status_code == 200
    etag = {"If-None-Match": str(first.headers["ETag"])}
    assert desk.get(f"{page}/live", headers=etag).status_code == 304
    work(app, settings)
    assert "Take in" in desk.get(f"{page}/live", headers=etag).text


def test_nothing_chosen_is_said_beside_the_field(desk: Desk, vendor: Integration) -> None:
    reply = desk.post("/admin/import", integration=vendor.id)
    assert reply.status_code == 422
    assert "Choose a zip file with AICC packages" in reply.text
    assert desk.get("/admin/import/nothing").status_code == 404
    assert desk.post("/admin/import/nothing/apply").status_code == 404


def test_strangers_may_send_no_file(stranger: Desk, desk: Desk, vendor: Integration) -> None:
    data = {"files": (io.BytesIO(bytes(MAX_BODY_BYTES + 1)), "x.zip"), "csrf_token": "x"}
    assert stranger.client.post("/admin/import", data=data).status_code == 413
    data = {"files": (io.BytesIO(bytes(MAX_BODY_BYTES + 1)), "x.zip"), "integration": vendor.id}
    assert desk.post("/admin/import", **data).status_code == 303


def test_packages_for_an_lms_are_downloads(
    desk: Desk, app: Flask, settings: Settings, session: Session, vendor: Integration
) -> None:
    where = f"/admin/integrations/{vendor.id}"
    assert "Out, for an LMS" in desk.get(where).text
    assert desk.get(f"{where}/packages.zip").status_code == 404
    made = [
        add_course(session, integration_id=id_, title=title, activity_id=f"x:{title[:5]}", launch_url=url)
        for title, id_, url in (
            ("Knots", vendor.id, "https://x.example.com/1"),
            ("Ropes", vendor.id, "https://x.example.com/2"),
            ("Blank", vendor.id, None),
            ("Stray", None, "https://x.example.com/3"),
        )
    ]
    session.commit()
    reply = desk.get(f"{where}/packages.zip")
    assert reply.headers["Content-Disposition"] == 'attachment; filename="waymark-vendor.zip"'
    assert reply.headers["Cache-Control"] == "no-store"
    assert int(reply.headers["Content-Length"]) == len(reply.data)
    with zipfile.ZipFile(io.BytesIO(reply.data)) as archive:
        assert len(archive.namelist()) == 8
    one = desk.get(f"/admin/courses/{made[0].id}/package.zip")
    with zipfile.ZipFile(io.BytesIO(one.data)) as archive:
        assert f"/aicc/{vendor.id}/".encode() in archive.read(f"{made[0].id}.au")
    for course in made[2:]:
        assert desk.get(f"/admin/courses/{course.id}/package.zip").status_code == 404
    assert list_audit(session)[0].detail == {"courses": "1"}


def test_a_course_shows_its_units_and_what_it_is_called(
    desk: Desk, app: Flask, settings: Settings, session: Session, vendor: Integration
) -> None:
    page = upload(desk, vendor, make_zip(course_files(course_id="x:1", more_units=1)))
    work(app, settings)
    desk.post(f"{page}/apply")
    work(app, settings)
    [course] = list_courses(session)
    text = desk.get(f"/admin/courses/{course.id}").text
    assert "Part A2" in text
    assert "<code>x:1</code>" in text
    assert "Download the package" in text
    # Each unit has launch links of its own.
    ana = add_learner(session, name="Diaz, Ana", email="ana@example.org", user_id=None)
    second = list_units(session, course.id)[1]
    session.commit()
    address = f"/admin/courses/{course.id}"
    made = desk.post(address, learner=ana.id, unit=second.id, mode="normal", credit="credit")
    link = re.search(r"http://localhost(/launch/[^\"]+)", made.text)
    assert link is not None
    assert "course=4242&part=2&AICC_SID" in str(desk.client.get(link[1]).location)
    assert list_audit(session)[0].detail["unit"] == "Part A2"
    assert desk.post(address, learner=ana.id, unit="x", mode="normal", credit="credit").status_code == 422


def test_an_identifier_that_messages_used_brings_its_progress(
    desk: Desk, session: Session, vendor: Integration
) -> None:
    report(session, vendor, learner="ana@example.org", course="urn:x:stub", percent=70)
    report(session, vendor, learner="cora@example.org", course="urn:x:stub", percent=40)
    report(session, vendor, learner="ana@example.org", course="urn:x:known", percent=20)
    stub = resolve_identifier(session, "urn:x:stub")
    known = add_course(
        session, integration_id=vendor.id, title="Known", activity_id="urn:x:known", launch_url=None
    )
    session.commit()
    page = f"/admin/courses/{known.id}/identifiers"
    assert "urn:x:known" in desk.get(page).text
    reply = desk.post(page, identifier="urn:x:stub")
    assert reply.status_code == 303
    assert "the progress of 2 learners" in desk.get(str(reply.location)).text
    session.rollback()
    lines = list_progress(session, ProgressFilter()).items
    assert sorted((line.course_id, int(line.percent)) for line in lines) == [(known.id, 40), (known.id, 70)]
    assert desk.get(f"/admin/courses/{stub.course_id}").status_code == 404
    assert desk.post(page, identifier="urn:x:stub").status_code == 422
    assert desk.post(page, identifier="urn:x:new").status_code == 303


def test_taking_an_identifier_from_a_known_course_needs_a_yes(
    desk: Desk, session: Session, vendor: Integration
) -> None:
    one, two = (
        add_course(session, integration_id=vendor.id, title=title, activity_id=f"x:{title}", launch_url=None)
        for title in ("one", "two")
    )
    report(session, vendor, learner="ana@example.org", course="x:one", percent=70)
    session.commit()
    page = f"/admin/courses/{two.id}/identifiers"
    reply = desk.post(page, identifier="x:one")
    assert reply.status_code == 422
    assert "This means another course so far: one" in reply.text
    assert desk.post(page, identifier="x:one", is_sure="y").status_code == 303
    session.rollback()
    [line] = list_progress(session, ProgressFilter()).items
    assert line.course_id == two.id
    # And back again: nothing is lost.
    assert (
        desk.post(f"/admin/courses/{one.id}/identifiers", identifier="x:one", is_sure="y").status_code == 303
    )
    session.rollback()
    [line] = list_progress(session, ProgressFilter()).items
    assert (line.course_id, int(line.percent)) == (one.id, 70)
