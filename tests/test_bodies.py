"""A body that ends too early or cannot be read is refused in every face's form, never taken as shorter."""

from __future__ import annotations

import io

import pytest
from flask.testing import FlaskClient

FACES = ("/hacp", "/oauth/token", "/xapi/statements", "/login")


class BrokenChunks(io.RawIOBase):
    """A server's reader of a chunked body whose framing is broken: each server raises an error of its own."""

    def read(self, size: int = -1) -> bytes:
        raise LookupError("no such chunk")


@pytest.mark.parametrize("path", FACES)
def test_a_body_cut_off_on_its_way_is_not_taken_for_a_shorter_one(client: FlaskClient, path: str) -> None:
    reply = client.post(
        path,
        headers={"Authorization": "Bearer abc"},
        # As gunicorn hands it over: the stream ends with the connection, before the announced length.
        environ_overrides={
            "wsgi.input": io.BytesIO(b"command=GetParam"),
            "wsgi.input_terminated": True,
            "CONTENT_LENGTH": "5000",
            "CONTENT_TYPE": "application/x-www-form-urlencoded",
        },
    )
    assert reply.status_code == 400


@pytest.mark.parametrize("path", FACES)
def test_a_body_in_broken_chunks_is_a_bad_request(client: FlaskClient, path: str) -> None:
    reply = client.post(
        path,
        headers={"Authorization": "Bearer abc"},
        environ_overrides={
            "wsgi.input": BrokenChunks(),
            "wsgi.input_terminated": True,
            "CONTENT_TYPE": "application/x-www-form-urlencoded",
        },
    )
    assert reply.status_code == 400
    if path == "/hacp":
        assert reply.data.startswith(b"error=1\r\n")


def test_a_whole_body_is_read_as_before(client: FlaskClient) -> None:
    reply = client.post("/hacp", data=b"command=GetParam&session_id=x")
    assert reply.data.startswith(b"error=3\r\n")
