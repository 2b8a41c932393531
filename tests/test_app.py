"""What create_app promises for every URL, whatever face it belongs to."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient


@pytest.mark.parametrize("host", ["x..y", ".", "a" * 400])
@pytest.mark.parametrize(
    ("path", "content_type"),
    [
        ("/hacp", "text/plain"),
        ("/oauth/token", "application/json"),
        ("/xapi/statements", "application/json"),
        ("/launch/abc", "text/html"),
        ("/admin/progress", "text/html"),
        ("/livez/x", "text/html"),
    ],
)
def test_a_host_that_no_url_can_have_is_a_bad_request(
    client: FlaskClient, path: str, content_type: str, host: str
) -> None:
    reply = client.get(path, headers={"Host": host})
    assert reply.status_code == 400
    assert reply.mimetype == content_type


@pytest.mark.parametrize("path", ["/hacp//", "/oauth//token", "/xapi//statements", "/admin//progress"])
def test_a_doubled_slash_is_no_redirect(client: FlaskClient, path: str) -> None:
    """Routing would send the client to whatever host it named, and machines do not follow."""
    reply = client.post(path, headers={"Host": "evil.example"})
    assert reply.status_code == 404
    assert "Location" not in reply.headers
