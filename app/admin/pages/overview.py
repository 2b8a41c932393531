"""The overview: a few true numbers, what to do next, and what arrived last."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from flask import request
from werkzeug.wrappers import Response

from app import clock
from app.access.integrations import list_integrations
from app.admin.blueprint import blueprint
from app.admin.events import to_events
from app.admin.frame import organisation, render
from app.admin.getting_started import list_tasks
from app.admin.overview_view import parse_period, show_numbers
from app.admin.security import needs
from app.admin.summaries import is_demo_loaded, read_health
from app.db import reading
from app.inspector.exchanges import list_exchanges
from app.inspector.overview import PERIODS, Question, read_figures
from app.learners.unmatched import count_unmatched
from app.progress.presence import has_demo, has_real_progress

EVENTS_SHOWN = 10


@blueprint.get("/admin/")
@needs("overview.read")
def overview() -> Response:
    now, zone = clock.now(), ZoneInfo(organisation().time_zone)
    days, numbers = parse_period(request.args.get("days")), None
    with reading() as session:
        integrations = list_integrations(session)
        is_any_demo, has_rows = has_demo(session), has_real_progress(session)
        if is_any_demo or has_rows:
            leaves_demo = is_any_demo and has_rows
            question = Question(now, zone, has_demo=not leaves_demo)
            figures = read_figures(session, question, days)
            numbers = show_numbers(figures, zone, has_demo=question.has_demo, leaves_demo=leaves_demo)
        values = {
            "numbers": numbers,
            "now": now,
            "unmatched": count_unmatched(session),
            "integrations": integrations,
            "health": read_health(session, integrations, now=now),
            "events": to_events(list_exchanges(session, limit=EVENTS_SHOWN)),
            "has_demo": is_any_demo,
            "is_demo_loaded": is_demo_loaded(session),
            "tasks": list_tasks(session, integrations, has_rows=has_rows),
        }
    return render("overview.html", **values, periods=PERIODS, current="overview")
