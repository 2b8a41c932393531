"""Receivers to try destinations with: webhooks whose signatures are checked, and a bare record store.

The signature is checked by the rules that Standard Webhooks publishes, not by the code that signs.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import threading
from collections.abc import Mapping
from typing import Any

TOLERANCE_SECONDS = 300


def is_signed(secret: str, headers: Mapping[str, str], body: bytes, *, now: float) -> bool:
    """Tell whether a message is from whoever holds the secret, and fresh; header names in lower case."""
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
        moment = int(headers["webhook-timestamp"])
        message_id = headers["webhook-id"]
        signatures = headers["webhook-signature"].split(" ")
    except (KeyError, ValueError, binascii.Error):
        return False
    if abs(now - moment) > TOLERANCE_SECONDS:
        return False
    content = f"{message_id}.{moment}.".encode() + body
    wanted = b"v1," + base64.b64encode(hmac.new(key, content, hashlib.sha256).digest())
    return any(hmac.compare_digest(wanted, each.encode()) for each in signatures)


class WebhookSink:
    """Keeps webhooks; without a secret none is verified."""

    def __init__(self, secret: str = "") -> None:
        self.secret = secret
        self.status = 204
        self._got: list[dict[str, Any]] = []
        self._lock = threading.Lock()

    def take(self, headers: Mapping[str, str], body: bytes, *, now: float) -> int:
        """Keep a message; returns the HTTP status to answer with: 401 for a wrong signature."""
        is_verified = bool(self.secret) and is_signed(self.secret, headers, body, now=now)
        status = self.status if is_verified or not self.secret else 401
        with self._lock:
            self._got.append(
                {
                    "id": headers.get("webhook-id", ""),
                    "is_verified": is_verified,
                    "status": status,
                    "body": _json(body),
                }
            )
        return status

    def report(self) -> list[dict[str, Any]]:
        with self._lock:
            return list(self._got)


class StatementSink:
    """A record store's bare beginnings: statements by their ids, a changed one is refused."""

    def __init__(self) -> None:
        self._statements: dict[str, Any] = {}
        self._lock = threading.Lock()

    def put(self, statement_id: str, headers: Mapping[str, str], body: bytes) -> int:
        """Keep one statement; returns 204, 400, or 409 for other content under a known id."""
        statement = _json(body)
        if not isinstance(statement, dict) or not headers.get("x-experience-api-version"):
            return 400
        if not statement_id or statement.setdefault("id", statement_id) != statement_id:
            return 400
        with self._lock:
            is_same = self._statements.setdefault(statement_id, statement) == statement
        return 204 if is_same else 409

    def report(self) -> list[Any]:
        with self._lock:
            return list(self._statements.values())


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None
