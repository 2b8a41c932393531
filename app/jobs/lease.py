"""Leases on job names: of all workers on all machines, one at a time runs a job, and not too soon again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from app.models.access import JobLease


def take_lease(session: Session, name: str, *, holder: str, now: datetime, until: datetime) -> bool:
    """Take the job until that moment; False when another holds it, or when it ran too recently.

    The lease of a job that runs at fixed times is not given back: its end is also the time of the next run.
    """
    taken = session.scalar(
        update(JobLease)
        .where(JobLease.name == name, JobLease.expires_at <= now)
        .values(holder=holder, expires_at=until)
        .returning(JobLease.name)
    )
    if taken is not None:
        return True
    known = session.get(JobLease, name)
    if known is not None:
        return False
    # Two workers may come here at once: the second one's key is refused, and its transaction is repeated.
    session.execute(insert(JobLease).values(name=name, holder=holder, expires_at=until))
    return True


def give_back(session: Session, name: str, *, holder: str, now: datetime) -> None:
    """End a lease early, so that the job may run again; nothing when another holds it by now."""
    session.execute(
        update(JobLease).where(JobLease.name == name, JobLease.holder == holder).values(expires_at=now)
    )
