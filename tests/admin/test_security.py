"""What holds for every page: headers, CSRF, hosts, redirects, permissions, errors."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from app.access.people import Person
from app.admin.errors import error_reply
from app.admin.frame import safe_next
from app.db import db
from app.settings import Settings
from tests.admin.desk import Desk

OPEN_TO_ALL = {"front", "sign_in", "sign_out", "setup", "invitation", "static"}
OPEN_TO_ALL |= {"choose_theme", "choose_language"}


# Parts of addresses that are no plain ids; any other is "x".
PARTS = {"path:filename": "app.css", "delivery_id": "1", "key": "1", "number": "0"}


def admin_rules(app: Flask) -> list[tuple[str, str, set[str]]]:
    """List every page's endpoint, an address of it, and its methods."""
    return [
        (
            rule.endpoint.removeprefix("admin."),
            re.sub(r"<([^>]+)>", lambda part: PARTS.get(part[1], "x"), rule.rule),
            set(rule.methods or ()),
        )
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("admin.")
    ]


def test_every_page_asks_for_a_permission(app: Flask) -> None:
    for name, view in app.view_functions.items():
        if name.startswith("admin.") and name.removeprefix("admin.") not in OPEN_TO_ALL:
            assert getattr(view, "needs", None), name


def test_every_page_sends_strangers_to_sign_in(app: Flask, client: FlaskClient, ben: Person) -> None:
    for endpoint, address, methods in admin_rules(app):
        if endpoint not in OPEN_TO_ALL and "GET" in methods:
            reply = client.get(address)
            assert reply.status_code == 303, endpoint
            assert reply.location.startswith("/login"), endpoint


def test_every_change_needs_the_csrf_token(app: Flask, desk: Desk) -> None:
    for endpoint, address, methods in admin_rules(app):
        for method in methods - {"GET", "HEAD", "OPTIONS"}:
            reply = desk.client.open(address, method=method, data={"theme": "dark"})
            assert reply.status_code == 400, endpoint
            assert "This page is out of date" in reply.text, endpoint


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_form_from_another_site_is_refused_whatever_its_token(desk: Desk, headers: dict[str, str]) -> None:
    assert desk.post("/admin/theme", theme="dark", headers=headers).status_code == 403


def test_our_own_origin_is_taken(desk: Desk) -> None:
    headers = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}
    assert desk.post("/admin/theme", theme="dark", headers=headers).status_code == 303


@pytest.mark.parametrize(
    "path", ["/login", "/admin/", "/admin/progress", "/setup", "/nowhere", "/admin/learners/x"]
)
def test_every_page_carries_the_guarding_headers(desk: Desk, path: str) -> None:
    headers = desk.get(path).headers
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Request-Id"]


def test_no_page_holds_inline_code(desk: Desk) -> None:
    for path in ("/admin/", "/admin/progress", "/admin/integrations/new", "/admin/settings"):
        text = desk.get(path).text
        assert "<style" not in text
        assert " style=" not in text
        assert "<script>" not in text
        named = (re.sub(r'"[^"]*"', "", tag) for tag in re.findall(r"<[^>]*>", text))
        assert not [tag for tag in named if re.search(r"\son\w+\s*=", tag)]


@pytest.mark.parametrize("host", ["other.example", "127.0.0.1", "localhost.", "localhost:80"])
def test_pages_answer_under_the_public_host_alone(desk: Desk, host: str) -> None:
    reply = desk.get("/admin/", headers={"Host": host})
    if host.startswith("localhost"):
        assert reply.status_code in (200, 303)  # another spelling of our host has no cookie of its own
    else:
        assert reply.status_code == 421
        assert "http://localhost" in reply.text


@pytest.mark.parametrize("host", ["a b", "lo/cal", "user@localhost", "[::1"])
def test_a_host_that_is_none_is_a_plain_400(desk: Desk, host: str) -> None:
    assert desk.get("/admin/", headers={"Host": host}).status_code in (400, 421)


def test_a_huge_form_is_refused(desk: Desk) -> None:
    reply = desk.post("/admin/learners/new", name="x" * 400_000)
    assert reply.status_code == 413
    assert "too large" in reply.text


def test_errors_are_pages_with_a_request_id(app: Flask, desk: Desk) -> None:
    reply = desk.get("/admin/nowhere")
    assert reply.status_code == 404
    assert reply.headers["X-Request-Id"] in reply.text
    assert desk.client.put("/admin/learners/new", data={}).status_code in (400, 405)
    with app.test_request_context("/admin/"):
        for status in (400, 403, 404, 405, 413, 421, 500, 503):
            text = error_reply(status, "<b>why</b>", {"X-Test": "1"}).get_data(as_text=True)
            assert "&lt;b&gt;why" in text
            assert "Traceback" not in text


BAD_NEXTS = [
    "//evil.example", "///evil.example", "////evil", "/\\evil.example", "\\\\evil.example", "\\/evil",
    "http://evil.example", "https://evil.example/admin/", "HTTPS://evil", "http:evil", "http:/evil",
    "javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "vbscript:x", "ftp://evil",
    "/admin//evil.example", "/admin/../../evil", "/admin/\t//evil", "/\t/evil", "/\n/evil", "/\r\n/evil",
    "\t//evil", " //evil", "//evil@localhost", "//localhost@evil", "/admin/\x00", "/admin/\x7f", "/%09/evil",
    "/%5cevil", "/evil", "evil", "evil.example/admin/", "@evil", ":evil", "?x=1", "#x", "", ".", "..", "/",
    "/login", "/hacp", "/setup", "/adminevil", "/admin.evil.example", "//[::1]/admin/", "//[", "http://[",
    "/admin/\u2028//evil", "\u200b//evil", "/\u2215evil", "///", "//", "/admin/\\..\\evil", "/../admin/",
    "/admin/..", "https:admin/", "https:/admin/", "https:\\\\evil", "//evil\\@localhost/admin/", "/.//evil",
]  # fmt: skip


@pytest.mark.parametrize("text", [*BAD_NEXTS, None])
def test_a_bad_next_leads_to_the_overview(text: str | None) -> None:
    assert safe_next(text, "home") == "home"


@pytest.mark.parametrize(
    "text", ["/admin/", "/admin", "/admin/progress?status=failed&learner=%2F%2Fevil", "/setup/address"]
)
def test_our_own_pages_are_good_nexts(text: str) -> None:
    assert safe_next(text, "home") == text


def test_a_form_from_before_signing_in_says_so_instead_of_naming_tokens(desk: Desk) -> None:
    reply = desk.client.post("/admin/account", data={"csrf_token": "from-another-session"})
    assert reply.status_code == 400
    assert "This page is out of date" in reply.text
    assert "CSRF" not in reply.text


def test_browsers_stay_on_https_once_the_public_url_is(settings: Settings, desk: Desk) -> None:
    assert "Strict-Transport-Security" not in desk.get("/admin/").headers
    app = create_app(replace(settings, public_url="https://localhost"))
    try:
        https = app.test_client()
        for path in ("/login", "/admin/", "/admin/learners/nobody"):
            reply = https.get(path, base_url="https://localhost")
            assert reply.headers.get("Strict-Transport-Security") == "max-age=31536000", path
        foreign = https.get("/login", base_url="https://other.example")
        assert foreign.status_code == 421
        assert "Strict-Transport-Security" not in foreign.headers
    finally:
        with app.app_context():
            db.engine.dispose()
