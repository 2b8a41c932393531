"""Payloads in every text that messages, imports and admins can fill."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import text

from app.db import db
from tests.browser.staging import app_of
from tests.running import RunningServer

# One value that breaks out of text, attributes, titles and addresses; the number of the row keeps it unique.
PAYLOAD = (
    "javascript:window.hacked=1//\"'><script>window.hacked=1</script><img src=x onerror=window.hacked=1>"
    "</title></textarea><svg onload=window.hacked=1>{{7*7}}"
)
# Not here: ids, hashes, closed sets and JSON, which pages read rather than show; statements and AICC data
# arrive with payloads over the wire in test_every_page.
COLUMNS = {
    "api_token": ("name", "created_by"),
    "assignable_unit": ("title", "system_id", "launch_url", "web_launch", "core_vendor", "comments"),
    "attempt": ("location",),
    "audit_entry": ("actor_name", "target", "address"),
    "course": ("title", "sort_title", "description", "activity_id"),
    "course_identifier": ("value",),
    "delivery": ("reason",),
    "delivery_try": ("reason", "request", "reply"),
    "destination": ("name", "state_reason"),
    "exchange": ("path", "result", "user_agent", "host", "client_address"),
    "identity": ("value", "folded", "home_page"),
    "import_item": ("name", "title"),
    "import_job": ("file_name", "trouble", "started_by"),
    "integration": ("name",),
    "launch": ("opened_address", "opened_agent"),
    "learner": ("name", "sort_name", "group_name", "manager"),
    "learner_merge": ("made_by", "undone_by"),
    "learner_sheet": ("file_name",),
    "person": ("name",),
    "person_session": ("address", "user_agent"),
    "progress_decision": ("reason", "actor_name"),
}


def plant(server: RunningServer) -> None:
    """Overwrite these columns of every row; what is NULL by design becomes a payload too."""
    app: Flask = app_of(server)
    with app.app_context(), db.engine.begin() as connection:
        for table, columns in COLUMNS.items():
            pairs = ", ".join(f"{column} = :payload || rowid" for column in columns)
            connection.execute(text(f"UPDATE {table} SET {pairs}"), {"payload": PAYLOAD})
    with app.app_context():
        db.engine.dispose()
