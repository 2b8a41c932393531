"""The sinks believe what is signed as Standard Webhooks says, and keep statements by their ids."""

from __future__ import annotations

from app.delivery.targets.webhook import make_secret, sign
from app.simulator.sinks import StatementSink, WebhookSink, is_signed

NOW = 1_800_000_000
BODY = b'{"type": "completion.created"}'
VERSION = {"x-experience-api-version": "1.0.3"}


def signed(secret: str, body: bytes = BODY) -> dict[str, str]:
    return {name.lower(): value for name, value in sign([secret], "msg_1", NOW, body).items()}


def test_a_signature_of_ours_is_right_by_the_public_rules() -> None:
    secret, other = make_secret(), make_secret()
    headers = signed(secret)
    assert is_signed(secret, headers, BODY, now=NOW + 10)
    assert not is_signed(other, headers, BODY, now=NOW)
    assert not is_signed(secret, headers, BODY + b" ", now=NOW)
    assert not is_signed(secret, headers, BODY, now=NOW + 301)
    assert not is_signed(secret, {}, BODY, now=NOW)
    assert not is_signed("whsec_!", headers, BODY, now=NOW)


def test_a_webhook_is_kept_with_whether_it_was_believed() -> None:
    sink = WebhookSink(make_secret())
    assert sink.take(signed(sink.secret), BODY, now=NOW) == 204
    assert sink.take(signed(make_secret()), BODY, now=NOW) == 401
    sink.status = 500
    assert sink.take(signed(sink.secret), BODY, now=NOW) == 500
    assert [(each["id"], each["is_verified"], each["status"]) for each in sink.report()] == [
        ("msg_1", True, 204), ("msg_1", False, 401), ("msg_1", True, 500),
    ]  # fmt: skip


def test_a_statement_is_kept_once_and_never_changed() -> None:
    sink = StatementSink()
    assert sink.put("s1", VERSION, b'{"verb": 1}') == 204
    assert sink.put("s1", VERSION, b'{"verb": 1, "id": "s1"}') == 204
    assert sink.put("s1", VERSION, b'{"verb": 2}') == 409
    assert sink.put("s2", {}, b"{}") == sink.put("s2", VERSION, b"[]") == sink.put("", VERSION, b"{}") == 400
    assert sink.report() == [{"verb": 1, "id": "s1"}]
