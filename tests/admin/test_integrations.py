"""Integrations in the pages: made, shown, changed, switched off, deleted."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.access.audit import list_audit
from app.access.credentials import list_credentials
from app.access.integrations import (
    Kind,
    Milestone,
    UnknownIntegration,
    get_integration,
    list_integrations,
    mark_seen,
    update_integration,
)
from app.catalog.service import get_unit
from app.progress.queries import ProgressFilter, list_progress
from app.settings import Settings
from tests.admin.desk import Desk, integration, report
from tests.hacp.content import Classroom


def form_id(desk: Desk) -> str:
    found = re.search(r'name="form_id"[^>]*value="([^"]+)"', desk.get("/admin/integrations/new").text)
    assert found
    return found.group(1)


def add(desk: Desk, **changes: str) -> str:
    fields = {"kind": "linkedin_learning", "channels": "both", "name": "LinkedIn", "user_type": "id"}
    reply = desk.post("/admin/integrations/new", form_id=form_id(desk), **{**fields, **changes})
    assert reply.status_code == 200, reply.text
    return reply.text


def secret_in(page: str) -> str:
    found = re.search(r'id="new-client-secret" value="([^"]+)"', page)
    assert found
    return found.group(1)


def test_a_linkedin_integration_shows_all_values_in_both_generations_of_labels(
    desk: Desk, session: Session
) -> None:
    page = add(desk)
    for words in (
        "Integration name", "User Type", "Auth URL", "Tracking URL", "Client ID", "Client Secret",
        "OAuth Server URL", "Tenant Server URL", "Enter hostname or port", "Host name", "AICC Version 4.0",
        "Configure reporting integrations", "Add xAPI Integration", "Setup AICC Integration",
        "Add Hostname(s)",
        "http://localhost/oauth/token", "http://localhost/xapi/statements", 'value="localhost"', 'value="ID"',
    ):  # fmt: skip
        assert words in page, words


def test_the_secret_is_shown_once_and_kept_nowhere(desk: Desk, session: Session) -> None:
    secret = secret_in(add(desk))
    (made,) = list_integrations(session)
    assert secret not in desk.get(f"/admin/integrations/{made.id}").text
    assert secret not in desk.get("/admin/audit").text
    for table in ("audit_entry", "exchange", "setting"):
        assert secret not in repr(session.execute(text(f"SELECT * FROM {table}")).all())
    assert secret.encode() not in bytes(
        session.execute(text("SELECT secret_hash FROM credential")).scalar_one()
    )


def test_a_form_sent_twice_makes_one_integration(desk: Desk, session: Session) -> None:
    fields = {
        "kind": "xapi",
        "channels": "both",
        "name": "Tools",
        "user_type": "id",
        "form_id": form_id(desk),
    }
    assert desk.post("/admin/integrations/new", **fields).status_code == 200
    assert desk.post("/admin/integrations/new", **fields).location == "/admin/integrations"
    assert len(list_integrations(session)) == 1


@pytest.mark.parametrize(
    ("kind", "shown", "hidden"),
    [("aicc", "First GetParam", "First token request"), ("xapi", "First token request", "First GetParam")],
)
def test_a_checklist_asks_for_what_the_kind_sends(
    desk: Desk, session: Session, kind: str, shown: str, hidden: str
) -> None:
    page = add(desk, kind=kind)
    assert shown in page
    assert hidden not in page
    assert len(list_credentials(session, list_integrations(session)[0].id)) == (kind == "xapi")


def test_a_bad_form_is_refused_in_words(desk: Desk, session: Session) -> None:
    for changes in ({"name": " "}, {"kind": "ftp", "name": "x"}, {"channels": "fax", "name": "x"}):
        fields = {"kind": "xapi", "channels": "both", "user_type": "id", "form_id": form_id(desk), **changes}
        reply = desk.post("/admin/integrations/new", **fields)
        assert reply.status_code == 422
        assert "There is a problem" in reply.text
    assert list_integrations(session) == []


def test_steps_turn_green_by_messages_and_the_fragment_has_an_etag(
    desk: Desk, session: Session, settings: Settings
) -> None:
    made = integration(session, settings)
    session.commit()
    address = f"/admin/integrations/{made.id}/checklist"
    first = desk.get(address)
    assert "0 of 4" in first.text
    again = desk.get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    assert again.get_data() == b""
    mark_seen(session, made, Milestone.TOKEN)
    session.commit()
    later = desk.get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert later.status_code == 200
    assert "1 of 4" in later.text
    assert f"&#34;{later.headers['ETag'].strip(chr(34))}" in desk.get(
        f"/admin/integrations/{made.id}"
    ).text.replace("&quot;", "&#34;")


def test_an_edit_is_kept_and_audited(desk: Desk, session: Session, settings: Settings) -> None:
    made = integration(session, settings)
    session.commit()
    fields = {
        "name": "Renamed",
        "channels": "aicc",
        "user_type": "id",
        "host_names": "localhost\nlms.example.org:8443\n\n",
        "upstream_hosts": "moodle.example.org",
        "host_mode": "observe",
        "allows_query_credentials": "y",
    }
    assert desk.post(f"/admin/integrations/{made.id}/edit", **fields).status_code == 303
    session.rollback()
    after = get_integration(session, made.id)
    assert (after.name, after.user_type, after.host_mode) == ("Renamed", "id", "observe")
    assert after.host_names == ("lms.example.org:8443", "localhost")
    assert after.upstream_hosts == ("moodle.example.org",)
    assert after.allows_query_credentials
    entry = list_audit(session)[0]
    assert entry.action == "integration.changed"
    assert entry.detail["name"] == "LinkedIn → Renamed"
    page = desk.get(f"/admin/integrations/{made.id}").text
    assert "First token request" not in page
    reply = desk.post(f"/admin/integrations/{made.id}/edit", **{**fields, "host_names": "https://x.example"})
    assert reply.status_code == 422
    assert "without https://" in reply.text


def test_a_second_secret_leaves_the_first_alive(desk: Desk, session: Session) -> None:
    first = secret_in(add(desk))
    (made,) = list_integrations(session)
    session.rollback()
    page = desk.post(f"/admin/integrations/{made.id}/secrets").text
    assert secret_in(page) != first
    credentials = list_credentials(session, made.id)
    assert len(credentials) == 2
    assert credentials[0].expires_at is not None
    session.rollback()
    assert desk.post(f"/admin/integrations/{made.id}/secrets/{credentials[0].id}/revoke").status_code == 303
    assert list_credentials(session, made.id)[0].revoked_at is not None
    session.rollback()
    assert desk.post(f"/admin/integrations/{made.id}/secrets/other/revoke").status_code == 404


def test_switching_off_says_first_what_breaks(desk: Desk, session: Session, settings: Settings) -> None:
    made = integration(session, settings)
    session.commit()
    page = desk.get(f"/admin/integrations/{made.id}/disable").text
    assert "open AICC sessions" in page
    assert get_integration(session, made.id).is_enabled
    session.rollback()
    desk.post(f"/admin/integrations/{made.id}/disable")
    assert not get_integration(session, made.id).is_enabled
    session.rollback()
    desk.post(f"/admin/integrations/{made.id}/enable")
    assert get_integration(session, made.id).is_enabled


@pytest.mark.parametrize(("fate", "rows"), [("keep", 1), ("erase", 0)])
def test_deleting_asks_for_the_name_and_keeps_or_erases_the_data(
    desk: Desk, session: Session, settings: Settings, fate: str, rows: int
) -> None:
    made = integration(session, settings)
    report(session, made, learner="ana@example.org", course="urn:li:lyndaCourse:1")
    session.commit()
    address = f"/admin/integrations/{made.id}/delete"
    assert desk.post(address, fate=fate, typed_name="Linked").status_code == 422
    assert desk.post(address, typed_name="LinkedIn").status_code == 422
    assert desk.post(address, fate=fate, typed_name="LinkedIn").status_code == 303
    session.rollback()
    with pytest.raises(UnknownIntegration):
        get_integration(session, made.id)
    assert len(list_progress(session, ProgressFilter()).items) == rows


def test_unknown_integrations_are_404(desk: Desk, app: Flask) -> None:
    for end in ("", "/edit", "/disable", "/delete", "/checklist"):
        assert desk.get(f"/admin/integrations/nope{end}").status_code == 404
    for end in ("/secrets", "/test", "/enable"):
        assert desk.post(f"/admin/integrations/nope{end}").status_code == 404


def test_a_test_message_is_sent_and_marked_as_demo(desk: Desk, session: Session, settings: Settings) -> None:
    made = integration(session, settings)
    session.commit()
    assert desk.post(f"/admin/integrations/{made.id}/test").status_code == 303
    page = desk.get(f"/admin/integrations/{made.id}").text
    assert "messages were sent and acknowledged, and the progress table shows them" in page
    assert "0 of 4" in page
    session.rollback()
    assert all(line.is_demo for line in list_progress(session, ProgressFilter()).items)
    assert get_integration(session, made.id).first_token_at is None
    assert made.kind is Kind.LINKEDIN_LEARNING


def test_ended_secrets_are_folded_away(desk: Desk, session: Session) -> None:
    page = add(desk)
    (made,) = list_integrations(session)
    assert "Ended secrets" not in page
    (credential,) = list_credentials(session, made.id)
    desk.post(f"/admin/integrations/{made.id}/secrets/{credential.id}/revoke")
    page = desk.get(f"/admin/integrations/{made.id}").text
    assert "No secret is in force" in page
    folded = page[page.index("<summary>Ended secrets (1)</summary>") :]
    assert credential.client_id in folded
    assert f'value="{credential.client_id}"' not in page


def test_the_fragment_brings_the_state_beside_the_title(desk: Desk, session: Session) -> None:
    add(desk)
    (made,) = list_integrations(session)
    assert 'id="state"' in desk.get(f"/admin/integrations/{made.id}").text
    fragment = desk.get(f"/admin/integrations/{made.id}/checklist").text
    assert "Waiting for a first message" in fragment[fragment.index('<template data-into="state">') :]


def test_hosts_that_messages_came_under_are_shown_and_registered_with_a_click(
    desk: Desk, session: Session, classroom: Classroom
) -> None:
    page = f"/admin/integrations/{classroom.integration.id}"
    assert "No message of this integration has arrived yet" in desk.get(page).text
    content = classroom.open(Host="new.example")
    assert content.get().response.status_code == 421
    shown = desk.get(page).text
    assert "Seen, belongs to no integration" in shown
    assert "<code>new.example</code>" in shown
    reply = desk.post(f"{page}/hosts", host="New.example.")
    assert (reply.status_code, reply.location) == (303, f"{page}#hosts")
    assert "new.example is registered" in desk.get(page).text
    assert content.get().error == 0
    assert "belongs to no integration" not in desk.get(page).text
    desk.post(f"{page}/hosts", host="new.example")
    session.rollback()
    assert get_integration(session, classroom.integration.id).host_names == ("localhost", "new.example")
    (entry,) = [entry for entry in list_audit(session) if entry.action == "integration.host_registered"]
    assert (entry.target, entry.detail) == ("Ana's content", {"host": "new.example"})


def test_an_lms_that_was_refused_is_shown_and_registered_with_a_click(
    desk: Desk, session: Session, classroom: Classroom
) -> None:
    page = f"/admin/integrations/{classroom.integration.id}"
    assert "LMSs refused" not in desk.get(page).text
    unit = get_unit(session, classroom.course.id)
    session.commit()
    launch = f"/aicc/{classroom.integration.id}/{unit.id}?AICC_SID=x&AICC_URL=https://LMS.example:8443/h"
    assert classroom.client.get(launch).status_code == 403
    shown = desk.get(page).text
    assert "LMSs refused" in shown
    assert "Register this LMS: lms.example:8443" in shown
    reply = desk.post(f"{page}/lmss", host="lms.example:8443")
    assert (reply.status_code, reply.location) == (303, page)
    assert "LMSs refused" not in desk.get(page).text
    session.rollback()
    assert get_integration(session, classroom.integration.id).upstream_hosts == ("lms.example:8443",)
    (entry,) = [entry for entry in list_audit(session) if entry.action == "integration.lms_registered"]
    assert entry.detail == {"host": "lms.example:8443"}
    assert desk.post(f"{page}/lmss", host="a b").status_code == 400


def test_a_host_of_another_integration_is_named_with_its_owner(
    desk: Desk, session: Session, settings: Settings, classroom: Classroom
) -> None:
    other = integration(session, settings, "Other <source>")
    update_integration(session, other.id, host_names=["other.example"])
    session.commit()
    assert classroom.open(Host="other.example").get().error == 3
    shown = desk.get(f"/admin/integrations/{classroom.integration.id}").text
    assert "Another integration’s" in shown
    assert "is on the list of Other &lt;source&gt;, and was refused" in shown


@pytest.mark.parametrize(
    "host", ["", "https://x.example", "a b", "x/y", "user@x", "<script>", "\x00", "1.2.3"]
)
def test_only_host_names_can_be_registered(
    desk: Desk, session: Session, classroom: Classroom, host: str
) -> None:
    path = f"/admin/integrations/{classroom.integration.id}/hosts"
    assert desk.post(path, host=host).status_code == 400
    assert get_integration(session, classroom.integration.id).host_names == ("localhost",)
    assert desk.post("/admin/integrations/nope/hosts", host="x.example").status_code == 404
