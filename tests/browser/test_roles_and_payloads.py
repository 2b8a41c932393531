"""What each role is shown is without fault; with payloads in every text, nothing runs on any page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Dialog, expect

from app.access.people import create_person
from app.access.roles import Role
from app.db import db, transaction
from tests.browser.conftest import COUNT_VIOLATIONS, PASSWORD, sign_in, visit
from tests.browser.planting import plant
from tests.browser.staging import app_of, stage
from tests.delivery.receiver import receiving
from tests.running import RunningServer

# Files, and what ends the visit.
LEFT_OUT = re.compile(
    r"\.(csv|xlsx|jsonl|ndjson|json|txt|zip)$|/(log|attachments|records|package)\b|/sign-out"
)
UNESCAPED = re.compile(r"<(script|img|svg)\b[^>]*window\.hacked|<script>window|href=[\"']?javascript:", re.I)
MOST_PAGES = 90


@pytest.fixture(scope="module")
def staged(
    server: RunningServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[RunningServer, dict[str, str]]]:
    with receiving() as receiver:
        ids = stage(server, receiver, tmp_path_factory.mktemp("library"), learners=2)
        app = app_of(server)
        with app.app_context():
            with transaction() as session:
                for role in (Role.VIEWER, Role.MANAGER, Role.ENGINEER):
                    email = f"{role}@example.org"
                    create_person(
                        session, email=email, name=f"The {role}", password=PASSWORD, role=role.value
                    )
            db.engine.dispose()
        yield server, ids


@pytest.mark.parametrize("role", ["viewer", "manager", "engineer"])
def test_what_the_menu_offers_a_role_is_without_fault(
    staged: tuple[RunningServer, dict[str, str]], context: BrowserContext, role: str
) -> None:
    server, ids = staged
    visitor = visit(context, server.url)
    sign_in(visitor.page, server, email=f"{role}@example.org")
    links = visitor.page.locator(".sidebar nav a").evaluate_all("all => all.map((a) => a.pathname)")
    assert len(links) > 4
    records = (f"/admin/learners/{ids['learner']}", f"/admin/progress/{ids['learner']}/{ids['course']}")
    for path in (*links, *records, "/admin/account"):
        reply = visitor.page.goto(server.url + path)
        assert reply is not None
        assert reply.status == 200, path
        visitor.judge(f"{path} as {role}")
    assert visitor.faults == []


@pytest.mark.parametrize("role", ["viewer", "manager", "engineer", "owner"])
def test_a_role_reads_its_pages_without_javascript(
    staged: tuple[RunningServer, dict[str, str]], plain_context: BrowserContext, role: str
) -> None:
    server, _ = staged
    page = plain_context.new_page()
    sign_in(page, server, email="ben@example.org" if role == "owner" else f"{role}@example.org")
    links = page.locator(".sidebar nav a")
    paths = [links.nth(n).get_attribute("href") or "" for n in range(links.count())]
    for path in (*paths, "/admin/account"):
        reply = page.goto(server.url + path)
        assert reply is not None
        assert reply.status == 200, path
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        # A button that only a script gives something to do is not shown.
        expect(page.locator("button[type=button]").filter(visible=True)).to_have_count(0)
    page.goto(f"{server.url}/admin/progress")
    page.get_by_label("Learner", exact=True).fill("ana")
    page.get_by_role("button", name="Apply").click()
    page.get_by_role("link", name="Why?").first.click()
    expect(page.get_by_role("heading", name="Why ").first).to_be_visible()


def test_payloads_in_every_text_run_on_no_page(
    staged: tuple[RunningServer, dict[str, str]], browser: Browser
) -> None:
    server, ids = staged
    context = browser.new_context()
    context.add_init_script(COUNT_VIOLATIONS)
    visitor = visit(context, server.url)
    page, faults = visitor.page, visitor.faults
    sign_in(page, server)
    plant(server)

    def refuse(dialog: Dialog) -> None:
        faults.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    page.on("dialog", refuse)
    waiting = ["/admin/", f"/admin/learners/{ids['learner']}", f"/admin/sessions/{ids['launch']}"]
    seen = {_shape(path) for path in waiting}
    planted = 0
    while waiting:
        path = waiting.pop(0)
        reply = page.goto(server.url + path)
        assert reply is not None
        body = reply.text()
        planted += "window.hacked" in body
        if reply.status >= 500 or UNESCAPED.search(body):
            faults.append(f"{path}: {reply.status} {UNESCAPED.search(body)}")
        if page.evaluate("window.hacked") is not None:
            faults.append(f"{path}: ran")
        faults += [f"{path}: blocked {uri}" for uri in page.evaluate("window.violations || []")]
        for link in page.locator("a[href]").evaluate_all("all => all.map((a) => a.href)"):
            there = urlsplit(link)
            shape = _shape(there.path)
            if there.path.startswith("/admin") and shape not in seen and not LEFT_OUT.search(there.path):
                seen.add(shape)
                waiting.append(there.path)
        assert len(seen) < MOST_PAGES
    context.close()
    assert faults == []
    # The crawl went where the payloads are.
    assert planted > 20, seen


def _shape(path: str) -> str:
    """Return an address with its ids left open: one page of each kind is enough."""
    return re.sub(r"/(?=[^/]*\d)[^/]+", "/*", path)
