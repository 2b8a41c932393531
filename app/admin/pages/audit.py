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
    "api.exported": "Read as CSV by a program",
    "person.added": "Account added",
    "person.signed_in": "Signed in",
    "person.signed_out": "Signed out",
    "person.sign_in_failed": "Sign-in failed",
    "person.password_changed": "Password changed",
    "person.password_reset": "Password reset",
    "person.invited": "Account offered",
    "person.joined": "Account taken",
    "person.withdrawn": "Invitation withdrawn",
    "person.link_made": "Password link made",
    "person.role_changed": "Role changed",
    "person.disabled": "Account disabled",
    "person.enabled": "Account enabled",
    "person.sessions_ended": "Signed out by hand",
    "audit.exported": "Audit log exported",
    "payload.viewed": "Message read as it came",
    "token.added": "API token made",
    "token.rolled": "API token rolled",
    "token.revoked": "API token revoked",
    "organisation.changed": "Settings changed",
    "progress.overridden": "Progress set by hand",
    "progress.attempt_begun": "New attempt begun",
    "progress.decision_undone": "Decision undone",
    "progress.group_decided": "Decided of many rows",
    "progress.group_undone": "Decision on many rows undone",
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
    "packages.imported": "Packages imported",
    "packages.exported": "Packages exported",
    "destination.added": "Destination added",
    "destination.changed": "Destination changed",
    "destination.paused": "Destination paused",
    "destination.resumed": "Destination resumed",
    "destination.rotated": "Signing secret made",
    "destination.deleted": "Destination deleted",
    "destination.test_sent": "Test sent",
    "delivery.held": "Delivery held",
    "delivery.released": "Delivery released",
    "delivery.retried": "Deliveries retried",
    "delivery.replayed": "Deliveries replayed",
    "learner.added": "Learner added",
    "learner.changed": "Learner changed",
    "learner.erased": "Learner erased",
    "learner.exported": "Learner’s data exported",
    "learner.readmitted": "Erased learner readmitted",
    "learner.imported": "Learners imported",
    "learner.merged": "Learners merged",
    "learner.unmerged": "Merge undone",
    "learner.split": "Learner split",
    "learner.identity_added": "Identity added to a learner",
    "learner.ignored": "Seen in messages, ignored",
    "learner.unignored": "No longer ignored",
    "course.added": "Course added",
    "course.changed": "Course changed",
    "launch_link.made": "Launch link made",
    "launch_link.many_made": "Launch links made",
    "progress.exported": "Progress exported",
    "view.saved": "View saved",
    "view.changed": "View changed",
    "view.deleted": "View deleted",
    "progress.rebuilt": "Progress rebuilt",
    "simulation.run": "Simulation run",
    "demo.loaded": "Demo loaded",
    "demo.cleared": "Demo removed",
}
