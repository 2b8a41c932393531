"""From the first run to the page Why? by keys alone, and the single keys that shorten the way."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import PASSWORD, visit
from tests.running import RunningServer

# What has the focus, and what is wrong with how it is shown: WCAG 2.4.7 and 2.4.11.
LOOK = """() => {
  const it = document.activeElement;
  if (it === document.body) return ["", ""];
  const style = getComputedStyle(it), box = it.getBoundingClientRect();
  const bar = document.querySelector(".topbar");
  const label = it.labels && it.labels[0] ? it.labels[0].textContent : "";
  const words = (it.getAttribute("aria-label") || label || it.textContent).trim();
  const below = bar && it.closest(".main") ? bar.getBoundingClientRect().bottom : 0;
  const faults = [];
  if (parseFloat(style.outlineWidth) < 2 || style.outlineStyle === "none") faults.push("no outline");
  if (box.bottom <= below || box.top >= innerHeight) faults.push("out of sight");
  return [words, faults.length ? `${faults} ${it.outerHTML.slice(0, 200)}` : ""];
}"""
LONGEST_WAY = 90


class Keys:
    """A person without a mouse; notes whatever had the focus and did not show it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.faults: list[str] = []

    def reach(self, words: str) -> None:
        """Press Tab until something with these words has the focus."""
        seen = []
        for _ in range(LONGEST_WAY):
            self.page.keyboard.press("Tab")
            found, fault = self.page.evaluate(LOOK)
            if fault:
                self.faults.append(f"{self.page.url}: {fault}")
            seen.append(found)
            if found.startswith(words):
                return
        raise AssertionError(f"Tab never reached {words!r} on {self.page.url}: {seen}")

    def type_into(self, words: str, text: str) -> None:
        self.reach(words)
        self.page.keyboard.type(text)

    def press(self, words: str, title: str) -> None:
        """Reach a link or button and press Enter; the page it leads to has this title."""
        self.reach(words)
        self.page.keyboard.press("Enter")
        expect(self.page.get_by_role("heading", name=title).first).to_be_visible(timeout=30_000)

    def type(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)


def test_from_the_first_run_to_why_by_keys_alone(server: RunningServer, context: BrowserContext) -> None:
    visitor = visit(context, server.url)
    page = visitor.page
    keys = Keys(page)
    token = (Path(server.environment["WAYMARK_DATA_DIR"]) / "setup-token").read_text().strip()
    visitor.go(f"/setup?token={token}")
    _set_up(keys)
    keys.press("Send test", "LinkedIn Learning")
    expect(page.get_by_text("messages were sent and acknowledged")).to_be_visible(timeout=30_000)
    _move_about(keys)
    keys.press("Why?", "Why ")
    page.set_viewport_size({"width": 320, "height": 720})
    page.reload()
    for _ in range(30):
        page.keyboard.press("Tab")
        keys.faults += [fault for fault in page.evaluate(LOOK)[1:] if fault]
    page.set_viewport_size({"width": 1280, "height": 900})
    _turn_off(keys)
    assert keys.faults == []
    assert visitor.faults == []


def _set_up(keys: Keys) -> None:
    keys.type_into("Your name", "Ben Admin")
    keys.type_into("E-mail address", "ben@example.org")
    keys.type_into("Password", PASSWORD)
    keys.type_into("Password again", PASSWORD)
    keys.press("Make the account", "Address and time zone")
    keys.press("Save and go on", "What should report here?")
    keys.reach("Name of the integration")
    keys.page.keyboard.press("Control+a")
    keys.page.keyboard.type("LinkedIn Learning")
    keys.press("Make the integration", "Copy the client secret now")


def _move_about(keys: Keys) -> None:
    """By single keys: the list of them, the inspector, the overview, the progress table and its rows."""
    page = keys.page
    keys.type("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    keys.type("Escape", "g", "i")
    expect(page.get_by_role("heading", name="Inspector", level=1)).to_be_visible()
    keys.type("j", "j", "k")
    assert page.evaluate("document.activeElement.closest('tr') === document.querySelector('main tbody tr')")
    keys.type("g", "o")
    expect(page.get_by_role("heading", name="Overview", level=1)).to_be_visible()
    keys.type("g", "p")
    expect(page.get_by_role("heading", name="Progress", level=1)).to_be_visible()
    keys.type("/", "g", "p", "?")
    # In a field, keys are letters.
    assert page.locator("#filter-learner").input_value() == "gp?"
    keys.page.keyboard.press("Control+a")
    keys.page.keyboard.press("Delete")


def _turn_off(keys: Keys) -> None:
    page = keys.page
    page.reload()
    keys.type("?")
    keys.reach("Turn single keys off")
    keys.type("Enter")
    page.wait_for_url("**/admin/progress/**")
    address = page.url
    keys.type("?", "g", "o")
    expect(page.get_by_role("dialog", name="Keys")).to_be_hidden()
    assert page.url == address
