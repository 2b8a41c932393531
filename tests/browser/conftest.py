"""A real gunicorn, a real Chromium, and what every page is judged by."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import axe_playwright_python
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect, sync_playwright

from tests.databases import SqliteFiles
from tests.find_chromium import find_chromium
from tests.running import RunningServer, running_server

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SIZES = ((1280, 900), (320, 720))
PASSWORD = "correct trail blaze 7"

# Counts what the policy blocked; added before the page's own scripts run.
COUNT_VIOLATIONS = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) => window.violations.push(event.blockedURI));
"""


@dataclass
class Visitor:
    """A page with a memory of everything that should not have happened on it."""

    page: Page
    url: str
    faults: list[str] = field(default_factory=list)

    def go(self, path: str) -> None:
        self.page.goto(self.url + path)

    def judge(
        self,
        name: str,
        *,
        themes: tuple[str, ...] = ("light", "dark"),
        sizes: tuple[tuple[int, int], ...] = SIZES,
    ) -> None:
        """Hold the open page against axe, the policy and the screen's width, in both themes and sizes."""
        self.page.evaluate(AXE)
        for theme in themes:
            self.page.evaluate("theme => { document.documentElement.dataset.bsTheme = theme }", theme)
            for width, height in sizes:
                self.page.set_viewport_size({"width": width, "height": height})
                self._judge_once(f"{name}, {theme}, {width} px")
        self.page.set_viewport_size({"width": 1280, "height": 900})
        self.faults += [f"{name}: blocked {uri}" for uri in self.page.evaluate("window.violations || []")]

    def _judge_once(self, where: str) -> None:
        found = self.page.evaluate(
            "tags => axe.run(document, { runOnly: tags })",
            AXE_TAGS,
        )
        for violation in found["violations"]:
            targets = [node["target"] for node in violation["nodes"]]
            self.faults.append(f"{where}: {violation['id']} at {json.dumps(targets)[:300]}")
        wide, screen = self.page.evaluate(
            "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
        )
        if wide != screen:
            self.faults.append(f"{where}: scrolls sideways, {wide} of {screen} px")


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    path = find_chromium()
    if path is None:
        pytest.fail("these tests need Chromium: `make test-browser` says how to get it")
    browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
    yield browser
    browser.close()


@pytest.fixture(scope="module")
def server(sqlite_files: SqliteFiles, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    folder = tmp_path_factory.mktemp("server")
    # Receivers of results listen on loopback.
    with running_server(sqlite_files.fresh(folder), folder, WAYMARK_OUTBOUND_ALLOW="127.0.0.0/8") as server:
        yield server


@pytest.fixture(scope="module")
def owned(server: RunningServer) -> RunningServer:
    """Give a server whose owner account was made on the command line."""
    account = ("--email", "ben@example.org", "--name", "Ben Admin", "--password", PASSWORD)
    server.flask("admin", "create", *account)
    return server


def visit(context: BrowserContext, url: str) -> Visitor:
    """Open a page that notes errors of scripts and every request to another host."""
    page = context.new_page()
    visitor = Visitor(page, url)
    own = urlsplit(url).netloc
    page.on("pageerror", lambda error: visitor.faults.append(f"script error: {error}"))
    page.on(
        "request",
        lambda request: (
            visitor.faults.append(f"asked {request.url}") if urlsplit(request.url).netloc != own else None
        ),
    )
    return visitor


def sign_in(page: Page, server: RunningServer, *, email: str = "ben@example.org") -> None:
    page.goto(f"{server.url}/login")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(accept_downloads=True, reduced_motion="reduce")
    context.add_init_script(COUNT_VIOLATIONS)
    yield context
    context.close()


@pytest.fixture
def plain_context(browser: Browser) -> Iterator[BrowserContext]:
    """Give a browser without JavaScript."""
    context = browser.new_context(java_script_enabled=False, accept_downloads=True)
    yield context
    context.close()
