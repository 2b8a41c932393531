"""A statement made of what AICC content reported, so that a record store gets that too. Sans-I/O."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from app.progress.values import Progress, Status

_VERBS = {
    Status.NOT_STARTED: ("http://adlnet.gov/expapi/verbs/launched", "launched"),
    Status.IN_PROGRESS: ("http://adlnet.gov/expapi/verbs/progressed", "progressed"),
    Status.FAILED: ("http://adlnet.gov/expapi/verbs/failed", "failed"),
    Status.COMPLETED: ("http://adlnet.gov/expapi/verbs/completed", "completed"),
    Status.PASSED: ("http://adlnet.gov/expapi/verbs/passed", "passed"),
}
_PROGRESS = "https://w3id.org/xapi/cmi5/result/extensions/progress"
# Says that no content sent this statement, and what it was made of.
PROVENANCE = "urn:waymark:provenance"
_NAMESPACE = uuid.UUID("5b0f9a4e-7d2c-4a55-9a0e-3f1d6c8b2e71")


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose result it is and of what, as the database knows them."""

    learner_id: str
    name: str
    identities: Sequence[tuple[str, str]]
    activity_id: str
    title: str


def make_statement(
    subject: Subject, after: Progress, *, home_page: str, launch_id: str, exchange_id: str, at: datetime
) -> dict[str, Any]:
    """Return the statement; of the same exchange always under the same id."""
    verb, word = _VERBS[after.status]
    return {
        "id": str(uuid.uuid5(_NAMESPACE, exchange_id)),
        "actor": {"objectType": "Agent", "name": subject.name, **_identify(subject, home_page)},
        "verb": {"id": verb, "display": {"en": word}},
        "object": {
            "objectType": "Activity",
            "id": _to_iri(subject.activity_id),
            "definition": {"name": {"und": subject.title}},
        },
        "result": _result(after),
        "context": {
            "platform": "Waymark",
            "extensions": {
                PROVENANCE: {"protocol": "AICC/HACP", "launch": launch_id, "message": exchange_id}
            },
        },
        "timestamp": at.isoformat().replace("+00:00", "Z"),
    }


def _result(after: Progress) -> dict[str, Any]:
    result: dict[str, Any] = {
        "completion": after.status.is_complete,
        "duration": _format_duration(after.time),
        "extensions": {_PROGRESS: round(float(after.percent))},
    }
    if after.status in (Status.PASSED, Status.FAILED):
        result["success"] = after.status is Status.PASSED
    if after.score is not None:
        result["score"] = {"raw": float(after.score)}
    return result


def _identify(subject: Subject, home_page: str) -> dict[str, Any]:
    """Return the best name that others may know somebody by: an address, an id, else ours."""
    known = dict(reversed(subject.identities))
    if "email" in known:
        return {"mbox": f"mailto:{known['email']}"}
    return {"account": {"homePage": home_page, "name": known.get("user_id", subject.learner_id)}}


def _to_iri(identifier: str) -> str:
    scheme = identifier.partition(":")[0]
    is_iri = ":" in identifier and scheme.isascii() and scheme.replace("-", "").replace("+", "").isalnum()
    return identifier if is_iri else f"urn:waymark:course:{quote(identifier, safe='')}"


def _format_duration(time: timedelta) -> str:
    seconds = max(time, timedelta(0)).total_seconds()
    return f"PT{seconds:.2f}".rstrip("0").rstrip(".") + "S"
