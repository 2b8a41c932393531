"""The worker's part of an import: read a piece of an uploaded file, note or take in what it holds, breathe.

Where an import is stands in its row, and moves on in the same transaction as its effect: whoever comes after
a crash goes on there. What is in memory, the opened file above all, only saves opening it again.
"""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy.orm import Session

from app import clock, metrics
from app.access.integrations import UnknownIntegration, get_integration
from app.access.organisation import load_organisation
from app.catalog import import_jobs
from app.catalog.import_file import open_chunks
from app.catalog.import_jobs import BadImport, Import, State, UnknownImport
from app.catalog.importing import Outcome, Plan, Target, apply_plans, plan_packages, read_raw
from app.catalog.package import Package
from app.catalog.zip_directory import HostileZip
from app.catalog.zip_guard import PackageZip, RawPackage
from app.db import DatabaseUnavailable, reading, transact
from app.jobs.lease import give_back, take_lease
from app.logs import get_logger
from app.settings import Settings

log = get_logger("imports")

LOOK_SECONDS = 1.0
# One transaction takes in so many courses: on SQLite no message is stored in those ten milliseconds. To note
# what was read is less work.
PACKAGES_AT_ONCE = {State.READING: 50, State.APPLYING: 20}
# How long one worker goes on before another may.
TURN_SECONDS = 10.0
_LEASE = "imports"


class _Elsewhere(Exception):
    """Another worker went on, or a person stopped the import: what we hold in memory is out of date."""


class ImportClerk:
    """A thread of the worker that serves imports, one after the other, until told to stop."""

    def __init__(
        self, settings: Settings, *, holder: str, context: Callable[[], AbstractContextManager[object]]
    ) -> None:
        self._desk = Desk(settings, holder=holder)
        self._context = context
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="imports", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self, *, patience_seconds: float = 5.0) -> None:
        """Stop after the piece that is being worked on."""
        self._stop.set()
        self._thread.join(patience_seconds)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                with self._context():
                    self._desk.work(self._stop)
            except DatabaseUnavailable as error:
                log.warning("imports put off", reason=str(error))
            except Exception:  # the look must go on, whatever one of them met
                log.exception("looking for imports failed")
            self._stop.wait(LOOK_SECONDS)


@dataclass(slots=True)
class _Open:
    """An import whose file is open, and where in it we are."""

    job: Import
    target: Target
    packages: Iterator[RawPackage]
    total: int
    seen: set[str]


class Desk:
    """Where the clerk works: keeps one import's file open from piece to piece."""

    def __init__(self, settings: Settings, *, holder: str) -> None:
        self._settings = settings
        self._holder = holder
        self._open: _Open | None = None

    def work(self, stop: threading.Event, *, breath: float = 1.0) -> int:
        """Serve imports while there are some and it is our turn; returns how many pieces were done.

        After each piece `breath` times its duration belongs to others. Needs an application context.
        """
        pieces = 0
        while not stop.is_set() and self._may_work():
            end = time.monotonic() + TURN_SECONDS
            while not stop.is_set() and time.monotonic() < end:
                start = time.monotonic()
                if not self._do_piece():
                    break
                pieces += 1
                stop.wait(breath * (time.monotonic() - start))
            # The next import, or the word to take this one in, may come at once.
            transact(lambda session: give_back(session, _LEASE, holder=self._holder, now=clock.now()))
        return pieces

    def _may_work(self) -> bool:
        with reading() as session:
            if import_jobs.find_work(session) is None:
                self._open = None
                return False
        now = clock.now()
        until = now + timedelta(seconds=TURN_SECONDS)
        return transact(
            lambda session: take_lease(session, _LEASE, holder=self._holder, now=now, until=until)
        )

    def _do_piece(self) -> bool:
        with reading() as session:
            job = import_jobs.find_work(session)
        if job is None:
            return False
        try:
            self._serve(job)
        except (_Elsewhere, UnknownImport, BadImport):
            self._open = None
        except (HostileZip, UnknownIntegration) as error:
            self._give_up(job, f"{job.file_name}: {error}")
        except DatabaseUnavailable:
            self._open = None
            raise
        except Exception:  # one file that we cannot cope with must not stop the others
            log.exception("import failed", job=job.id)
            self._give_up(job, "it met an error of this server; the log says more")
        return True

    def _serve(self, job: Import) -> None:
        at = self._open
        if at is None or (at.job.id, at.job.state, at.job.position) != (job.id, job.state, job.position):
            at = self._open = self._open_file(job)
        raw = list(itertools.islice(at.packages, PACKAGES_AT_ONCE[job.state]))
        if not raw:
            transact(lambda session: import_jobs.finish_stage(session, job))
            metrics.count_job("import", "done")
            self._open = None
        elif job.state is State.READING:
            self._plan(at, raw)
        else:
            self._apply(at, raw)

    def _open_file(self, job: Import) -> _Open:
        def load(number: int) -> bytes:
            with reading() as session:
                return import_jobs.load_chunk(session, job.id, number)

        with reading() as session:
            integration = get_integration(session, job.integration_id)
            own_address = load_organisation(session, self._settings).lms_launch_url
            seen = import_jobs.list_seen(session, job.id) if job.state is State.READING else set()
        archive = PackageZip(open_chunks(load, job.size_bytes))
        return _Open(
            job,
            Target(integration.id, own_address),
            archive.read(skip=job.position),
            archive.count() if job.total is None else job.total,
            seen,
        )

    def _plan(self, at: _Open, raw: list[RawPackage]) -> None:
        packages = [read_raw(each) for each in raw]
        with reading() as session:
            plans = plan_packages(session, self._settings, at.target, packages, seen=at.seen)

        def keep(session: Session) -> None:
            _advance(session, at, len(raw))
            import_jobs.add_items(session, at.job, plans)

        transact(keep)
        at.job = replace(at.job, position=at.job.position + len(raw), total=at.total)

    def _apply(self, at: _Open, raw: list[RawPackage]) -> None:
        with reading() as session:
            outcomes = import_jobs.list_outcomes(session, at.job, limit=len(raw))
        # What is the same, skipped or wrong was so in the preview, and stays out.
        wanted: dict[int, Package] = {
            number: read_raw(raw[number])
            for number, outcome in enumerate(outcomes)
            if outcome in (Outcome.NEW, Outcome.CHANGED)
        }

        def take(session: Session) -> None:
            _advance(session, at, len(raw))
            packages = list(wanted.values())
            plans = plan_packages(session, self._settings, at.target, packages, seen=set())
            apply_plans(session, at.target, plans)
            done: dict[int, Plan] = dict(zip(wanted, plans, strict=True))
            import_jobs.note_applied(session, at.job, done)

        transact(take)
        at.job = replace(at.job, position=at.job.position + len(raw))

    def _give_up(self, job: Import, trouble: str) -> None:
        self._open = None
        metrics.count_job("import", "failed")
        transact(lambda session: import_jobs.fail(session, job.id, trouble))


def _advance(session: Session, at: _Open, count: int) -> None:
    if not import_jobs.advance(session, at.job, by=count, total=at.total):
        raise _Elsewhere
