"""Photographs every page with demo data, and writes `docs/screens.md`; `make screenshots` runs it.

The main pages are kept in both themes and at both widths, the others in light at 1280 px: enough to read a
change's effect in a review, small enough to keep. `--all DIRECTORY` photographs everything in all four, and
`--all DIRECTORY de` in that language: what must be pressed or filled in before is left out then.
"""

from __future__ import annotations

import base64
import shutil
import sys
import tempfile
from dataclasses import replace
from itertools import groupby, product
from pathlib import Path

from playwright.sync_api import Browser, Error as PlaywrightError, Page, sync_playwright

from app.languages import LANGUAGE_COOKIE
from tests.browser.conftest import ARGUMENTS, sign_in
from tests.browser.screens import FIRST_SCREENS, SCREENS, Screen
from tests.browser.staging import stage
from tests.databases import ROOT, SqliteFiles
from tests.delivery.receiver import receiving
from tests.find_chromium import find_chromium
from tests.running import RunningServer, running_server

FOLDER = ROOT / "docs" / "screenshots"
SIZES = {1280: 900, 320: 720}
VARIANTS = tuple(product(("light", "dark"), SIZES))
TALLEST = {1280: 1800, 320: 1600}


def variants_of(screen: Screen) -> tuple[tuple[str, int], ...]:
    """Return the themes and widths in which a picture is kept."""
    return VARIANTS if screen.is_main else (("light", 1280),)


def photograph(
    browser: Browser,
    server: RunningServer,
    ids: dict[str, str],
    folder: Path,
    screens: tuple[Screen, ...],
    all_: bool,
) -> None:
    """Write each screen's pictures into a folder, by a name that says which it is."""
    faults: list[str] = []
    # Once: after the picture of a wrong password, guesses are slowed down.
    signed_in = browser.new_context()
    sign_in(signed_in.new_page(), server)
    state = signed_in.storage_state()
    for theme in ("light", "dark"):
        context = browser.new_context(
            reduced_motion="reduce", color_scheme=theme, locale="en-GB", storage_state=state
        )
        stranger = browser.new_context(reduced_motion="reduce", color_scheme=theme, locale="en-GB")
        page = context.new_page()
        for screen in screens:
            widths = [w for t, w in (VARIANTS if all_ else variants_of(screen)) if t == theme]
            if not widths:
                continue
            print(f"{screen.name} ({theme})", flush=True)
            shown = page if screen.is_signed_in else stranger.new_page()
            try:
                _open(shown, server.url + screen.path.format(**ids), screen)
            except PlaywrightError as error:
                faults.append(f"{screen.name}: {error}")
            for width in widths:
                _write_picture(shown, width, folder / f"{screen.name}-{theme}-{width}.webp")
            shown.set_viewport_size({"width": 1280, "height": SIZES[1280]})
        context.close()
        stranger.close()
    if faults:
        raise SystemExit("\n".join(faults))


def photograph_first_steps(browser: Browser, server: RunningServer, folder: Path) -> None:
    """Write the pictures of a new server: its setup, and each list while it is empty."""
    token = (Path(server.environment["WAYMARK_DATA_DIR"]) / "setup-token").read_text().strip()
    context = browser.new_context(reduced_motion="reduce", color_scheme="light", locale="en-GB")
    page = context.new_page()
    for screen in FIRST_SCREENS:
        print(screen.name, flush=True)
        _open(page, server.url + screen.path.format(token=token), screen)
        _write_picture(page, 1280, folder / f"{screen.name}-light-1280.webp")
        page.set_viewport_size({"width": 1280, "height": SIZES[1280]})
    context.close()


def _open(page: Page, address: str, screen: Screen) -> None:
    page.set_default_timeout(8_000)
    page.context.add_cookies([{"name": LANGUAGE_COOKIE, "value": screen.language, "url": address}])
    page.goto(address)
    if screen.act is not None:
        screen.act(page)


def _write_picture(page: Page, width: int, path: Path) -> None:
    """WebP comes from the browser itself; Playwright offers only PNG and JPEG, several times the size."""
    page.set_viewport_size({"width": width, "height": SIZES[width]})
    page.evaluate("document.activeElement.blur(); scrollTo(0, 0)")
    height = min(TALLEST[width], page.evaluate("document.documentElement.scrollHeight"))
    # The sidebar is as high as the window.
    page.set_viewport_size({"width": width, "height": max(SIZES[width], height)})
    session = page.context.new_cdp_session(page)
    found = session.send("Page.captureScreenshot", {"format": "webp", "quality": 70})
    session.detach()
    path.write_bytes(base64.b64decode(found["data"]))


def write_index() -> None:
    """Write the page of the documents that shows all pictures."""
    lines = [
        "# Screens",
        "",
        "Every page, with the demo's invented people. `make screenshots` takes these pictures again; the",
        "main pages are there in both themes, at 1280 and at 320 pixels. It takes the others so too, into",
        "`docs/screenshots/all`, which is not kept.",
    ]
    for group, screens in groupby((*FIRST_SCREENS, *SCREENS), key=lambda screen: screen.group):
        lines += ["", f"## {group}"]
        for screen in screens:
            name = f"screenshots/{screen.name}"
            lines += ["", f"### {screen.words}", "", f"![{screen.words}]({name}-light-1280.webp)"]
            if screen.is_main:
                others = (
                    f"[{theme}, {width} px]({name}-{theme}-{width}.webp)" for theme, width in VARIANTS[1:]
                )
                lines += ["", " · ".join(others)]
    (ROOT / "docs" / "screens.md").write_text("\n".join(lines) + "\n")


def main(arguments: list[str]) -> None:
    is_all = arguments[:1] == ["--all"]
    screens = SCREENS
    if len(arguments) > 2:
        screens = tuple(replace(screen, act=None, language=arguments[2]) for screen in SCREENS)
    folder = Path(arguments[1]) if is_all else FOLDER
    if not is_all:
        shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place, receiving() as receiver, sync_playwright() as playwright:
        files = SqliteFiles(Path(place))
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=ARGUMENTS)
        for is_new in (True, False):
            data = Path(place) / ("new" if is_new else "staged")
            data.mkdir()
            with running_server(files.fresh(data), data, WAYMARK_OUTBOUND_ALLOW="127.0.0.0/8") as server:
                if is_new and screens is SCREENS:
                    photograph_first_steps(browser, server, folder)
                elif not is_new:
                    photograph(browser, server, stage(server, receiver, data), folder, screens, is_all)
        browser.close()
    if not is_all:
        write_index()
    size = sum(path.stat().st_size for path in folder.iterdir())
    print(f"{len(list(folder.iterdir()))} pictures, {size / 1e6:.1f} MB in {folder}")


if __name__ == "__main__":
    main(sys.argv[1:])
