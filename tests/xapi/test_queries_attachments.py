"""GET of statements with their attachments' data (xAPI 1.0.3 Part 3 §2.1.3, Part 2 §2.4.11)."""

from __future__ import annotations

import hashlib
import json
import uuid

import pytest

from app.xapi.attachments import Part, format_multipart, parse_multipart
from tests.xapi.conftest import PATH, Sender
from tests.xapi.statements import IRI, Json, plain

TEXT = b"line\r\nend\r\n--no boundary\r\n\x00\xff"


def with_data(number: int, data: bytes, *, is_upper: bool = False) -> Json:
    sha2 = hashlib.sha256(data).hexdigest()
    attachment = {
        "usageType": IRI,
        "display": {"en": "x"},
        "contentType": "text/plain",
        "length": len(data),
        "sha2": sha2.upper() if is_upper else sha2,
    }
    return {**plain(), "id": str(uuid.UUID(int=number)), "attachments": [attachment]}


def post(store: Sender, statement: Json, data: bytes) -> None:
    part = Part(hashlib.sha256(data).hexdigest(), "text/plain", data)
    body, content_type = format_multipart(json.dumps(statement).encode(), [part])
    response = store.send(body, content_type=content_type)
    assert response.status_code == 200, response.data


@pytest.mark.parametrize("is_upper", [True, False])
@pytest.mark.parametrize("is_single", [True, False])
def test_the_data_comes_back_under_its_hash(store: Sender, is_single: bool, is_upper: bool) -> None:
    statement = with_data(1, TEXT, is_upper=is_upper)
    post(store, statement, TEXT)
    query = {"attachments": "true", **({"statementId": statement["id"]} if is_single else {})}
    response = store.client.get(PATH, query_string=query, headers=store.headers)
    content_type = response.headers["Content-Type"]
    assert content_type.startswith("multipart/mixed; boundary=")
    _, parts = parse_multipart(response.data, content_type)
    assert [part.body for part in parts] == [TEXT]
    assert response.data.count(statement["attachments"][0]["sha2"].encode()) == 2


def test_the_data_comes_back_in_the_type_that_its_attachment_states(store: Sender) -> None:
    statement = with_data(1, TEXT)
    statement["attachments"][0]["contentType"] = "text/html; charset=utf-8"
    post(store, statement, TEXT)
    response = store.client.get(PATH, query_string={"attachments": "true"}, headers=store.headers)
    _, [part] = parse_multipart(response.data, response.headers["Content-Type"])
    assert part.content_type == "text/html; charset=utf-8"


def test_data_of_two_statements_comes_once(store: Sender) -> None:
    for number in (1, 2):
        post(store, with_data(number, TEXT), TEXT)
    response = store.client.get(PATH, query_string={"attachments": "true"}, headers=store.headers)
    _, parts = parse_multipart(response.data, response.headers["Content-Type"])
    assert len(parts) == 1


def test_without_attachments_it_is_multipart_all_the_same(store: Sender) -> None:
    store.send({**plain(), "id": str(uuid.UUID(int=1))})
    for query in ({"attachments": "true"}, {"attachments": "true", "statementId": str(uuid.UUID(int=1))}):
        response = store.client.get(PATH, query_string=query, headers=store.headers)
        text, parts = parse_multipart(response.data, response.headers["Content-Type"])
        assert text.startswith(b"{")
        assert parts == ()


def test_a_list_without_the_parameter_is_json(store: Sender) -> None:
    post(store, with_data(1, TEXT), TEXT)
    for query in ({}, {"attachments": "false"}):
        response = store.client.get(PATH, query_string=query, headers=store.headers)
        assert response.headers["Content-Type"] == "application/json"
        assert len(response.get_json()["statements"]) == 1
