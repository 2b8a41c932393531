"""`course add`, `learner add|list` and `launch create`."""

from __future__ import annotations

from typing import Any, cast

import click
from flask import current_app

from app import clock, db
from app.access.audit import COMMAND_LINE, write_audit
from app.access.integrations import get_integration
from app.access.launches import LessonMode, make_launch_link, open_launch
from app.access.organisation import load_organisation
from app.catalog.service import add_course, get_course
from app.catalog.units import UnitFields, set_unit
from app.cli_terminal import Noun, json_option, show, show_json_list
from app.hacp.lesson import DEMOGRAPHICS
from app.learners.listing import list_learners
from app.learners.service import add_learner, get_learner
from app.learners.values import Learner
from app.settings import settings_of


@click.group(cls=Noun)
def course() -> None:
    """Things to learn."""


@course.command("add")
@click.option("--integration", "integration_id", required=True, metavar="ID")
@click.option("--title", required=True)
@click.option("--activity-id", required=True, metavar="IRI", help="Activity id or URN, as messages name it.")
@click.option("--launch-url", default=None, metavar="URL", help="What an AICC launch opens.")
@click.option("--web-launch", default=None, help="Parameters that follow AICC's own in the launch URL.")
@click.option("--core-vendor", default=None, help="What content finds in [core_vendor]; <CR> is a new line.")
@click.option("--mastery-score", type=float, default=None)
@click.option("--max-score", type=float, default=None, help="The scale of a score that names no maximum.")
@click.option("--max-time", "max_time_allowed", default=None, metavar="HH:MM:SS")
@click.option("--time-limit-action", default=None, metavar="exit|continue,message|no message")
@click.option("--comments", default=None, help="What the content may show the learner from us.")
@click.option("--au-password", default=None, help="What the content must send as AU_password.")
@json_option
def add(
    integration_id: str,
    title: str,
    activity_id: str,
    launch_url: str | None,
    as_json: bool,
    **unit: Any,
) -> None:
    """Add a course; a known identifier fills the course that messages already made."""
    given = cast(UnitFields, {name: value for name, value in unit.items() if value is not None})
    with db.transaction() as session:
        source = get_integration(session, integration_id)
        made = add_course(
            session, integration_id=source.id, title=title, activity_id=activity_id, launch_url=launch_url
        )
        facts = set_unit(session, settings_of(current_app), made.id, **given)
        lms_url = load_organisation(session, settings_of(current_app)).lms_launch_url
        write_audit(
            session, actor=COMMAND_LINE, action="course.added", target=made.id, detail={"title": made.title}
        )
    data = {
        "id": made.id,
        "title": made.title,
        "activity_id": made.activity_id,
        "type": made.type,
        "launch_url": made.launch_url,
        "lms_launch_url": f"{lms_url}{source.id}/{facts.id}" if made.launch_url else None,
        "integration_id": made.integration_id,
        "demo": made.is_demo,
        "unit": {
            "web_launch": facts.web_launch,
            "core_vendor": facts.core_vendor,
            "mastery_score": facts.mastery_score,
            "max_score": facts.max_score,
            "max_time": facts.max_time_allowed,
            "time_limit_action": facts.time_limit_action,
            "comments": facts.comments,
            "has_au_password": facts.au_password_hash is not None,
        },
    }
    show(data, as_json=as_json, lines=[f"{made.id}  {made.title}"])


@click.group(cls=Noun)
def learner() -> None:
    """People who learn."""


