"""The dashboard's blueprint; `register(app)` attaches it with sign-in, CSRF, static files and formats."""

from __future__ import annotations

from importlib import import_module

from flask import Blueprint, Flask
from werkzeug.exceptions import HTTPException

from app.admin.errors import answer_http_error, answer_unavailable
from app.admin.form_parts import aria, with_said_choices
from app.admin.formats import init_formats
from app.admin.frame import may
from app.admin.security import guard_request, init_security
from app.db import DatabaseUnavailable
from app.languages import init_languages

PAGES = (
    "account",
    "audit",
    "audit_files",
    "course_forms",
    "course_identifiers",
    "courses",
    "decided_groups",
    "deliveries",
    "demo",
    "destination_acts",
    "destinations",
    "exports",
    "help",
    "imports",
    "inspector",
    "invitation",
    "integration_acts",
    "integrations",
    "launch_links",
    "learner_identities",
    "learner_import",
    "learner_data",
    "learners",
    "overview",
    "progress",
    "progress_decide",
    "progress_files",
    "progress_many",
    "progress_views",
    "progress_why",
    "sessions",
    "statements",
    "statement_files",
    "settings",
    "setup",
    "sign_in",
    "unmatched",
    "system",
    "tokens",
    "users",
)
# The URL of a static file changes with its content (`?v=`), so it never needs asking again.
A_YEAR_SECONDS = 365 * 24 * 3600

blueprint = Blueprint(
    "admin", __name__, template_folder="templates", static_folder="static", static_url_path="/admin/static"
)
blueprint.before_request(guard_request)
blueprint.register_error_handler(HTTPException, answer_http_error)
blueprint.register_error_handler(DatabaseUnavailable, answer_unavailable)


def register(app: Flask) -> None:
    """Attach the pages to the app."""
    for name in PAGES:
        import_module(f"app.admin.pages.{name}")
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = A_YEAR_SECONDS
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals["aria"] = aria
    app.jinja_env.filters["with_said_choices"] = with_said_choices
    app.jinja_env.globals["may"] = may
    init_security(app)
    init_formats(app)
    init_languages(app)
    app.register_blueprint(blueprint)
    app.register_blueprint(
        # Bootstrap's own files from the installed package: nothing is copied into the repository.
        Blueprint(
            "bootstrap_files",
            "flask_bootstrap",
            static_folder="static/bootstrap5",
            static_url_path="/admin/bootstrap",
        )
    )
