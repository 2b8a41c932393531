"""An explained row as `progress why --json` gives it."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from app.clock import format_rfc3339
from app.progress.explaining import Decided, Explanation, Heard, Reason, Step
from app.progress.step_notes import Change
from app.progress.values import DecisionKind, Progress, Status


def explanation_json(why: Explanation) -> dict[str, Any]:
    """Return the row, the two reasons asked for first, every step, and what earlier attempts came to."""
    return {
        **progress_json(why.progress),
        "reasons": {"status": _reason(why.status), "percent": _reason(why.percent)},
        "steps": [_step(step) for step in why.steps],
        "earlier_attempts": [progress_json(each) for each in why.earlier],
    }


def progress_json(progress: Progress) -> dict[str, Any]:
    """Return what a row says."""
    return {
        "status": progress.status.value,
        "percent": float(progress.percent),
        "score": _plain(progress.score),
        "time_seconds": _plain(progress.time),
        "channels": sorted(channel.value for channel in progress.channels),
        "first_seen": _plain(progress.first_seen),
        "last_activity": _plain(progress.last_activity),
        "completed_at": _plain(progress.completed_at),
    }


def _reason(reason: Reason) -> dict[str, Any]:
    return {"sentence": reason.sentence, "step": reason.step}


def _step(step: Step) -> dict[str, Any]:
    told = _heard(step.heard) if step.heard else {}
    return {
        "number": step.number,
        **(_decided(step.decided) if step.decided else told),
        "changes": [_change(change) for change in step.changes],
        "notes": [note.sentence for note in step.notes],
    }


def _heard(heard: Heard) -> dict[str, Any]:
    report = heard.report
    return {
        "kind": "message",
        "channel": report.channel.value,
        "status": report.status.value,
        "percent": _plain(report.percent),
        "score": _plain(report.score),
        "time_seconds": _plain(report.time),
        "event_at": _plain(report.event_at),
        "received_at": _plain(report.received_at),
        "unit": heard.unit_name,
        "integration": heard.integration_name,
        "evidence": {"kind": heard.evidence_kind, "id": heard.evidence_id},
        "withdrawn": heard.is_withdrawn,
    }


def _decided(decided: Decided) -> dict[str, Any]:
    decision = decided.decision
    said = {
        "status": decision.status.value,
        "percent": float(decision.percent),
        "completed_at": _plain(decision.completed_at),
    }
    return {
        "kind": decision.kind.value,
        "decision": decided.id,
        "group": decided.group_id,
        **(said if decision.kind is DecisionKind.OVERRIDE else {}),
        "reason": decided.reason,
        "by": decided.actor_name,
        "made_at": _plain(decision.made_at),
        "undone_at": _plain(decided.undone_at),
        "undone_by": decided.undone_by or None,
    }


def _change(change: Change) -> dict[str, Any]:
    return {
        "fact": change.fact,
        "before": _plain(change.before),
        "after": _plain(change.after),
        "rule": change.rule,
    }


def _plain(value: object) -> object:
    match value:
        case Status():
            return value.value
        case Decimal():
            return float(value)
        case timedelta():
            return round(value.total_seconds(), 2)
        case datetime():
            return format_rfc3339(value)
    return value
