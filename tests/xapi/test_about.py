"""GET /xapi/about over HTTP (xAPI 1.0.3 Part 3 §2.8)."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient


def test_2_8_about_needs_neither_credentials_nor_version(client: FlaskClient) -> None:
    response = client.get("/xapi/about")
    assert (response.status_code, response.get_json()) == (200, {"version": ["1.0.3", "2.0.0"]})
    assert response.headers["Content-Type"] == "application/json"
    assert response.headers["X-Experience-API-Version"] == "1.0.3"


@pytest.mark.parametrize(
    ("asked", "answered"), [("0.9", "1.0.3"), ("1.0", "1.0.3"), ("2.0.0", "2.0.0"), ("x", "1.0.3")]
)
def test_2_8_about_refuses_no_version(client: FlaskClient, asked: str, answered: str) -> None:
    headers = {"X-Experience-API-Version": asked, "Authorization": "Basic nonsense"}
    response = client.get("/xapi/about", headers=headers)
    assert response.status_code == 200
    assert response.headers["X-Experience-API-Version"] == answered


def test_2_8_about_answers_head_without_a_body(client: FlaskClient) -> None:
    response = client.head("/xapi/about")
    assert (response.status_code, response.data) == (200, b"")


def test_3_2_about_has_no_parameters_and_no_other_methods(client: FlaskClient) -> None:
    assert client.get("/xapi/about?x=1").status_code == 400
    for method in ("POST", "PUT", "DELETE"):
        response = client.open("/xapi/about", method=method)
        assert response.status_code == 405
        assert response.get_json()["status"] == 405
        assert "GET" in response.headers["Allow"]
        assert response.headers["X-Experience-API-Version"] == "1.0.3"
