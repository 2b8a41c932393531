"""GET /aicc/<integration>/<unit>: an LMS opens a course here and tells where it is to be told the results.

Only an address with a session of a registered LMS brings anything about: a mail scanner or a search engine
that follows a bare one changes no record.
"""

from __future__ import annotations

from threading import BoundedSemaphore

from flask import Blueprint, Flask, Response, current_app, request
from flask.blueprints import BlueprintSetupState

from app import db
from app.hacp import launch_routes, lms_launch
from app.hacp.launching import CannotLaunch
from app.hacp.lms_launch import Doorstep, Heard
from app.hacp.upstream_wire_launch import BadLmsLaunch, LmsLaunch, parse_lms_launch
from app.settings import settings_of
from app.words import worded

blueprint = Blueprint("lms", __name__)
blueprint.register_error_handler(CannotLaunch, launch_routes.explain)
blueprint.register_error_handler(db.DatabaseUnavailable, launch_routes.ask_for_patience)

CALLS = "waymark_lms_calls"


@blueprint.record_once
def _limit_calls(state: BlueprintSetupState) -> None:
    """An LMS that hangs must not hold all threads of a process: most are for messages of courses."""
    assert isinstance(state.app, Flask)
    threads = settings_of(state.app).threads
    state.app.extensions[CALLS] = BoundedSemaphore(max(1, threads // 4))


@blueprint.get("/aicc/<integration_id>/<unit_id>")
def open_course(integration_id: str, unit_id: str) -> Response:
    """Ask the LMS who is learning, open a session and redirect to the content; HEAD asks nobody."""
    wanted = _read_launch()
    if request.method == "HEAD":
        return Response(status=200, headers=launch_routes.HEADERS)
    settings = settings_of(current_app)
    received = launch_routes.receive(request.path)
    try:
        with db.reading() as session:
            doorstep = lms_launch.admit(session, settings, integration_id, unit_id, wanted, received)
        heard = _ask(doorstep)
        address = db.transact(
            lambda session: lms_launch.open_session(session, settings, doorstep, heard, received)
        )
    except CannotLaunch as error:
        refusal = error
        if refusal.finding is not None:
            db.transact(lambda session: lms_launch.keep_refusal(session, integration_id, received, refusal))
        raise
    return Response(status=303, headers={**launch_routes.HEADERS, "Location": address})


def _read_launch() -> LmsLaunch:
    try:
        return parse_lms_launch(request.query_string)
    except BadLmsLaunch as error:
        raise CannotLaunch(400, str(error)) from error


def _ask(doorstep: Doorstep) -> Heard:
    calls: BoundedSemaphore = current_app.extensions[CALLS]
    if not calls.acquire(blocking=False):
        raise CannotLaunch(
            503,
            worded("Many people are opening courses at this moment."),
            advice=worded("Please try again in a few seconds."),
            may_retry=True,
        )
    try:
        return lms_launch.ask_lms(doorstep)
    finally:
        calls.release()
