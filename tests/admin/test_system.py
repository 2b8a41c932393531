"""The System page: the doctor's own list, what runs here, and a text without secrets."""

from __future__ import annotations

import json
import re
from html import unescape

from flask import Flask
from sqlalchemy.orm import Session

from app.settings import Settings
from tests.admin.desk import Desk, integration
from tests.command_line import CommandLine
from tests.databases import SECRET_KEY


def test_the_page_and_the_doctor_show_the_same_checks(
    desk: Desk, session: Session, settings: Settings, cli: CommandLine
) -> None:
    made = integration(session, settings)
    session.commit()
    page = unescape(desk.get("/admin/system").text)
    checks = json.loads(cli.run("doctor", "--json").output)
    assert {"public_url", "proxy_headers", "worker", "integration LinkedIn"} <= {
        one["check"] for one in checks
    }
    for check in checks:
        assert check["check"].replace("_", " ") in page
        assert not check["fix"] or check["fix"] in page
        assert not check["code"] or f"/admin/help/findings/{check['code']}" in page
    own = desk.get(f"/admin/system?integration={made.id}").text
    assert "integration LinkedIn" in own
    assert "data directory" not in own
    assert f"/admin/system?integration={made.id}" in desk.get(f"/admin/integrations/{made.id}").text


def test_the_diagnostics_hold_every_setting_and_no_secret(desk: Desk, app: Flask, settings: Settings) -> None:
    page = desk.get("/admin/system").text
    (text,) = re.findall(r'<textarea[^>]*id="diagnostics"[^>]*>(.*?)</textarea>', page, re.DOTALL)
    assert "WAYMARK_SECRET_KEY=(set)" in text
    assert "WAYMARK_DATABASE_URL=(set)" in text
    assert SECRET_KEY not in page
    assert settings.database_url not in page
