"""Launches of ours that came from one and the same session of an LMS.

A page of an LMS that is loaded again opens the course again, often with the session it already has. The LMS
must hear the end of that session once, and not while one of the launches goes on.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from app.access.launches import LaunchState
from app.models.launches import Launch, UpstreamSession
from app.settings import Settings


@dataclass(frozen=True, slots=True)
class Sibling:
    """Another launch from the same session of an LMS."""

    launch_id: str
    is_running: bool
    """True while its content has called and has not ended."""
    time: timedelta
    """The time of its session so far."""


def fingerprint(settings: Settings, url: str, session_id: str) -> bytes:
    """Return what an LMS's session is recognised by; useless to whoever reads the database."""
    text = f"lms session\0{url}\0{session_id}"
    return hmac.digest(settings.secret_key.encode(), text.encode(), hashlib.sha256)


def list_siblings(session: Session, launch_id: str) -> list[Sibling]:
    """List the other launches of an LMS's session."""
    own, other = aliased(UpstreamSession), aliased(UpstreamSession)
    query = (
        select(Launch.id, Launch.state, Launch.closed_time, Launch.segment_time)
        .join(other, other.launch_id == Launch.id)
        .join(own, own.fingerprint == other.fingerprint)
        .where(own.launch_id == launch_id, other.launch_id != launch_id)
    )
    return [
        Sibling(row.id, row.state == LaunchState.RUNNING.value, row.closed_time + row.segment_time)
        for row in session.execute(query)
    ]
