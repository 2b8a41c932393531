"""LinkedIn Learning's xAPI webhook, the sending side: the token request and one statement a POST.

Shapes: LinkedIn's xAPI page (token leg) and the receivers that quote it (statements): verbs in upper
case display, the course as object, progress as an integer or as text, no version or context.
"""

from __future__ import annotations

import json
import threading
import time
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from urllib.parse import quote

from app.simulator.cast import SimulatedCourse, SimulatedLearner
from app.simulator.plan import Step
from app.simulator.transport import Reply, Transport

HOME_PAGE = "https://www.linkedin.com/learning"
_PROGRESS = "https://w3id.org/xapi/cmi5/result/extensions/progress"
_VERBS = "http://adlnet.gov/expapi/verbs/"
_COURSE_TYPE = "http://adlnet.gov/expapi/activities/course"
_STATEMENT_IDS = uuid.UUID("c1d7a7f4-2f7f-4a57-8d3e-8a3f0a6d5b21")
_RENEW_EARLY_SECONDS = 30.0
_GIVE_UP_AFTER_REFUSALS = 3


class UserType(StrEnum):
    """LinkedIn's setting of the same name: what a statement says of the learner."""

    ID = "id"
    EMAIL = "email"


def progressed_statement(
    learner: SimulatedLearner, course: SimulatedCourse, step: Step, user_type: UserType
) -> dict[str, object]:
    """Make the statement LinkedIn sends when a learner has finished a video of a course."""
    progress: object = str(step.percent) if step.is_text_percent else step.percent
    result = {
        "completion": False,
        "duration": format_duration(step.video_time),
        "extensions": {_PROGRESS: progress},
    }
    return _statement("progressed", learner, course, step.at, result, user_type)


def completed_statement(
    learner: SimulatedLearner, course: SimulatedCourse, step: Step, user_type: UserType
) -> dict[str, object]:
    """Make the statement LinkedIn sends when a learner has finished the course."""
    progress: object = "100" if step.is_text_percent else 100
    result = {
        "completion": True,
        "duration": format_duration(course.time),
        "extensions": {_PROGRESS: progress},
    }
    at = step.at + timedelta(milliseconds=400)
    return _statement("completed", learner, course, at, result, user_type)


def _statement(
    verb: str,
    learner: SimulatedLearner,
    course: SimulatedCourse,
    at: datetime,
    result: dict[str, object],
    user_type: UserType,
) -> dict[str, object]:
    statement: dict[str, object] = {
        "actor": _actor(learner, user_type),
        "verb": {"id": _VERBS + verb, "display": {"en-US": verb.upper()}},
        "object": {
            "objectType": "Activity",
            "id": course.activity_id,
            "definition": {"type": _COURSE_TYPE},
        },
        "result": result,
        "timestamp": format_timestamp(at),
    }
    # The id comes from the content: a repeated run repeats its statements, a different one never clashes.
    statement["id"] = str(uuid.uuid5(_STATEMENT_IDS, json.dumps(statement, sort_keys=True)))
    return statement


def _actor(learner: SimulatedLearner, user_type: UserType) -> dict[str, object]:
    if user_type is UserType.EMAIL:
        return {"objectType": "Agent", "mbox": f"mailto:{learner.email}"}
    return {"objectType": "Agent", "account": {"homePage": HOME_PAGE, "name": learner.user_id}}


def format_timestamp(at: datetime) -> str:
    """Write a time as LinkedIn does: 2021-08-18T04:44:23.764Z."""
    utc = at.astimezone(UTC)
    return f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03d}Z"


def format_duration(length: timedelta) -> str:
    """Write a length as ISO 8601: PT1H12M5S."""
    seconds = int(length.total_seconds())
    hours, minutes = divmod(seconds // 60, 60)
    text = "PT" + (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "")
    return text + (f"{seconds % 60}S" if seconds % 60 or text == "PT" else "")


@dataclass(frozen=True, slots=True)
class WebhookAddress:
    """The four values an administrator pastes into LinkedIn's *Configure xAPI* form."""

    auth_url: str
    tracking_url: str
    client_id: str
    client_secret: str


class Webhook:
    """Sends to one integration; the token is shared by all threads until it expires or is refused."""

    def __init__(self, transport: Transport, address: WebhookAddress) -> None:
        self._transport = transport
        self._address = address
        self._lock = threading.Lock()
        self._token: str | None = None
        self._good_until = 0.0
        self._refusals = 0

    def token(self) -> tuple[str | None, Reply | None]:
        """Give the token, with the reply when it had to be asked for; None when it was refused.

        After three refusals in a row nothing more is asked: every further call gives (None, None).
        """
        with self._lock:
            if self._token is not None and time.monotonic() < self._good_until:
                return self._token, None
            if self._refusals >= _GIVE_UP_AFTER_REFUSALS:
                return None, None
            self._token = None
            reply = self._ask()
            self._keep(reply)
            return self._token, reply

    def forget(self, token: str) -> None:
        """Drop a token that the server no longer takes."""
        with self._lock:
            if self._token == token:
                self._token = None

    def post(self, token: str, statement: dict[str, object]) -> Reply:
        """Send one statement as one JSON object."""
        return self._transport.send(
            "POST",
            self._address.tracking_url,
            {
                "Authorization": f"Bearer {token}",
                "Content-Type": "application/json",
                "X-Experience-API-Version": "1.0.0",
            },
            json.dumps(statement, separators=(",", ":")).encode(),
        )

    def _ask(self) -> Reply:
        """Ask as the cURL sample of LinkedIn's page does: this order, credentials in the body."""
        fields = (
            ("grant_type", "client_credentials"),
            ("client_id", self._address.client_id),
            ("client_secret", self._address.client_secret),
            ("scope", "xapi:write"),
        )
        body = "&".join(f"{name}={quote(value, safe=':')}" for name, value in fields)
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return self._transport.send("POST", self._address.auth_url, headers, body.encode())

    def _keep(self, reply: Reply) -> None:
        grant: object = None
        if reply.status == 200:
            try:
                grant = json.loads(reply.body)
            except ValueError:
                grant = None
        if isinstance(grant, dict) and isinstance(grant.get("access_token"), str):
            lifetime = grant.get("expires_in")
            seconds = float(lifetime) if isinstance(lifetime, int | float) else 60.0
            self._token = grant["access_token"]
            self._good_until = time.monotonic() + max(1.0, seconds - _RENEW_EARLY_SECONDS)
            self._refusals = 0
        else:
            self._refusals += 1