@learner.command("add")
@click.option("--name", required=True, metavar='"Last, First"')
@click.option("--email", default=None)
@click.option("--user-id", default=None, help="The id that single sign-on sends, for User Type ID.")
@click.option(
    "--attribute",
    "attributes",
    multiple=True,
    metavar="NAME=VALUE",
    help="One of AICC's student demographics, such as city=Oslo; may be given several times.",
)
@json_option
def add_one(
    name: str, email: str | None, user_id: str | None, attributes: tuple[str, ...], as_json: bool
) -> None:
    """Add a learner, or complete the one whom the e-mail address or user id already names."""
    given = dict(each.split("=", 1) for each in attributes if "=" in each)
    if len(given) != len(attributes):
        raise click.UsageError("an attribute is written NAME=VALUE, and each name comes once")
    if unknown := {name.strip().lower() for name in given} - set(DEMOGRAPHICS):
        raise click.UsageError(f"no attribute {unknown.pop()!r}; they are {', '.join(DEMOGRAPHICS)}")
    with db.transaction() as session:
        made = add_learner(
            session, name=name, email=email, user_id=user_id, attributes=given if attributes else None
        )
        write_audit(session, actor=COMMAND_LINE, action="learner.added", target=made.id)
    show(describe_learner(made), as_json=as_json, lines=[f"{made.id}  {made.name}"])


@learner.command("list")
@click.option("--text", default="", help="Only learners whose name or identity holds this text.")
@json_option
def list_(text: str, as_json: bool) -> None:
    """List the learners by name."""
    with db.reading() as session:
        found = list_learners(session, text=text)
    if as_json:
        show_json_list(describe_learner(each) for each in found)
        return
    lines = [f"{each.id}  {each.name}  {' '.join(value for _, value in each.identities)}" for each in found]
    show(None, as_json=False, lines=lines)


@click.group(cls=Noun)
def launch() -> None:
    """AICC launches."""


@launch.command("create")
@click.option("--integration", "integration_id", required=True, metavar="ID")
@click.option("--course", "course_id", required=True, metavar="ID")
@click.option("--learner", "learner_id", required=True, metavar="ID")
@click.option("--credit", type=click.Choice(["credit", "no-credit"]), default="credit")
@click.option("--mode", type=click.Choice([each.value for each in LessonMode]), default="normal")
@click.option("--unit", "unit_id", default=None, metavar="ID", help="Of a course with several.")
@json_option
def create(
    integration_id: str,
    course_id: str,
    learner_id: str,
    credit: str,
    mode: str,
    unit_id: str | None,
    as_json: bool,
) -> None:
    """Open an AICC session, and make a link that opens a new one each time."""
    is_credit, lesson_mode = credit == "credit", LessonMode(mode)
    settings = settings_of(current_app)
    with db.transaction() as session:
        organisation = load_organisation(session, settings)
        source = get_integration(session, integration_id)
        content = get_course(session, course_id)
        person = get_learner(session, learner_id)
        opened = open_launch(
            session,
            settings,
            organisation,
            integration_id=source.id,
            course_id=content.id,
            learner_id=person.id,
            is_demo=source.is_demo,
            is_credit=is_credit,
            lesson_mode=lesson_mode,
            unit_id=unit_id,
        )
        link = make_launch_link(
            settings,
            organisation,
            integration_id=source.id,
            course_id=content.id,
            learner_id=person.id,
            now=clock.now(),
            is_credit=is_credit,
            lesson_mode=lesson_mode,
            unit_id=unit_id,
        )
        write_audit(
            session,
            actor=COMMAND_LINE,
            action="launch_link.made",
            target=opened.launch_id,
            detail={"course": content.id, "learner": person.id},
        )
    data = {
        "launch_id": opened.launch_id,
        "launch_url": link,
        "content_url": opened.content_url,
        "session_id": opened.session_id,
        "aicc_url": opened.aicc_url,
    }
    show(data, as_json=as_json, lines=[f"{key:<12} {value or '–'}" for key, value in data.items()])


def describe_learner(found: Learner) -> dict[str, Any]:
    """Return what all commands print of a learner."""
    return {
        "id": found.id,
        "name": found.name,
        "identities": [{"kind": kind, "value": value} for kind, value in found.identities],
        "provisional": found.is_provisional,
        "demo": found.is_demo,
    }
