"""The audit log, newest first, filtered and checked."""

from __future__ import annotations

from functools import partial

from flask import request, url_for
from werkzeug.wrappers import Response

from app.access.audit import list_audit
from app.access.audit_chain import verify
from app.admin.audit_query import make_wanted, read_given
from app.admin.blueprint import blueprint
from app.admin.frame import render
from app.admin.security import needs
from app.db import reading
from app.words import worded

PAGE = 50


@blueprint.get("/admin/audit")
@needs("audit.read")
def audit_log() -> Response:
    """List what people did; `?verify=1` walks the chain of hashes too."""
    given = read_given()
    before = request.args.get("before", type=int)
    if before is not None and not 0 < before < 2**63:
        before = None
    with reading() as session:
        entries = list_audit(session, make_wanted(given, before=before), limit=PAGE + 1)
        verdict = verify(session) if request.args.get("verify") == "1" else None
    address = partial(url_for, "admin.audit_log", **given)  # type: ignore[arg-type]  # no filter is an option
    older = address(before=entries[PAGE - 1].id) if len(entries) > PAGE else None
    newer = address() if before is not None else None
    return render(
        "audit.html",
        entries=entries[:PAGE],
        given=given,
        verdict=verdict,
        older=older,
        newer=newer,
        words=WORDS,
        current="audit",
    )


# What each act is called on the page; an unknown one shows its own name.
WORDS = {
    "api.exported": worded("Read as CSV by a program"),
    "person.added": worded("Account added"),
    "person.signed_in": worded("Signed in"),
    "person.signed_out": worded("Signed out"),
    "person.sign_in_failed": worded("Sign-in failed"),
    "person.password_changed": worded("Password changed"),
    "person.password_reset": worded("Password reset"),
    "person.invited": worded("Account offered"),
    "person.joined": worded("Account taken"),
    "person.withdrawn": worded("Invitation withdrawn"),
    "person.link_made": worded("Password link made"),
    "person.role_changed": worded("Role changed"),
    "person.disabled": worded("Account disabled"),
    "person.enabled": worded("Account enabled"),
    "person.sessions_ended": worded("Signed out by hand"),
    "audit.exported": worded("Audit log exported"),
    "payload.viewed": worded("Message read as it came"),
    "token.added": worded("API token made"),
    "token.rolled": worded("API token rolled"),
    "token.revoked": worded("API token revoked"),
    "organisation.changed": worded("Settings changed"),
    "progress.overridden": worded("Progress set by hand"),
    "progress.attempt_begun": worded("New attempt begun"),
    "progress.decision_undone": worded("Decision undone"),
    "progress.group_decided": worded("Decided of many rows"),
    "progress.group_undone": worded("Decision on many rows undone"),
    "integration.added": worded("Integration added"),
    "integration.changed": worded("Integration changed"),
    "integration.enabled": worded("Integration enabled"),
    "integration.disabled": worded("Integration disabled"),
    "integration.host_registered": worded("Host name registered"),
    "integration.lms_registered": worded("LMS registered"),
    "integration.deleted": worded("Integration deleted"),
    "integration.secret_added": worded("Secret made"),
    "integration.secret_revoked": worded("Secret revoked"),
    "integration.test_sent": worded("Test sent"),
    "credential.rotated": worded("Secret rotated"),
    "course.identifier_added": worded("Identifier added to a course"),
    "packages.uploaded": worded("Packages uploaded"),
    "packages.imported": worded("Packages imported"),
    "packages.exported": worded("Packages exported"),
    "destination.added": worded("Destination added"),
    "destination.changed": worded("Destination changed"),
    "destination.paused": worded("Destination paused"),
    "destination.resumed": worded("Destination resumed"),
    "destination.rotated": worded("Signing secret made"),
    "destination.deleted": worded("Destination deleted"),
    "destination.test_sent": worded("Test sent"),
    "delivery.held": worded("Delivery held"),
    "delivery.released": worded("Delivery released"),
    "delivery.retried": worded("Deliveries retried"),
    "delivery.replayed": worded("Deliveries replayed"),
    "learner.added": worded("Learner added"),
    "learner.changed": worded("Learner changed"),
    "learner.erased": worded("Learner erased"),
    "learner.exported": worded("Learner’s data exported"),
    "learner.readmitted": worded("Erased learner readmitted"),
    "learner.imported": worded("Learners imported"),
    "learner.merged": worded("Learners merged"),
    "learner.unmerged": worded("Merge undone"),
    "learner.split": worded("Learner split"),
    "learner.identity_added": worded("Identity added to a learner"),
    "learner.ignored": worded("Seen in messages, ignored"),
    "learner.unignored": worded("No longer ignored"),
    "course.added": worded("Course added"),
    "course.changed": worded("Course changed"),
    "launch_link.made": worded("Launch link made"),
    "launch_link.many_made": worded("Launch links made"),
    "progress.exported": worded("Progress exported"),
    "view.saved": worded("View saved"),
    "view.changed": worded("View changed"),
    "view.deleted": worded("View deleted"),
    "progress.rebuilt": worded("Progress rebuilt"),
    "simulation.run": worded("Simulation run"),
    "demo.loaded": worded("Demo loaded"),
    "demo.cleared": worded("Demo removed"),
}
