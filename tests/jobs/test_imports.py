"""Imports in the background: read, previewed, taken in or left, and gone on with after any crash."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import clock
from app.access.integrations import Kind, add_integration
from app.access.organisation import load_organisation
from app.catalog import import_jobs
from app.catalog.import_file import CHUNK_BYTES
from app.catalog.import_jobs import BadImport, State
from app.catalog.importing import Outcome
from app.catalog.service import list_courses
from app.db import reading, transact
from app.jobs import imports, loop
from app.jobs.imports import Desk
from app.jobs.lease import give_back
from app.models.imports import ImportChunk, ImportItem, ImportJob
from app.settings import Settings
from tests.catalog.packages import course_files, make_zip


@pytest.fixture
def integration_id(session: Session, settings: Settings) -> str:
    organisation = load_organisation(session, settings)
    made = add_integration(session, organisation, kind=Kind.AICC, name="Vendor")
    session.commit()
    return made.id


def library(count: int) -> bytes:
    files: dict[str, bytes] = {}
    for number in range(count):
        files |= course_files(f"c{number}")
    return make_zip(files)


def at_once(monkeypatch: pytest.MonkeyPatch, packages: int) -> None:
    monkeypatch.setattr(imports, "PACKAGES_AT_ONCE", dict.fromkeys(State, packages))


def upload(session: Session, integration_id: str, data: bytes) -> str:
    job_id = import_jobs.begin_upload(
        session, integration_id=integration_id, file_name="library.zip", started_by="Ben"
    )
    for number in range(0, len(data), CHUNK_BYTES):
        piece = data[number : number + CHUNK_BYTES]
        import_jobs.add_chunk(session, job_id, number // CHUNK_BYTES, piece)
    import_jobs.finish_upload(session, job_id, size_bytes=len(data))
    session.commit()
    return job_id


def work(app: Flask, settings: Settings, *, holder: str = "one") -> int:
    with app.app_context():
        return Desk(settings, holder=holder).work(threading.Event(), breath=0)


def counts(session: Session, job_id: str) -> dict[str, int]:
    session.rollback()
    found = import_jobs.count_outcomes(session, job_id)
    return {outcome.value: number for outcome, number in found.items() if number}


def test_a_file_is_previewed_then_taken_in(
    app: Flask, settings: Settings, session: Session, integration_id: str
) -> None:
    bad = course_files("bad") | {"bad.au": b"x"}
    job_id = upload(session, integration_id, make_zip(course_files("a") | bad | {"lone.cst": b"x"}))
    work(app, settings)
    assert counts(session, job_id) == {"new": 1, "error": 1, "skipped": 1}
    job = import_jobs.get_import(session, job_id)
    assert (job.state, job.position, job.total) == (State.PLANNED, 3, 3)
    assert list_courses(session) == []
    [item] = import_jobs.list_items(session, job_id, Outcome.ERROR)
    assert item.notes[0] == "bad.au: there is no column system_id"
    import_jobs.start_applying(session, job_id)
    session.commit()
    work(app, settings)
    session.rollback()
    assert import_jobs.get_import(session, job_id).state is State.DONE
    [course] = list_courses(session)
    [item] = import_jobs.list_items(session, job_id, Outcome.NEW)
    assert item.course_id == course.id
    again = upload(session, integration_id, make_zip(course_files("a")))
    work(app, settings)
    assert counts(session, again) == {"same": 1}


def test_what_is_discarded_changes_nothing(
    app: Flask, settings: Settings, session: Session, integration_id: str
) -> None:
    job_id = upload(session, integration_id, library(2))
    work(app, settings)
    session.rollback()
    import_jobs.discard(session, job_id)
    with pytest.raises(BadImport):
        import_jobs.start_applying(session, job_id)
    session.commit()
    assert work(app, settings) == 0
    assert list_courses(session) == []


def test_a_hostile_file_is_refused_with_the_reason(
    app: Flask, settings: Settings, session: Session, integration_id: str
) -> None:
    job_id = upload(session, integration_id, make_zip({"../a.crs": b"x"}))
    work(app, settings)
    session.rollback()
    job = import_jobs.get_import(session, job_id)
    assert job.state is State.FAILED
    assert "leads out of the folder" in job.trouble


@pytest.mark.parametrize("stage", ["reading", "applying"])
def test_a_worker_that_dies_is_followed_where_it_was(
    app: Flask,
    settings: Settings,
    session: Session,
    integration_id: str,
    stage: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Killed after a piece, and in the middle of one: every package counts once."""
    at_once(monkeypatch, 3)
    job_id = upload(session, integration_id, library(8))
    if stage == "applying":
        work(app, settings)
        import_jobs.start_applying(session, job_id)
        session.commit()

    class Killed(BaseException):
        pass

    original, calls = imports._advance, iter(range(10))

    def die(*arguments: object, **named: object) -> None:
        original(*arguments, **named)  # type: ignore[arg-type]
        if next(calls) == 1:
            raise Killed

    monkeypatch.setattr(imports, "_advance", die)
    with pytest.raises(Killed):
        work(app, settings, holder="the dead")
    monkeypatch.setattr(imports, "_advance", original)
    session.rollback()
    assert import_jobs.get_import(session, job_id).position == 3
    end_lease_of_the_dead(app)
    work(app, settings, holder="the heir")
    assert counts(session, job_id) == {"new": 8}
    assert len(list_courses(session)) == (8 if stage == "applying" else 0)


