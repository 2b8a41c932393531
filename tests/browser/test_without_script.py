"""The main flow in a browser without JavaScript."""

from __future__ import annotations

from contextlib import suppress
from urllib.error import HTTPError

from playwright.sync_api import BrowserContext, expect

from tests.browser.test_main_flow import EMAIL, post, read_csv, send_by_aicc, send_by_xapi, set_up
from tests.running import RunningServer


def call_under(server: RunningServer, host: str) -> None:
    """Send a message that names this server by another host, as a mistyped setting would."""
    with suppress(HTTPError):
        post(f"{server.url}/hacp", b"command=GetParam", Host=host)


def test_the_whole_way_works_without_javascript(server: RunningServer, plain_context: BrowserContext) -> None:
    page = plain_context.new_page()
    set_up(page, server)
    client_id = page.locator("#new-client-id").input_value()
    secret = page.locator("#new-client-secret").input_value()
    expect(page.get_by_role("button", name="Copy Client Secret")).to_be_hidden()
    page.goto(f"{server.url}/admin/integrations")
    page.get_by_role("link", name="LinkedIn Learning").click()
    integration_id = page.url.rsplit("/", 1)[1]
    expect(page.locator(".step.seen")).to_have_count(0)
    send_by_xapi(server, client_id, secret)
    send_by_aicc(server, integration_id)
    page.reload()
    expect(page.locator(".step.seen")).to_have_count(4)

    page.goto(f"{server.url}/admin/progress")
    page.get_by_label("Learner", exact=True).fill(EMAIL)
    page.get_by_text("More filters").click()
    page.get_by_label("In progress").check()
    page.get_by_role("button", name="Apply").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    assert len(read_csv(page)) == 1
    page.get_by_role("link", name="Remove filter Status: In progress").click()
    assert "status" not in page.url

    page.locator("tbody input").check()
    page.get_by_role("button", name="Decide for ticked rows").click()
    page.get_by_label("Reason").fill("Exam on paper")
    page.get_by_role("button", name="Show what would change").click()
    page.get_by_role("button", name="Decide for 1 row").click()
    page.get_by_role("button", name="Undo it").click()
    expect(page.locator("dd").filter(has_text="1 undone")).to_have_count(1)

    page.locator("tbody th a").click()
    page.get_by_role("button", name="Make the link").click()
    assert "/launch/" in page.locator("#launch-link").input_value()

    page.get_by_role("region", name="Sessions of Diaz, Ana").locator("tbody th a").first.click()
    second = page.locator("details.moment-box").nth(1)
    expect(second.locator(".moment-detail")).to_be_hidden()
    second.locator("summary").click()
    expect(second.locator(".moment-detail")).to_contain_text("lesson_location")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the log").click()
    assert "command=PutParam" in download.value.path().read_text()

    call_under(server, "old.example.org")
    page.goto(f"{server.url}/admin/integrations/{integration_id}")
    page.get_by_role("button", name="Register this host name: old.example.org").click()
    expect(page.get_by_role("status").first).to_contain_text("old.example.org is registered")

    page.locator(".sidebar").get_by_role("button", name="Dark").click()
    assert page.locator("html").get_attribute("data-bs-theme") == "dark"
    page.locator(".sidebar").get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
