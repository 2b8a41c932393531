"""A content host of another origin, a school behind a real server, and tabs that play its courses."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from app import create_app
from app.settings import Settings
from tests.databases import SECRET_KEY, SqliteFiles
from tests.hacp_clients.school import Pupil, School
from tests.hacp_clients.scripts import Answer, Seen, State
from tests.running import running_server

PAGES = Path(__file__).parent
SCRIPTS = {
    "rustici": ("rustici_words.js", "rustici.js"),
    "storyline": ("rustici_words.js", "storyline.js"),
}
PATIENCE_SECONDS = 20


class _ContentHost(BaseHTTPRequestHandler):
    """Serves /<client>.html and the scripts it names; knows nothing of the server it reports to."""

    def do_GET(self) -> None:
        name = urlsplit(self.path).path.removeprefix("/")
        if name.endswith(".html"):
            client = name.removesuffix(".html")
            tags = [f'<script src="{each}"></script>' for each in SCRIPTS.get(client, (f"{client}.js",))]
            page = (PAGES / "course.html").read_text().replace("{scripts}", "\n".join(tags))
            self._send(page.encode(), "text/html; charset=utf-8")
        elif name in {path.name for path in PAGES.glob("*.js")}:
            self._send((PAGES / name).read_bytes(), "text/javascript; charset=utf-8")
        else:
            self.send_error(404)

    def _send(self, body: bytes, content_type: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:
        """Say nothing: the tests' output is for the tests."""


@pytest.fixture(scope="session")
def content_host() -> Iterator[str]:
    """Give the address of the content: another name and another port than the server's."""
    host = ThreadingHTTPServer(("127.0.0.1", 0), _ContentHost)
    thread = Thread(target=partial(host.serve_forever, poll_interval=0.05))
    thread.start()
    yield f"http://localhost:{host.server_port}"
    host.shutdown()
    host.server_close()
    thread.join()


@pytest.fixture(scope="session")
def school(sqlite_files: SqliteFiles, tmp_path_factory: pytest.TempPathFactory) -> Iterator[School]:
    folder = tmp_path_factory.mktemp("school")
    database_url = sqlite_files.fresh(folder)
    with running_server(database_url, folder) as server:
        settings = Settings(
            data_dir=folder, database_url=database_url, secret_key=SECRET_KEY, public_url=server.url
        )
        school = School(create_app(settings), settings)
        yield school
        school.close()


@pytest.fixture
def learner_context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context()
    yield context
    context.close()


@dataclass
class Tab:
    """A course in a tab of its own; `session_id` is what the launch gave it."""

    page: Page
    session_id: str

    def begin(self) -> Seen:
        return Seen(**self.page.evaluate("course.begin()"))

    def put(self, state: State) -> None:
        self.page.evaluate("state => course.put(state)", state.as_json())

    def answer(self, answers: Sequence[Answer]) -> None:
        self.page.evaluate("answers => course.answer(answers)", [each.as_json() for each in answers])

    def leave(self, state: State, *, order: str | None = None, stale: State | None = None) -> None:
        """Leave as the client does; what it says as its page goes away is said by `close`."""
        arguments = [state.as_json(), order, stale and stale.as_json()]
        self.page.evaluate(
            "([state, order, stale]) => course.leave(state, order ?? undefined, stale)", arguments
        )

    def close(self) -> None:
        """Close the tab as a person does, so that the page hears of it."""
        with self.page.expect_event("close"):
            self.page.close(run_before_unload=True)

    def go_away(self) -> None:
        """Follow a link to somewhere else."""
        self.page.goto("about:blank")
        self.page.close()


def open_tab(context: BrowserContext, address: str) -> Tab:
    """Follow a launch link, or open the content with a session that is open already."""
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(address)
    assert faults == []
    parameters = {name.upper(): values for name, values in parse_qs(urlsplit(page.url).query).items()}
    assert urlsplit(page.url).netloc != urlsplit(parameters["AICC_URL"][0]).netloc
    return Tab(page, parameters["AICC_SID"][0])


def await_messages(pupil: Pupil, session_id: str, number: int) -> list[str]:
    """Wait until so many messages of a session are kept; return what each of them was answered with."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        results = [exchange.result for exchange in pupil.exchanges(session_id)]
        if len(results) >= number or time.monotonic() > deadline:
            assert len(results) == number
            assert [result for result in results if result.startswith("Refused")] == []
            return results
        time.sleep(0.02)
