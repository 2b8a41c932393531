"""The statements and the token request against the samples of LinkedIn's shapes."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from app.simulator.cast import cast_courses, cast_learners
from app.simulator.plan import Step
from app.simulator.transport import Reply
from app.simulator.webhook import (
    UserType,
    Webhook,
    WebhookAddress,
    completed_statement,
    format_duration,
    format_timestamp,
    progressed_statement,
)

ANA = cast_learners(1, 1)[0]
COURSE = cast_courses(1, 1)[0]
PROGRESS = "https://w3id.org/xapi/cmi5/result/extensions/progress"


def step(*, percent: int = 40, is_text_percent: bool = False, completed: bool = False) -> Step:
    at = datetime(2025, 3, 14, 9, 26, 53, 589_000, tzinfo=UTC)
    return Step(at, 2, percent, completed, timedelta(minutes=4, seconds=30), 0, is_text_percent)


class Recorder:
    """A transport that answers from a list and keeps what was sent."""

    def __init__(self, *replies: Reply) -> None:
        self.replies = list(replies)
        self.sent: list[tuple[str, str, dict[str, str], bytes | None]] = []

    def send(
        self, method: str, url: str, headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> Reply:
        self.sent.append((method, url, dict(headers or {}), body))
        return self.replies.pop(0)


def token_reply(token: str, expires_in: int = 3600) -> Reply:
    grant = {"access_token": token, "expires_in": expires_in, "token_type": "Bearer"}
    return Reply(200, {"content-type": "application/json"}, json.dumps(grant).encode())


def webhook(*replies: Reply) -> tuple[Webhook, Recorder]:
    recorder = Recorder(*replies)
    address = WebhookAddress(
        "http://lms.test/oauth/token", "http://lms.test/xapi/statements", "acme&co", "s3cr=t/+"
    )
    return Webhook(recorder, address), recorder


def test_a_progressed_statement_has_linkedins_shape() -> None:
    statement = progressed_statement(ANA, COURSE, step(), UserType.EMAIL)
    uuid.UUID(str(statement.pop("id")))
    assert statement == {
        "actor": {"objectType": "Agent", "mbox": f"mailto:{ANA.email}"},
        "verb": {
            "id": "http://adlnet.gov/expapi/verbs/progressed",
            "display": {"en-US": "PROGRESSED"},
        },
        "object": {
            "objectType": "Activity",
            "id": COURSE.activity_id,
            "definition": {"type": "http://adlnet.gov/expapi/activities/course"},
        },
        "result": {"completion": False, "duration": "PT4M30S", "extensions": {PROGRESS: 40}},
        "timestamp": "2025-03-14T09:26:53.589Z",
    }


def test_a_completed_statement_says_completion_and_a_hundred() -> None:
    statement = completed_statement(ANA, COURSE, step(percent=100, completed=True), UserType.EMAIL)
    assert statement["verb"] == {
        "id": "http://adlnet.gov/expapi/verbs/completed",
        "display": {"en-US": "COMPLETED"},
    }
    assert statement["result"] == {
        "completion": True,
        "duration": format_duration(COURSE.time),
        "extensions": {PROGRESS: 100},
    }


def test_progress_is_sometimes_text() -> None:
    statement = progressed_statement(ANA, COURSE, step(is_text_percent=True), UserType.EMAIL)
    assert statement["result"]["extensions"] == {PROGRESS: "40"}  # type: ignore[index]


def test_user_type_id_names_the_learner_by_account() -> None:
    statement = progressed_statement(ANA, COURSE, step(), UserType.ID)
    assert statement["actor"] == {
        "objectType": "Agent",
        "account": {"homePage": "https://www.linkedin.com/learning", "name": ANA.user_id},
    }


def test_the_same_report_keeps_its_id_and_another_gets_its_own() -> None:
    first = progressed_statement(ANA, COURSE, step(), UserType.EMAIL)
    assert progressed_statement(ANA, COURSE, step(), UserType.EMAIL) == first
    assert progressed_statement(ANA, COURSE, step(percent=41), UserType.EMAIL)["id"] != first["id"]
    assert progressed_statement(ANA, COURSE, step(), UserType.ID)["id"] != first["id"]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "PT0S"), (5, "PT5S"), (270, "PT4M30S"), (4325, "PT1H12M5S"), (3600, "PT1H"), (90_000, "PT25H")],
)
def test_durations_are_iso_8601(seconds: int, text: str) -> None:
    assert format_duration(timedelta(seconds=seconds)) == text


def test_timestamps_have_milliseconds_and_a_z() -> None:
    assert re.fullmatch(
        r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", format_timestamp(datetime(2026, 1, 2, tzinfo=UTC))
    )


def test_the_token_request_is_that_of_linkedins_sample() -> None:
    hook, recorder = webhook(token_reply("abc"))
    assert hook.token()[0] == "abc"
    method, url, headers, body = recorder.sent[0]
    assert (method, url) == ("POST", "http://lms.test/oauth/token")
    assert headers == {"Content-Type": "application/x-www-form-urlencoded"}
    assert body == (
        b"grant_type=client_credentials&client_id=acme%26co&client_secret=s3cr%3Dt%2F%2B&scope=xapi:write"
    )


def test_the_token_is_kept_until_it_expires() -> None:
    hook, recorder = webhook(token_reply("abc"), token_reply("def", expires_in=1))
    assert [hook.token()[0] for _ in range(3)] == ["abc"] * 3
    assert len(recorder.sent) == 1
    hook.forget("another one")
    assert hook.token()[0] == "abc"
    hook.forget("abc")
    assert hook.token()[0] == "def"


def test_after_three_refusals_nothing_more_is_asked() -> None:
    hook, recorder = webhook(*[Reply(401, {}, b'{"error":"invalid_client"}')] * 3)
    assert [hook.token()[0] for _ in range(5)] == [None] * 5
    assert len(recorder.sent) == 3


def test_an_answer_that_is_no_token_counts_as_refusal() -> None:
    hook, _ = webhook(Reply(200, {}, b"<html>"), Reply(200, {}, b"[]"))
    assert hook.token()[0] is None
    assert hook.token()[0] is None


def test_a_statement_is_one_object_with_the_version_header() -> None:
    hook, recorder = webhook(Reply(200))
    hook.post("abc", {"id": "x"})
    _, url, headers, body = recorder.sent[0]
    assert url == "http://lms.test/xapi/statements"
    assert headers["Authorization"] == "Bearer abc"
    assert headers["X-Experience-API-Version"] == "1.0.0"
    assert body == b'{"id":"x"}'
