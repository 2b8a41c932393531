"""The API's pages for people: all operations and all problems, for anybody, with nothing from elsewhere."""

from __future__ import annotations

from flask.testing import FlaskClient

from app.api.problems import KINDS


def test_every_operation_is_on_the_page(client: FlaskClient) -> None:
    document = client.get("/api/openapi.json").json
    reply = client.get("/api/docs")
    assert reply.status_code == 200
    assert "default-src 'none'" in reply.headers["Content-Security-Policy"]
    for methods in document["paths"].values():
        for operation in methods.values():
            assert f'id="{operation["operationId"]}"' in reply.text
    assert "curl -X POST" in reply.text
    assert "provisional" in reply.text


def test_every_type_of_problem_leads_to_its_explanation(client: FlaskClient) -> None:
    reply = client.get("/api/problems")
    assert reply.status_code == 200
    assert all(f'id="{kind.code}"' in reply.text for kind in KINDS)
    assert len({kind.advice for kind in KINDS}) == len(KINDS)
    there = client.get("/api/v1/progress").json["type"]
    assert there.startswith("/api/problems#")
