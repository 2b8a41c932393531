"""The audit log, newest first."""

from __future__ import annotations

from flask import request, url_for
from werkzeug.wrappers import Response

from app.access.audit import list_audit
from app.admin.blueprint import blueprint
from app.admin.frame import render
from app.admin.security import needs
from app.db import reading

PAGE = 50


@blueprint.get("/admin/audit")
@needs("audit.read")
def audit_log() -> Response:
    before = request.args.get("before", type=int)
    if before is not None and not 0 < before < 2**63:
        before = None
    with reading() as session:
        entries = list_audit(session, limit=PAGE + 1, before=before)
    older = url_for("admin.audit_log", before=entries[PAGE - 1].id) if len(entries) > PAGE else None
    newer = url_for("admin.audit_log") if before is not None else None
    return render(
        "audit.html", entries=entries[:PAGE], older=older, newer=newer, words=WORDS, current="audit"
    )


# What each act is called on the page; an unknown one shows its own name.
WORDS = {
    "person.added": "Account added",
    "person.signed_in": "Signed in",
    "person.signed_out": "Signed out",
    "person.sign_in_failed": "Sign-in failed",
    "person.password_changed": "Password changed",
    "person.password_reset": "Password reset",
    "organisation.changed": "Settings changed",
    "integration.added": "Integration added",
    "integration.changed": "Integration changed",
    "integration.enabled": "Integration enabled",
    "integration.disabled": "Integration disabled",
    "integration.host_registered": "Host name registered",
    "integration.lms_registered": "LMS registered",
    "integration.deleted": "Integration deleted",
    "integration.secret_added": "Secret made",
    "integration.secret_revoked": "Secret revoked",
    "integration.test_sent": "Test sent",
    "credential.rotated": "Secret rotated",
    "course.identifier_added": "Identifier added to a course",
    "packages.uploaded": "Packages uploaded",
    "packages.exported": "Packages exported",
    "destination.added": "Destination added",
    "destination.changed": "Destination changed",
    "destination.paused": "Destination paused",
    "destination.resumed": "Destination resumed",
    "destination.rotated": "Signing secret made",
    "destination.deleted": "Destination deleted",
    "destination.test_sent": "Test sent",
    "delivery.retried": "Deliveries retried",
    "delivery.replayed": "Deliveries replayed",
    "learner.added": "Learner added",
    "course.added": "Course added",
    "course.changed": "Course changed",
    "launch_link.made": "Launch link made",
    "launch_link.many_made": "Launch links made",
    "progress.exported": "Progress exported",
    "progress.rebuilt": "Progress rebuilt",
    "simulation.run": "Simulation run",
    "demo.loaded": "Demo loaded",
    "demo.cleared": "Demo removed",
}
