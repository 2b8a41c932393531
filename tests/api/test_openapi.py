"""The OpenAPI document: every address is in it, and everything in it is an address."""

from __future__ import annotations

import re

from flask import Flask
from flask.testing import FlaskClient

from app.access.api_tokens import SCOPES


def test_the_document_needs_no_token_and_names_every_address(app: Flask, client: FlaskClient) -> None:
    document = client.get("/api/openapi.json").json
    assert document["openapi"] == "3.1.0"
    assert document["servers"] == [{"url": "http://localhost"}]
    described = {(path, method.upper()) for path, methods in document["paths"].items() for method in methods}
    routes = {
        (re.sub(r"<(\w+)>", r"{\1}", rule.rule), method)
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/v1")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert described == routes


def test_every_scope_opens_something_and_every_operation_needs_one(client: FlaskClient) -> None:
    document = client.get("/api/openapi.json").json
    needed = set()
    for methods in document["paths"].values():
        for operation in methods.values():
            assert operation["security"] == [{"token": []}, {"password": []}]
            needed.add(re.search(r"scope `([a-z:]+)`", operation["description"])[1])
            assert {"401", "403", "default"} <= set(operation["responses"])
    assert needed <= set(SCOPES)
