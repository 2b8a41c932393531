"""The pages that explain findings, and the links that lead to them."""

from __future__ import annotations

import re
from html import unescape

import pytest
from flask.testing import FlaskClient

from app.inspector.findings import CATALOGUE
from tests.admin.desk import Desk

on_sqlite = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


@on_sqlite
def test_every_finding_has_a_page_that_says_who_changes_what_and_where(desk: Desk) -> None:
    index = desk.get("/admin/help/findings").text
    assert set(re.findall(r'href="/admin/help/findings/([A-Z0-9]+)"', index)) == set(CATALOGUE)
    for code, meaning in CATALOGUE.items():
        page = unescape(desk.get(f"/admin/help/findings/{code}").text)
        assert f"{code}: {meaning.title}" in page
        assert all(step in page for step in (meaning.sentence, *meaning.changes))
        where = re.search(r'class="btn btn-primary" href="([^"]+)"', page)
        assert where is None or desk.get(where[1]).status_code == 200
    assert desk.get("/admin/help/findings/Z9").status_code == 404


@on_sqlite
def test_a_finding_on_a_page_leads_to_its_own(desk: Desk, client: FlaskClient) -> None:
    refused = client.post("/oauth/token", data={"grant_type": "password"}).headers["X-Request-Id"]
    for path in ("/admin/inspector?code=X2", f"/admin/inspector/{refused}"):
        assert 'href="/admin/help/findings/X2"' in desk.get(path).text
