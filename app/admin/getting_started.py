"""The getting-started card: each task is done because the data says so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import url_for
from sqlalchemy.orm import Session

from app.access.integrations import Integration
from app.admin.acts import wizard
from app.admin.frame import organisation
from app.catalog.service import list_courses
from app.words import worded


@dataclass(frozen=True, slots=True)
class Task:
    """One line of the card, and where it is done."""

    name: str
    is_done: bool
    href: str


def list_tasks(session: Session, integrations: Sequence[Integration], *, has_rows: bool) -> list[Task]:
    """List what there is to do first; `has_rows` when there is progress that is not the demo's."""
    step = wizard.find_step(session)
    real = [each for each in integrations if not each.is_demo]
    has_message = any(_has_reported(each) for each in real)
    address = "admin.setup_address" if step == wizard.ADDRESS else "admin.settings_page"
    has_course = bool(list_courses(session, limit=1))
    return [
        Task(worded("Make your account"), True, url_for("admin.account")),
        Task(worded("Set the public URL and time zone"), organisation().has_public_url, url_for(address)),
        Task(worded("Add an integration"), bool(real), url_for("admin.new_integration")),
        Task(worded("See its first message arrive"), has_message, url_for("admin.integration_list")),
        Task(worded("See the first course"), has_course, url_for("admin.course_list")),
        Task(worded("See the first progress"), has_rows, url_for("admin.progress_table")),
    ]


def _has_reported(integration: Integration) -> bool:
    return any(
        (
            integration.first_token_at,
            integration.first_statement_at,
            integration.first_getparam_at,
            integration.first_putparam_at,
        )
    )
