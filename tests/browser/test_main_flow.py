"""The main job in a browser: set up, connect, watch first messages arrive, read the table, take the CSV."""

from __future__ import annotations

import base64
import csv
import json
import re
import urllib.parse
import urllib.request
from pathlib import Path

from playwright.sync_api import BrowserContext, Page, expect

from tests.arranging import put_param_body, statement_body
from tests.browser.conftest import PASSWORD, visit
from tests.running import RunningServer

EMAIL = "ana@example.org"
COURSE = "urn:li:lyndaCourse:4711"


def post(url: str, body: bytes, **headers: str) -> bytes:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    with urllib.request.urlopen(urllib.request.Request(url, body, named), timeout=20) as reply:
        answer: bytes = reply.read()
        return answer


def send_by_xapi(server: RunningServer, client_id: str, secret: str) -> None:
    """Play LinkedIn's part: a token, then one statement."""
    pair = base64.b64encode(f"{client_id}:{secret}".encode()).decode()
    form = urllib.parse.urlencode({"grant_type": "client_credentials", "scope": "xapi:write"}).encode()
    answer = post(
        f"{server.url}/oauth/token",
        form,
        Authorization=f"Basic {pair}",
        Content_Type="application/x-www-form-urlencoded",
    )
    token = json.loads(answer)["access_token"]
    post(
        f"{server.url}/xapi/statements",
        statement_body(EMAIL, COURSE, 40),
        Authorization=f"Bearer {token}",
        Content_Type="application/json",
        X_Experience_API_Version="1.0.3",
    )


def send_by_aicc(server: RunningServer, integration_id: str) -> None:
    """Play a course's part: GetParam, then PutParam, in a session the command line opened."""
    learner = server.flask("learner", "add", "--name", "Diaz, Ana", "--email", EMAIL)["id"]
    course = server.flask(
        "course", "add", "--integration", integration_id, "--title", "Managing Your Time",
        "--activity-id", COURSE, "--launch-url", "https://content.example.org/4711",
    )["id"]  # fmt: skip
    launch = server.flask(
        "launch", "create", "--integration", integration_id, "--course", course, "--learner", learner
    )
    session_id = launch["session_id"]
    post(f"{server.url}/hacp", f"command=GetParam&version=4.0&session_id={session_id}".encode())
    post(f"{server.url}/hacp", put_param_body(session_id, "page-3", 65))


def set_up(page: Page, server: RunningServer) -> None:
    """Walk through the wizard to the checklist of a LinkedIn integration."""
    token = (Path(server.environment["WAYMARK_DATA_DIR"]) / "setup-token").read_text().strip()
    page.goto(f"{server.url}/setup?token={token}")
    page.get_by_label("Your name").fill("Ben Admin")
    page.get_by_label("E-mail address").fill("ben@example.org")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Password again").fill(PASSWORD)
    page.get_by_role("button", name="Make the account").click()
    page.get_by_label("Time zone").select_option("Europe/Madrid")
    page.get_by_role("button", name="Save and go on").click()
    page.get_by_label("Name of the integration").fill("LinkedIn Learning")
    page.get_by_role("button", name="Make the integration").click()
    expect(page.get_by_role("heading", name="Copy the client secret now")).to_be_visible()


def read_csv(page: Page) -> list[dict[str, str]]:
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV", exact=True).click()
    return list(csv.DictReader(download.value.path().read_text().splitlines()))


def test_from_setup_to_csv_with_steps_that_turn_green_by_themselves(
    server: RunningServer, context: BrowserContext
) -> None:
    visitor = visit(context, server.url)
    page = visitor.page
    set_up(page, server)
    visitor.judge("new integration")
    client_id = page.locator("#new-client-id").input_value()
    secret = page.locator("#new-client-secret").input_value()
    assert re.fullmatch(r".*/admin/integrations/[0-9a-z]{18}", page.url)
    integration_id = page.url.rsplit("/", 1)[1]
    expect(page.locator(".step.seen")).to_have_count(0)

    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy Client Secret").click()
    expect(page.locator("#new-client-secret-note")).to_have_text("Copied.")
    assert page.evaluate("navigator.clipboard.readText()") == secret

    send_by_xapi(server, client_id, secret)
    expect(page.locator(".step.seen")).to_have_count(2, timeout=6_000)
    send_by_aicc(server, integration_id)
    expect(page.locator(".step.seen")).to_have_count(4, timeout=6_000)
    expect(page.locator("#live-status")).to_have_text("4 of 4 first messages have been seen.")
    visitor.judge("integration with messages")

    page.reload()
    assert page.locator("#new-client-secret").count() == 0
    assert secret not in page.content()

    visitor.go("/admin/progress?status=in_progress&channel=both")
    row = page.locator("tbody tr")
    expect(row).to_have_count(1)
    expect(row).to_contain_text("Diaz, Ana")
    expect(row).to_contain_text("65")
    (line,) = read_csv(page)
    assert (line["learner"], line["percent"], line["channel"]) == ("'Diaz, Ana".lstrip("'"), "65", "both")
    assert line["last_activity (Europe/Madrid)"]
    assert visitor.faults == []
