"""A library is uploaded, looked at and taken in, with and without JavaScript."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import sign_in, visit
from tests.browser.test_every_page import HOSTILE, LONG
from tests.catalog.packages import course_files, make_zip
from tests.running import RunningServer


@pytest.fixture(scope="module")
def library(owned: RunningServer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a zip file with good, bad and hostile packages, and an integration to import it for."""
    owned.flask("integration", "add", "--kind", "aicc", "--name", HOSTILE)
    files = course_files("good", title="Working on ladders", more_units=1)
    files |= course_files(LONG, title=f"{HOSTILE} {LONG}")
    files |= course_files("bad") | {"bad.au": b'system_id,file_name\nA1,""\n'}
    path = tmp_path_factory.mktemp("library") / "library.zip"
    path.write_bytes(make_zip(files))
    return path


def test_a_library_is_uploaded_with_a_bar_and_taken_in(
    owned: RunningServer, context: BrowserContext, library: Path
) -> None:
    visitor = visit(context, owned.url)
    page = visitor.page
    sign_in(page, owned)
    visitor.go("/admin/import")
    visitor.judge("import")
    page.get_by_role("button", name="Upload and preview").click()
    visitor.judge("import without a file")
    page.get_by_label("Zip files").set_input_files(library)
    page.get_by_role("button", name="Upload and preview").click()
    # The page turns by itself once the worker has read the file.
    page.get_by_role("button", name="Take in").click(timeout=30_000)
    expect(page.get_by_text("The courses are here.")).to_be_visible(timeout=30_000)
    visitor.judge("import done")
    page.get_by_role("link", name="New 2").click()
    visitor.judge("new courses")
    page.get_by_role("link", name="Working on ladders").click()
    page.get_by_text("Export for an LMS").click()
    visitor.judge("course with units")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the package").click()
    assert download.value.suggested_filename == "waymark-working-on-ladders.zip"
    page.get_by_role("link", name="Add an identifier").click()
    visitor.judge("identifiers")
    assert page.evaluate("window.hacked") is None
    assert visitor.faults == []


def test_a_library_is_discarded_and_another_taken_in_without_script(
    owned: RunningServer, plain_context: BrowserContext, library: Path, tmp_path: Path
) -> None:
    page = plain_context.new_page()
    sign_in(page, owned)
    _upload_and_wait(page, owned, library)
    page.get_by_role("button", name="Discard").click()
    expect(page.get_by_text("Nothing was changed.").first).to_be_visible()
    other = tmp_path / "other.zip"
    other.write_bytes(make_zip(course_files("plain", title="Reading the plan")))
    _upload_and_wait(page, owned, other)
    page.get_by_role("button", name="Take in").click()
    _wait_for(page, "The courses are here.")


def _upload_and_wait(page: Page, server: RunningServer, file: Path) -> None:
    page.goto(f"{server.url}/admin/import")
    page.get_by_label("Zip files").set_input_files(file)
    page.get_by_role("button", name="Upload and preview").click()
    _wait_for(page, "Nothing is changed yet.")


def _wait_for(page: Page, words: str) -> None:
    """While the worker reads or writes, the page asks for itself again; here that is done sooner."""
    end = time.monotonic() + 60
    while not page.get_by_text(words).is_visible() and time.monotonic() < end:
        page.wait_for_timeout(200)
        page.reload()
    expect(page.get_by_text(words)).to_be_visible()
