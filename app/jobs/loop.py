"""The worker: runs each background job when it is due, in small transactions, until it is told to stop."""

from __future__ import annotations

import ctypes
import itertools
import os
import platform
import signal
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.orm import Session

from app import clock, metrics
from app.access.idempotency import prune_keys
from app.access.tokens import prune_tokens
from app.catalog.import_jobs import tidy
from app.db import DatabaseUnavailable, reading, transact
from app.delivery.watching import prune_deliveries, watch
from app.delivery.worker import Context, Postman, deliver_due
from app.inspector.exchanges import prune_exchanges
from app.jobs.expiry import expire_launches
from app.jobs.imports import Desk, ImportClerk
from app.jobs.lease import take_lease
from app.jobs.overview import count_overview
from app.logs import get_logger
from app.settings import Settings

log = get_logger("jobs")

# How soon the loop sees that its parent is gone, and how often it looks for due jobs.
TICK_SECONDS = 1.0
TICKS_PER_LOOK = 30
# A job that always finds more to do lets the others have their turn after this many transactions.
MOST_STEPS = 1000


@dataclass(frozen=True, slots=True)
class Job:
    """One kind of background work; `step` does a small piece of it and says how many rows it touched."""

    name: str
    every: timedelta
    step: Callable[[Session, Settings], int]
    # For a step that looks at much and opens its own short transaction: on SQLite it would stop all writers.
    is_reading: bool = False


def _prune_exchanges(session: Session, settings: Settings) -> int:
    older_than = timedelta(days=settings.exchange_days)
    return prune_exchanges(session, older_than=older_than, max_bytes=settings.exchange_max_mb * 1024 * 1024)


def _prune_tokens(session: Session, _settings: Settings) -> int:
    return prune_tokens(session)


def _prune_keys(session: Session, _settings: Settings) -> int:
    return prune_keys(session)


def _tidy_imports(session: Session, _settings: Settings) -> int:
    return tidy(session)


JOBS = (
    Job("expire_launches", timedelta(minutes=5), expire_launches),
    Job("watch", timedelta(minutes=5), watch),
    Job("prune_deliveries", timedelta(minutes=15), prune_deliveries),
    Job("prune_exchanges", timedelta(minutes=5), _prune_exchanges),
    Job("prune_tokens", timedelta(minutes=15), _prune_tokens),
    Job("prune_keys", timedelta(minutes=15), _prune_keys),
    Job("tidy_imports", timedelta(minutes=1), _tidy_imports),
    Job("count_overview", timedelta(seconds=25), count_overview, is_reading=True),
)


def run(
    settings: Settings, *, context: Context, leader_pid: int | None = None, is_once: bool = False
) -> None:
    """Run jobs until SIGTERM or SIGINT; with `leader_pid`, only as long as that parent process lives.

    Needs an application context, and `context` to make one for each thread. `is_once` looks at every job one
    time, delivers what is due, imports what was uploaded and returns.
    """
    holder = f"{platform.node()[:40]}:{os.getpid()}"
    if is_once:
        run_due_jobs(settings, holder=holder)
        deliver_due(settings, holder=holder)
        Desk(settings, holder=holder).work(threading.Event())
        return
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    if leader_pid is not None:
        _die_with_parent()
    log.info("worker started", holder=holder)
    postman = Postman(settings, holder=holder, context=context)
    clerk = ImportClerk(settings, holder=holder, context=context)
    postman.start()
    clerk.start()
    ticks = itertools.count()
    while not stop.is_set() and leader_pid in (None, os.getppid()):
        if next(ticks) % TICKS_PER_LOOK == 0:
            run_due_jobs(settings, holder=holder, stop=stop)
        stop.wait(TICK_SECONDS)
    clerk.stop()
    postman.stop()
    log.info("worker stopped", holder=holder)


def run_due_jobs(settings: Settings, *, holder: str, stop: threading.Event | None = None) -> None:
    """Run each job that is due and that no other worker holds."""
    for job in JOBS:
        if stop is not None and stop.is_set():
            return
        try:
            if _take(job, holder):
                rows = _work_off(job, settings, stop)
                metrics.count_job(job.name, "done")
                log.debug("job done", job=job.name, rows=rows)
        except DatabaseUnavailable as error:
            metrics.count_job(job.name, "failed")
            log.warning("job put off", job=job.name, reason=str(error))
        except Exception:  # one broken job must not stop the others
            metrics.count_job(job.name, "failed")
            log.exception("job failed", job=job.name)


def _take(job: Job, holder: str) -> bool:
    now = clock.now()
    until = now + job.every
    return transact(lambda session: take_lease(session, job.name, holder=holder, now=now, until=until))


def _work_off(job: Job, settings: Settings, stop: threading.Event | None) -> int:
    total = 0
    for _ in range(MOST_STEPS):
        rows = _read(job, settings) if job.is_reading else transact(lambda each: job.step(each, settings))
        total += rows
        if rows == 0 or (stop is not None and stop.is_set()):
            break
    return total


def _read(job: Job, settings: Settings) -> int:
    with reading() as session:
        return job.step(session, settings)


def _die_with_parent() -> None:
    """Ask Linux for a SIGTERM when the parent dies, even by kill -9; elsewhere the loop's own look does."""
    if sys.platform == "linux":
        set_parent_death_signal = 1  # PR_SET_PDEATHSIG of <linux/prctl.h>
        ctypes.CDLL(None, use_errno=True).prctl(set_parent_death_signal, signal.SIGTERM, 0, 0, 0)
