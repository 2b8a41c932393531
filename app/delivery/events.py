"""What webhooks are told: the names of events, and what stands in them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.catalog.service import get_course
from app.learners.service import get_learner
from app.models.access import Integration
from app.progress.service import Change
from app.progress.values import Progress
from app.words import worded

COMPLETED, UPDATED = "completion.created", "progress.updated"
UNMATCHED, FAILING = "learner.unmatched", "integration.failing"
# Sent by "save and test" alone, whatever a receiver has chosen.
TEST = "webhook.test"
EVENTS: Mapping[str, str] = {
    COMPLETED: worded("A learner has completed or passed a course"),
    UPDATED: worded("A learner's status, percent, score or time in a course has changed"),
    UNMATCHED: worded("Somebody has reported whom nobody here knows yet"),
    FAILING: worded("An integration's messages are refused, or its results cannot be passed on"),
}


def is_news(before: Progress | None, after: Progress) -> bool:
    """Tell whether others want to hear of a change: not of one that only moves the last activity."""
    if before is None:
        return True
    return (before.status, before.percent, before.score, before.time) != (
        after.status,
        after.percent,
        after.score,
        after.time,
    )


def list_events(before: Progress | None, after: Progress) -> tuple[str, ...]:
    """Return the events of a change of one learner's progress in one course."""
    if not is_news(before, after):
        return ()
    was_complete = before is not None and before.status.is_complete
    return (COMPLETED, UPDATED) if after.status.is_complete and not was_complete else (UPDATED,)


def describe_change(
    session: Session, change: Change, learner_id: str, course_id: str, integration_id: str
) -> dict[str, Any]:
    """Return the data of an event about progress: who, what, and where they stand now."""
    after, course = change.after, get_course(session, course_id)
    return {
        "learner": describe_learner(session, learner_id),
        "course": {
            "id": course.id,
            "title": course.title,
            "activity_id": course.activity_id,
            "type": course.type,
        },
        "integration": describe_integration(session, integration_id),
        "status": after.status.value,
        "percent": float(after.percent),
        "score": None if after.score is None else float(after.score),
        "time_seconds": round(after.time.total_seconds()),
        "channels": sorted(channel.value for channel in after.channels),
        "completed_at": after.completed_at and after.completed_at.isoformat(),
        "last_activity": after.last_activity and after.last_activity.isoformat(),
    }


def describe_learner(session: Session, learner_id: str) -> dict[str, Any]:
    """Return how receivers are told of a learner."""
    learner = get_learner(session, learner_id)
    return {
        "id": learner.id,
        "name": learner.name,
        "is_provisional": learner.is_provisional,
        "identities": [{"kind": kind, "value": value} for kind, value in learner.identities],
    }


def describe_integration(session: Session, integration_id: str) -> dict[str, Any]:
    """Return how receivers are told of an integration, also of one that was deleted."""
    name = session.scalar(select(Integration.name).where(Integration.id == integration_id))
    return {"id": integration_id, "name": name or ""}
