"""Help: what each finding means, who fixes it, what to change and where."""

from __future__ import annotations

from flask import abort, url_for
from werkzeug.wrappers import Response

from app.admin.blueprint import blueprint
from app.admin.frame import may, render
from app.admin.security import needs
from app.inspector.findings import AREAS, CATALOGUE
from app.inspector.meanings import Place, Seen
from app.words import worded

# The page of each place, and what one must be allowed in order to open it.
_PAGES = {
    Place.INTEGRATIONS: ("integration_list", "integration.read"),
    Place.SETTINGS: ("settings_page", "organisation.read"),
    Place.COURSES: ("course_list", "course.read"),
    Place.SESSIONS: ("session_list", "session.read"),
    Place.PROGRESS: ("progress_table", "progress.read"),
    Place.INSPECTOR: ("inspector", "inspector.read"),
    Place.DESTINATIONS: ("destination_list", "destination.read"),
    Place.SYSTEM: ("system_page", "system.read"),
    Place.DELIVERIES: ("delivery_list", "delivery.read"),
}


@blueprint.get("/admin/help/findings")
@needs("help.read")
def help_findings() -> Response:
    return render("help_findings.html", areas=AREAS, current="help")


@blueprint.get("/admin/help/findings/<code>")
@needs("help.read")
def help_finding(code: str) -> Response:
    meaning = CATALOGUE.get(code)
    if meaning is None:
        abort(404, worded("This version knows no finding with this code."))
    is_searched = meaning.seen is Seen.IN_MESSAGE and may("inspector.read")
    return render(
        "help_finding.html",
        code=code,
        meaning=meaning,
        area=next(name for name, area in AREAS if code in area),
        where=address_of(meaning.place),
        messages=url_for("admin.inspector", code=code) if is_searched else "",
        current="help",
    )


def address_of(place: Place) -> str:
    """Return the address of a place, "" for none and for whoever may not open it."""
    if place is Place.UNMATCHED:
        return url_for("admin.learner_list", tab="unmatched") if may("learner.read") else ""
    endpoint, permission = _PAGES.get(place, ("", ""))
    return url_for(f"admin.{endpoint}") if endpoint and may(permission) else ""
