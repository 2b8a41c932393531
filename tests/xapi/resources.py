"""Ask any resource of the record store over HTTP, as one of the senders of `conftest`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from werkzeug.test import TestResponse

from tests.xapi.conftest import Sender

ANA = {"objectType": "Agent", "mbox": "mailto:ana@example.org"}
ACTIVITY = "https://example.org/courses/1"


def ask(
    sender: Sender,
    method: str,
    resource: str,
    *,
    body: bytes | None = None,
    content_type: str | None = None,
    headers: Mapping[str, str | None] | None = None,
    **query: Any,
) -> TestResponse:
    """Send a request; parameters that are no text go as JSON, headers that are None are left out."""
    wanted = {**sender.headers, **(headers or {})}
    return sender.client.open(
        f"/xapi/{resource}",
        method=method,
        query_string={key: _text(value) for key, value in query.items()},
        data=body,
        content_type=content_type,
        headers={name: value for name, value in wanted.items() if value is not None},
    )


def ask_by_form(
    sender: Sender,
    method: str,
    resource: str,
    fields: Mapping[str, Any],
    *,
    content_type: str | None = "application/x-www-form-urlencoded",
    headers: Mapping[str, str] | None = None,
    more_query: str = "",
) -> TestResponse:
    """Send a request in 1.0.3's alternate syntax; the sender's own headers go only where asked for."""
    return sender.client.post(
        f"/xapi/{resource}?method={method}{more_query}",
        data=urlencode({name: _text(value) for name, value in fields.items()}).encode(),
        content_type=content_type,
        headers=sender.headers if headers is None else headers,
    )


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
