"""The page of API tokens, and the commands."""

from __future__ import annotations

import re

from sqlalchemy.orm import Session

from app.access.api_tokens import find_token
from app.access.audit import list_audit
from tests.admin.desk import Desk
from tests.command_line import CommandLine


def token_in(text: str) -> str:
    found = re.search(r'value="(wm_\w{40})"', text)
    assert found
    return found.group(1)


def send(desk: Desk, **fields: object) -> str:
    form_id = re.search(r'name="form_id"[^>]*value="([^"]+)"', desk.get("/admin/tokens").text)
    assert form_id
    return desk.post("/admin/tokens", form_id=form_id.group(1), **fields).text


def test_a_token_is_made_shown_once_rolled_and_revoked(desk: Desk, session: Session) -> None:
    first = token_in(send(desk, name="Power BI", scopes=["progress:read", "courses:read"], days="90"))
    assert first not in desk.get("/admin/tokens").text
    found = find_token(session, f"Bearer {first}")
    assert found
    second = token_in(desk.post(f"/admin/tokens/{found.id}/roll").text)
    session.rollback()
    assert find_token(session, f"Bearer {second}")
    desk.post(f"/admin/tokens/{found.id}/revoke")
    session.rollback()
    assert find_token(session, f"Bearer {first}") is None
    assert "Ended tokens (1)" in desk.get("/admin/tokens").text
    acts = [(entry.action, entry.target) for entry in list_audit(session, limit=3)]
    assert acts == [(f"token.{what}", "Power BI") for what in ("revoked", "rolled", "added")]
    assert first not in repr(list_audit(session))


def test_a_token_without_name_or_scope_is_refused(desk: Desk) -> None:
    assert "Give the token a name" in send(desk, scopes=["progress:read"], days="90")
    assert "Choose at least one scope" in send(desk, name="x", days="90")
    assert "wm_" not in send(desk, name="x", scopes=["root"], days="90")


def test_a_form_sent_twice_makes_one_token(desk: Desk) -> None:
    form_id = re.search(r'name="form_id"[^>]*value="([^"]+)"', desk.get("/admin/tokens").text)
    assert form_id
    fields = {"form_id": form_id.group(1), "name": "x", "scopes": ["progress:read"], "days": "7"}
    assert desk.post("/admin/tokens", **fields).status_code == 200
    assert desk.post("/admin/tokens", **fields).status_code == 303
    assert desk.get("/admin/tokens").text.count("/roll") == 1


def test_tokens_are_managed_from_the_command_line(cli: CommandLine, session: Session) -> None:
    scopes = ("--scope", "progress:read", "--scope", "learners:read")
    made = cli.json("token", "add", "--name", "Power BI", *scopes, "--days", "30")
    found = find_token(session, f"Bearer {made['token']}")
    assert found
    assert found.scopes == ("progress:read", "learners:read")
    listed = cli.json("token", "list")
    assert [(each["name"], each["state"]) for each in listed] == [("Power BI", "active")]
    assert made["token"] not in repr(listed)
    assert cli.json("token", "revoke", made["id"])["state"] == "revoked"
    assert "no token" in cli.refused("token", "revoke", "nobody")
    cli.misused("token", "add", "--name", "x", "--scope", "root")
