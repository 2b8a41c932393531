"""Waymark: learning content reports in over AICC/HACP and xAPI, one true progress record comes out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from flask import Flask, g, request
from flask_migrate import Migrate
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from app import db as database
from app.bodies import WholeBodies
from app.learners.erased import remember_key
from app.logs import configure_logs, get_logger
from app.models.base import new_id
from app.proxies import TrustedProxyFix
from app.settings import Settings
from app.words import worded

ErrorReply = Callable[[int, str, Mapping[str, str]], Response]

MIGRATIONS = Path(__file__).parent.parent / "migrations"


def create_app(settings: Settings) -> Flask:
    """Make the application: the only place that knows every room."""
    configure_logs(level=settings.log_level, style=settings.log_format)
    app = Flask(__name__, static_folder=None)
    # A doubled slash would be redirected to the host that the request names, and machines do not follow.
    app.url_map.merge_slashes = False
    url = database.normalise_url(settings.database_url)
    app.config.update(
        WAYMARK=settings,
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=url,
        SQLALCHEMY_ENGINE_OPTIONS=database.engine_options(url, settings.threads),
        # Each face caps its own bodies; this is the outermost wall.
        MAX_CONTENT_LENGTH=64 * 1024 * 1024,
    )
    app.wsgi_app = WholeBodies(app.wsgi_app)  # type: ignore[method-assign]  # Flask's own way
    if settings.trusted_proxies:
        app.wsgi_app = TrustedProxyFix(  # type: ignore[method-assign]  # Flask's own way
            app.wsgi_app, settings.trusted_proxies, has_forwarded_host=settings.forwarded_host
        )
    database.db.init_app(app)
    with app.app_context():
        database.prepare_engine(database.db.engine)
        remember_key(database.db.engine, settings.secret_key)
    Migrate(app, database.db, directory=str(MIGRATIONS), render_as_batch=True, compare_type=True)
    _register_request_id(app)
    _register_rooms(app)
    return app


def _register_rooms(app: Flask) -> None:
    """Mount every face; the first prefix that fits answers the errors of URLs that match nothing."""
    from app import cli, health
    from app.admin import blueprint as admin, errors as admin_errors
    from app.api import page_routes, replies as api_replies, routes as api, write_routes
    from app.hacp import launch_routes, lms_routes, routes as hacp
    from app.oauth import routes as oauth
    from app.xapi import routes as xapi

    for blueprint in (
        health.blueprint,
        hacp.blueprint,
        launch_routes.blueprint,
        lms_routes.blueprint,
        oauth.blueprint,
        xapi.blueprint,
        api.blueprint,
        write_routes.blueprint,
        page_routes.blueprint,
    ):
        app.register_blueprint(blueprint)
    admin.register(app)
    cli.register(app)
    _register_errors(
        app,
        {
            "/hacp": hacp.error_reply,
            "/oauth": oauth.error_reply,
            "/xapi": xapi.error_reply,
            "/api": api_replies.error_reply,
            "/": admin_errors.error_reply,
        },
    )


def _register_request_id(app: Flask) -> None:
    @app.before_request
    def number_the_request() -> None:
        g.request_id = new_id()

    @app.after_request
    def name_the_request(response: Response) -> Response:
        response.headers["X-Request-Id"] = g.get("request_id") or new_id()
        return response


def _register_errors(app: Flask, faces: Mapping[str, ErrorReply]) -> None:
    """Answer every error in the form of the face whose prefix the path has.

    Unmatched URLs never reach a blueprint's own handlers, so one handler here serves them all.
    """

    def reply(status: int, text: str, headers: Mapping[str, str]) -> Response:
        for prefix, face_reply in faces.items():
            if request.path == prefix or request.path.startswith(prefix.rstrip("/") + "/"):
                return face_reply(status, text, headers)
        raise LookupError("the pages' prefix fits every path")

    @app.errorhandler(HTTPException)
    def answer_http_error(error: HTTPException) -> Response:
        headers = {
            name: value
            for name, value in error.get_headers()
            if name.lower() not in ("content-type", "location")
        }
        return reply(error.code or 500, error.description or error.name, headers)

    @app.errorhandler(database.DatabaseUnavailable)
    def answer_database_trouble(error: database.DatabaseUnavailable) -> Response:
        get_logger("db").error("database unavailable", cause=str(error), path=request.path)
        text = worded("The server cannot store data at the moment. Nothing was kept; please send it again.")
        return reply(503, text, {"Retry-After": str(error.retry_after_seconds)})

    @app.errorhandler(Exception)
    def answer_unexpected(error: Exception) -> Response:
        # The edge: whatever was not foreseen becomes a short 500 in the caller's own form, and a log entry.
        get_logger("app").error("unexpected error", path=request.path, exc_info=error)
        return reply(500, worded("The server made a mistake. The request id names it in the log."), {})
