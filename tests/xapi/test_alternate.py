"""The alternate request syntax of xAPI 1.0.3 Part 3 §1.3, alone and over HTTP."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.models.records import Exchange
from app.xapi.alternate import Message, decode, is_alternate
from app.xapi.errors import BadRequest
from tests.xapi.conftest import PATH, Sender
from tests.xapi.resources import ACTIVITY, ask_by_form
from tests.xapi.statements import UUID, plain

FORM = "application/x-www-form-urlencoded"


def message(
    body: bytes, *, query: tuple[tuple[str, str], ...] = (("method", "GET"),), **headers: str
) -> Message:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return Message("POST", query, {"content-type": FORM, **names}, body)


def by_form(sender: Sender, method: str, **more: Any) -> TestResponse:
    fields = {"statementId": UUID, "content": plain(), **more.pop("fields", {})}
    return ask_by_form(sender, method, "statements", fields, **more)


# --- the decoder alone ---


@pytest.mark.parametrize(
    ("method", "query", "content_type", "is_it"),
    [
        ("POST", (("method", "PUT"),), FORM, True),
        ("POST", (("method", "PUT"),), FORM + "; charset=UTF-8", True),
        ("POST", (("method", "PUT"),), "", True),
        ("POST", (("method", "PUT"),), "text/plain", True),
        ("POST", (("method", "PUT"),), "application/json", False),
        ("POST", (("Method", "PUT"),), FORM, False),
        ("POST", (), FORM, False),
        ("PUT", (("method", "PUT"),), FORM, False),
    ],
)
def test_what_is_in_the_alternate_syntax(
    method: str, query: tuple[tuple[str, str], ...], content_type: str, is_it: bool
) -> None:
    assert is_alternate(Message(method, query, {"content-type": content_type})) is is_it


def test_fields_are_headers_content_or_parameters() -> None:
    body = (
        b"Authorization=Basic+eA%3D%3D&x-experience-api-version=1.0.1&Content-Type=text%2Fplain&If-Match=%22a%22"
        b"&Content-Length=4&content=caf%C3%A9&stateId=a+b%26c&Accept-Language=de"
    )
    decoded = decode(message(body, query=(("method", "PUT"),), authorization="Bearer x", if_none_match="*"))
    assert decoded.method == "PUT"
    assert decoded.body == "café".encode()
    assert decoded.parameters == (("stateId", "a b&c"), ("Accept-Language", "de"))
    assert decoded.headers == {
        "authorization": "Basic eA==",
        "x-experience-api-version": "1.0.1",
        "content-type": "text/plain",
        "content-length": "4",
        "if-match": '"a"',
        "if-none-match": "*",
    }


def test_content_without_a_type_is_json() -> None:
    assert (
        decode(message(b"content=1", query=(("method", "POST"),))).headers["content-type"]
        == "application/json"
    )


def test_an_empty_form_is_a_get_without_parameters() -> None:
    assert decode(message(b"")) == Message("GET", (), {"content-type": "application/json"}, b"")


@pytest.mark.parametrize(
    ("body", "query"),
    [
        (b"content=1", (("method", "PUT"), ("statementId", UUID))),
        (b"content=1", (("method", "PUT"), ("method", "PUT"))),
        (b"content=1", (("method", "FETCH"),)),
        (b"content=1", (("method", "put"),)),
        (b"content=1", (("method", "HEAD"),)),
        (b"content=1", (("method", ""),)),
        (b"", (("method", "PUT"),)),
        (b"", (("method", "POST"),)),
        (b"content=1&content=2", (("method", "PUT"),)),
        (b"If-Match=a&if-match=b", (("method", "GET"),)),
        (b'{"actor":{}}', (("method", "PUT"),)),
        (b"content=%ff", (("method", "PUT"),)),
        (b"content=\xff", (("method", "PUT"),)),
        (b"%ff=1", (("method", "GET"),)),
        (b"&" * 10_000, (("method", "GET"),)),
        (b"X-Experience-API-Version=2.0.0", (("method", "GET"),)),
    ],
)
def test_what_is_no_alternate_request(body: bytes, query: tuple[tuple[str, str], ...]) -> None:
    with pytest.raises(BadRequest):
        decode(message(body, query=query))


# --- over HTTP ---


def test_1_3_a_get_by_form_finds_what_a_put_by_form_stored(store: Sender) -> None:
    assert by_form(store, "PUT").status_code == 204
    response = ask_by_form(store, "GET", "statements", {"statementId": UUID})
    assert response.status_code == 200
    assert response.get_json()["id"] == UUID
    assert response.headers["X-Experience-API-Version"] == "1.0.3"


def test_1_3_a_post_by_form_answers_the_ids(store: Sender) -> None:
    response = ask_by_form(store, "POST", "statements", {"content": [{**plain(), "id": UUID}]})
    assert (response.status_code, response.get_json()) == (200, [UUID])


def test_1_3_credentials_and_version_may_stand_in_the_form_alone(store: Sender) -> None:
    headers = {"Authorization": store.authorization, "X-Experience-API-Version": "1.0.3"}
    for content_type in (FORM, "text/plain", None):
        response = by_form(store, "PUT", fields=headers, headers={}, content_type=content_type)
        assert response.status_code == 204, response.data
    assert by_form(store, "PUT", headers={}).status_code == 401


def test_1_3_the_forms_headers_override_the_real_ones(store: Sender) -> None:
    version, authorization = "X-Experience-API-Version", "Authorization"
    old = by_form(store, "PUT", fields={version: "0.8"})
    assert old.status_code == 400
    assert by_form(store, "PUT", fields={authorization: "Basic eDp5"}).status_code == 401
    right = {version: "1.0.3", authorization: store.authorization}
    wrong = {version: "0.8", authorization: "Basic eDp5"}
    assert by_form(store, "PUT", fields=right, headers=wrong).status_code == 204


def test_1_3_the_content_type_of_the_form_is_that_of_the_content(store: Sender) -> None:
    assert by_form(store, "PUT", fields={"Content-Type": "application/json"}).status_code == 204
    assert by_form(store, "PUT", fields={"Content-Type": "text/plain"}).status_code == 400


@pytest.mark.parametrize("text", ["Grüße, 日本語 & more=1+1 100%", "\N{GRINNING FACE}"])
def test_1_3_content_is_utf_8(store: Sender, text: str) -> None:
    statement = {**plain(), "verb": {"id": "urn:v", "display": {"de": text}}}
    assert by_form(store, "PUT", fields={"content": statement}).status_code == 204
    assert store.get(UUID).get_json()["verb"]["display"]["de"] == text


@pytest.mark.parametrize("query", [f"&statementId={UUID}", "&x=1", "&method=PUT"])
def test_1_3_method_must_be_the_only_query_parameter(store: Sender, query: str) -> None:
    assert by_form(store, "PUT", more_query=query).status_code == 400


@pytest.mark.parametrize("method", ["FETCH", "put", "HEAD", ""])
def test_1_3_an_unknown_method_is_400(store: Sender, method: str) -> None:
    assert by_form(store, method).status_code == 400


def test_1_3_a_method_that_the_resource_lacks_is_405(store: Sender) -> None:
    response = by_form(store, "DELETE")
    assert (response.status_code, response.headers["Allow"]) == (405, "GET, PUT, POST, HEAD")


def test_1_3_only_post_may_carry_another_method(store: Sender) -> None:
    response = store.client.put(
        f"{PATH}?method=PUT", data=f"statementId={UUID}", content_type=FORM, headers=store.headers
    )
    assert response.status_code == 400


def test_1_3_without_content_or_with_json_for_a_form_it_is_400(store: Sender) -> None:
    assert ask_by_form(store, "PUT", "statements", {"statementId": UUID}).status_code == 400
    for content_type in (FORM, "application/json"):
        response = store.open(
            "POST", {**plain(), "id": UUID}, path=f"{PATH}?method=POST", content_type=content_type
        )
        assert response.status_code == 400


def test_1_3_an_unknown_field_is_an_unknown_parameter(store: Sender) -> None:
    for name in ("StatementId", "x", "Accept", "Content"):
        assert by_form(store, "PUT", fields={name: "1"}).status_code == 400


def test_2_0_has_no_alternate_syntax(store: Sender) -> None:
    two = replace(store, version="2.0.0")
    assert by_form(two, "PUT").status_code == 400
    assert by_form(store, "PUT", fields={"X-Experience-API-Version": "2.0.0"}).status_code == 400
    assert by_form(two, "PUT", fields={"X-Experience-API-Version": "1.0.3"}).status_code == 400


def test_1_3_every_other_resource_takes_it_too(client: FlaskClient, store: Sender) -> None:
    assert ask_by_form(store, "GET", "activities", {"activityId": ACTIVITY}).get_json()["id"] == ACTIVITY
    agent = {"mbox": "mailto:ana@example.org"}
    assert ask_by_form(store, "GET", "agents", {"agent": agent}).get_json()["objectType"] == "Person"
    assert client.post("/xapi/about?method=GET", content_type=FORM).status_code == 200


def test_1_3_the_log_holds_the_content_and_no_credentials(store: Sender, session: Session) -> None:
    by_form(
        store,
        "PUT",
        fields={"Authorization": store.authorization},
        headers={"X-Experience-API-Version": "1.0"},
    )
    by_form(store, "PUT", fields={"Authorization": "Basic aHVudGVyMg=="})
    session.rollback()
    rows = session.scalars(select(Exchange).order_by(Exchange.id)).all()
    assert [(row.method, row.status, row.path) for row in rows] == [
        ("POST", 204, "/xapi/statements?method=PUT"),
        ("POST", 401, "/xapi/statements?method=PUT"),
    ]
    assert rows[0].request_body == json.dumps(plain()).encode()
    assert not any(b"aHVudGVyMg" in (row.request_body or b"") for row in rows)


def test_linkedins_statements_with_a_stray_method_are_taken_as_they_are(linkedin: Sender) -> None:
    assert linkedin.send(plain(), path=PATH + "?method=launch").status_code == 200
