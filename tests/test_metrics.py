"""Machines' messages are counted by kind and outcome, and by nothing that a client typed."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("body", "labels"),
    [
        (b"command=GetParam&session_id=nobody&version=4.0", 'command="getparam",error="3"'),
        (b"command=Mischief4711&session_id=x&version=4.0", 'command="unknown",error="1"'),
    ],
)
def test_hacp_messages_are_counted(client: FlaskClient, body: bytes, labels: str) -> None:
    client.post("/hacp", data=body, content_type=FORM)
    text = client.get("/metrics").text
    assert f"waymark_hacp_requests_total{{{labels}}}" in text
    assert "Mischief" not in text


def test_token_requests_are_counted(client: FlaskClient) -> None:
    body = b"grant_type=client_credentials&client_id=a&client_secret=b"
    client.post("/oauth/token", data=body, content_type=FORM)
    assert 'waymark_oauth_token_requests_total{result="invalid_client"}' in client.get("/metrics").text