def end_lease_of_the_dead(app: Flask) -> None:
    with app.app_context():
        transact(lambda session: give_back(session, "imports", holder="the dead", now=clock.now()))


def test_two_workers_count_every_package_once(
    app: Flask, settings: Settings, session: Session, integration_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_once(monkeypatch, 2)
    monkeypatch.setattr(Desk, "_may_work", lambda _desk: has_work())
    job_id = upload(session, integration_id, library(12))
    threads = [
        threading.Thread(target=work, args=(app, settings), kwargs={"holder": str(number)})
        for number in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counts(session, job_id) == {"new": 12}


def has_work() -> bool:
    with reading() as session:
        return import_jobs.find_work(session) is not None


def test_a_course_that_comes_twice_is_known_again_after_a_crash(
    app: Flask, settings: Settings, session: Session, integration_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_once(monkeypatch, 1)
    files = course_files("a", course_id="x:1") | course_files("b", course_id="x:1")
    job_id = upload(session, integration_id, make_zip(files))
    stop = threading.Event()
    with app.app_context():
        desk = Desk(settings, holder="one")
        monkeypatch.setattr(desk, "_do_piece", lambda whole=desk._do_piece: whole() and not stop.set())
        desk.work(stop, breath=0)
    assert counts(session, job_id) == {"new": 1}
    work(app, settings)
    assert counts(session, job_id) == {"new": 1, "skipped": 1}


def test_the_worker_imports_and_tidies_up(
    app: Flask, settings: Settings, session: Session, integration_id: str
) -> None:
    job_id = upload(session, integration_id, library(1))
    with app.app_context():
        loop.run(settings, context=app.app_context, is_once=True)
    session.rollback()
    import_jobs.discard(session, job_id)
    session.commit()
    while import_jobs.tidy(session):
        session.commit()
    assert session.scalar(select(func.count()).select_from(ImportChunk)) == 0
    assert session.scalar(select(func.count()).select_from(ImportItem)) == 1
    row = session.get_one(ImportJob, job_id)
    row.updated_at -= timedelta(days=31)
    half = import_jobs.begin_upload(
        session, integration_id=integration_id, file_name="half.zip", started_by="Ben"
    )
    import_jobs.add_chunk(session, half, 0, b"x")
    session.get_one(ImportJob, half, populate_existing=True).updated_at -= timedelta(hours=2)
    session.commit()
    while import_jobs.tidy(session):
        session.commit()
    assert session.scalar(select(func.count()).select_from(ImportJob)) == 0
