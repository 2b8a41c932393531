"""The main flow in a browser without JavaScript."""

from __future__ import annotations

from playwright.sync_api import BrowserContext, expect

from tests.browser.test_main_flow import EMAIL, read_csv, send_by_aicc, send_by_xapi, set_up
from tests.running import RunningServer


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

    page.locator("tbody th a").click()
    page.get_by_role("button", name="Make the link").click()
    assert "/launch/" in page.locator("#launch-link").input_value()

    page.locator(".sidebar").get_by_role("button", name="Dark").click()
    assert page.locator("html").get_attribute("data-bs-theme") == "dark"
    page.locator(".sidebar").get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
