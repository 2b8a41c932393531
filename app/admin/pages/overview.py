"""The overview: a few true numbers, what to do next, and what arrived last."""

from __future__ import annotations

from dataclasses import dataclass

from flask import url_for
from werkzeug.wrappers import Response

from app import clock
from app.access.integrations import list_integrations
from app.admin.acts import wizard
from app.admin.blueprint import blueprint
from app.admin.events import to_events
from app.admin.frame import organisation, render
from app.admin.security import needs
from app.admin.summaries import (
    COUNT_CAP,
    has_demo,
    has_real_progress,
    is_demo_loaded,
    read_figures,
    read_health,
)
from app.catalog.service import list_courses
from app.db import reading
from app.inspector.exchanges import list_exchanges


@dataclass(frozen=True, slots=True)
class Task:
    """One line of the getting-started card: done because the data says so."""

    name: str
    is_done: bool
    href: str


@blueprint.get("/admin/")
@needs("overview.read")
def overview() -> Response:
    now = clock.now()
    with reading() as session:
        step = wizard.find_step(session)
        integrations = list_integrations(session)
        health = read_health(session, integrations, now=now)
        figures = read_figures(session, now=now)
        events = to_events(list_exchanges(session, limit=8))
        is_any_demo, is_loaded = has_demo(session), is_demo_loaded(session)
        real = [i for i in integrations if not i.is_demo]
        has_message = any(_milestones(i) for i in real)
        has_course = bool(list_courses(session, limit=1))
        has_rows = has_real_progress(session)
    tasks = [
        Task("Make your account", True, url_for("admin.account")),
        Task(
            "Set the public URL and time zone",
            organisation().has_public_url,
            url_for("admin.setup_address" if step == wizard.ADDRESS else "admin.settings_page"),
        ),
        Task("Add an integration", bool(real), url_for("admin.new_integration")),
        Task("See its first message arrive", has_message, url_for("admin.integration_list")),
        Task("See the first course", has_course, url_for("admin.course_list")),
        Task("See the first progress", has_rows, url_for("admin.progress_table")),
    ]
    return render(
        "overview.html",
        figures=figures,
        cap=COUNT_CAP,
        integrations=integrations,
        health=health,
        events=events,
        has_demo=is_any_demo,
        is_demo_loaded=is_loaded,
        is_empty=not (has_rows or is_any_demo),
        tasks=tasks,
        current="overview",
    )


def _milestones(integration: object) -> bool:
    names = ("first_token_at", "first_statement_at", "first_getparam_at", "first_putparam_at")
    return any(getattr(integration, name) for name in names)
