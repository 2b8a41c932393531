"""One worker at a time runs a job, and not too soon again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from app.jobs.lease import take_lease

NOW = datetime(2026, 11, 22, 16, 50, tzinfo=UTC)
LATER = NOW + timedelta(minutes=5)


def test_a_job_nobody_ran_yet_is_taken(session: Session) -> None:
    assert take_lease(session, "prune", holder="one", now=NOW, until=LATER)


def test_a_taken_job_is_not_taken_again_before_its_time(session: Session) -> None:
    take_lease(session, "prune", holder="one", now=NOW, until=LATER)
    assert not take_lease(session, "prune", holder="two", now=LATER - timedelta(seconds=1), until=LATER)
    assert not take_lease(session, "prune", holder="one", now=NOW, until=LATER)


def test_a_job_is_taken_over_when_its_time_has_come(session: Session) -> None:
    take_lease(session, "prune", holder="one", now=NOW, until=LATER)
    assert take_lease(session, "prune", holder="two", now=LATER, until=LATER + timedelta(minutes=5))


def test_jobs_do_not_hold_each_other(session: Session) -> None:
    take_lease(session, "prune", holder="one", now=NOW, until=LATER)
    assert take_lease(session, "deliver", holder="two", now=NOW, until=LATER)
