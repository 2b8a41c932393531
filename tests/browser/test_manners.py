"""Copying on plain http, the theme, and the keyboard."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.browser.conftest import sign_in, visit
from tests.running import RunningServer


def test_copy_without_a_secure_context_selects_the_text(
    owned: RunningServer, context: BrowserContext
) -> None:
    """`navigator.clipboard` does not exist on plain http under a host name."""
    context.add_init_script("delete Navigator.prototype.clipboard; document.execCommand = () => false;")
    visitor = visit(context, owned.url)
    page = visitor.page
    made = owned.flask("integration", "add", "--kind", "aicc", "--name", "Vendor")
    sign_in(page, owned)
    visitor.go(f"/admin/integrations/{made['id']}")
    page.get_by_role("button", name="Copy Host name").click()
    expect(page.locator("#host-name-note")).to_contain_text("The text is selected: press")
    assert page.evaluate("document.activeElement.selectionEnd") > 5


def test_a_form_that_takes_a_while_says_so_and_is_sent_once(
    owned: RunningServer, context: BrowserContext
) -> None:
    visitor = visit(context, owned.url)
    page = visitor.page
    sign_in(page, owned)
    page.evaluate("document.addEventListener('submit', (event) => event.preventDefault())")
    page.get_by_role("button", name="Load the demo").click()
    button = page.locator("form[data-busy] button")
    expect(button).to_have_text("Loading, a few seconds…")
    expect(button).to_be_disabled()
    expect(page.locator("form[data-busy] [role=status]")).to_have_text("Loading, a few seconds…")
    assert visitor.faults == []


@pytest.mark.parametrize("theme", ["Light", "Dark"])
def test_the_theme_is_right_from_the_first_paint_and_stays(
    owned: RunningServer, context: BrowserContext, theme: str
) -> None:
    visitor = visit(context, owned.url)
    page = visitor.page
    sign_in(page, owned)
    with page.expect_response(lambda reply: reply.url.endswith("/admin/theme")):
        page.locator(".sidebar").get_by_role("button", name=theme).click()
    color = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.reload()
    assert page.locator("html").get_attribute("data-bs-theme") == theme.lower()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == color


def test_keys_alone_reach_the_content_and_the_menu(owned: RunningServer, context: BrowserContext) -> None:
    visitor = visit(context, owned.url)
    page = visitor.page
    sign_in(page, owned)
    visitor.go("/admin/progress")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Skip to content")
    for _ in range(25):
        outline = page.evaluate(
            "(() => { const s = getComputedStyle(document.activeElement);"
            " return document.activeElement === document.body ? 9 : parseFloat(s.outlineWidth) })()"
        )
        assert outline >= 2, page.evaluate("document.activeElement.outerHTML")
        page.keyboard.press("Tab")
    page.set_viewport_size({"width": 320, "height": 720})
    page.locator("details.menu > summary").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".menu-panel")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".menu-panel")).to_be_hidden()


def test_the_first_look_at_destinations_is_without_fault(
    owned: RunningServer, context: BrowserContext
) -> None:
    """Empty lists: three ways to begin, and where to go."""
    visitor = visit(context, owned.url)
    sign_in(visitor.page, owned)
    for path in ("destinations", "deliveries", "deliveries/replay"):
        visitor.go(f"/admin/{path}")
        expect(visitor.page.get_by_role("heading", name="Nothing leaves this server yet")).to_be_visible()
        visitor.judge(path)
    assert visitor.faults == []
