"""The worker runs what is due in small steps, and one broken job does not stop the others."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.jobs import loop
from app.jobs.loop import Job
from app.settings import Settings


class Heap:
    """Work that is done three rows at a time."""

    def __init__(self, rows: int) -> None:
        self.rows = rows
        self.steps = 0

    def step(self, _session: Session, _settings: Settings) -> int:
        done = min(3, self.rows)
        self.rows -= done
        self.steps += 1
        return done


def _fail(_session: Session, _settings: Settings) -> int:
    raise ValueError("broken")


def _run(app: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch, *jobs: Job) -> None:
    monkeypatch.setattr(loop, "JOBS", jobs)
    with app.app_context():
        loop.run(settings, context=app.app_context, is_once=True)


def test_a_job_is_repeated_until_nothing_is_left(
    app: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    heap = Heap(7)
    _run(app, settings, monkeypatch, Job("heap", timedelta(minutes=1), heap.step))
    assert (heap.rows, heap.steps) == (0, 4)


def test_a_job_is_not_run_again_before_its_time(
    app: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    heap = Heap(1)
    job = Job("heap", timedelta(minutes=1), heap.step)
    _run(app, settings, monkeypatch, job)
    _run(app, settings, monkeypatch, job)
    assert heap.steps == 2


def test_a_broken_job_does_not_stop_the_next(
    app: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    heap = Heap(1)
    minute = timedelta(minutes=1)
    _run(app, settings, monkeypatch, Job("broken", minute, _fail), Job("heap", minute, heap.step))
    assert heap.rows == 0


def test_the_real_jobs_run_on_an_empty_database(app: Flask, settings: Settings) -> None:
    with app.app_context():
        loop.run(settings, context=app.app_context, is_once=True)
