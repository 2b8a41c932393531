"""Passing results on and handing links out, in a browser without JavaScript."""

from __future__ import annotations

from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import sign_in
from tests.browser.test_main_flow import EMAIL, send_by_aicc
from tests.delivery.receiver import receiving
from tests.running import RunningServer


def _press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def test_results_are_passed_on_and_links_handed_out_without_javascript(
    owned: RunningServer, plain_context: BrowserContext
) -> None:
    page = plain_context.new_page()
    integration = owned.flask("integration", "add", "--kind", "aicc", "--name", "Vendor")["id"]
    sign_in(page, owned)
    with receiving() as receiver:
        _add_a_webhook(page, owned, receiver.url)
        address = page.url
        _press(page, "Pause")
        send_by_aicc(owned, integration)
        _hold_and_retry(page, owned)
        page.goto(address)
        _press(page, "Resume")
        expect(page.get_by_text("is on: what waited is sent")).to_be_visible()
        _press(page, "Make a new secret")
        assert page.locator("#new-signing-secret").input_value().startswith("whsec_")
        page.goto(address)
        page.get_by_role("link", name="Delete this destination").click()
        _press(page, "Delete it for good")
        expect(page.get_by_text("The destination HR is deleted.")).to_be_visible()
    _hand_out_links(page, owned)


def _add_a_webhook(page: Page, server: RunningServer, url: str) -> None:
    page.goto(f"{server.url}/admin/destinations/new")
    page.get_by_label("Name", exact=True).fill("HR")
    page.get_by_label("Address", exact=True).fill(url)
    _press(page, "Save and test")
    expect(page.get_by_role("heading", name="The test was understood")).to_be_visible()
    page.get_by_role("link", name="Edit", exact=True).click()
    page.get_by_label("Name", exact=True).fill("HR")
    _press(page, "Save")


def _hold_and_retry(page: Page, server: RunningServer) -> None:
    page.goto(f"{server.url}/admin/deliveries?state=pending")
    page.locator("tbody th a").first.click()
    _press(page, "Hold")
    expect(page.get_by_text("It is held: nothing is sent until you release it.").first).to_be_visible()
    _press(page, "Release")
    _press(page, "Retry now")
    expect(page.get_by_role("status").first).to_contain_text("It is sent to HR now.")


def _hand_out_links(page: Page, server: RunningServer) -> None:
    page.goto(f"{server.url}/admin/launch-links")
    page.locator("#build-course").fill("Managing Your Time")
    page.locator("#build-learner").fill(EMAIL)
    _press(page, "Build the link")
    link = page.locator("#launch-link").input_value()
    assert "/launch/" in link
    page.locator("#check-link").fill(f"{link}x")
    _press(page, "Check it")
    expect(page.locator("#checked")).to_be_visible()
    page.locator("#batch-course").fill("Managing Your Time")
    page.locator("#batch-people").fill(EMAIL)
    with page.expect_download() as download:
        _press(page, "Download the links")
    assert "/launch/" in download.value.path().read_text()
