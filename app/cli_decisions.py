"""`progress why|override|attempt|undo`: why a row says what it says, and what an admin decides of it."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from functools import partial

import click

from app import clock, db
from app.access.audit import COMMAND_LINE
from app.admin.acts import decisions as acts
from app.catalog.service import get_course
from app.cli_progress import progress as progress
from app.cli_terminal import json_option, show
from app.learners.service import get_learner
from app.models.base import new_id
from app.progress.deciding import Made
from app.progress.decision_rules import BadDecision, make_override
from app.progress.history import explain_pair
from app.progress.values import Status
from app.progress.why_json import explanation_json, progress_json
from app.progress.wording import STATUS_NAMES, describe_progress, format_percent


@progress.command("why")
@click.argument("learner_id", metavar="LEARNER")
@click.argument("course_id", metavar="COURSE")
@json_option
def why(learner_id: str, course_id: str, as_json: bool) -> None:
    """Say message by message why a learner stands where they stand in a course."""
    with db.reading() as session:
        learner, course = get_learner(session, learner_id), get_course(session, course_id)
        found = explain_pair(session, learner.id, course.id)
    told = explanation_json(found)
    lines = [
        f"{learner.name}, {course.title}",
        *(reason.sentence for reason in (found.status, found.percent)),
        *(_describe_step(step) for step in told["steps"]),
    ]
    who = {
        "learner": {"id": learner.id, "name": learner.name},
        "course": {"id": course.id, "title": course.title},
    }
    show({**who, **told}, as_json=as_json, lines=lines)


@progress.command("override")
@click.argument("learner_id", metavar="LEARNER")
@click.argument("course_id", metavar="COURSE")
@click.option("--status", required=True, type=click.Choice([status.value for status in Status]))
@click.option("--percent", default=None, metavar="N", help="0 to 100; completed and passed are 100.")
@click.option("--completed-at", default=None, metavar="TIME", help="When it was completed; now if not given.")
@click.option("--reason", required=True, help="Kept beside the decision, for whoever asks later.")
@json_option
def override(
    learner_id: str,
    course_id: str,
    status: str,
    percent: str | None,
    completed_at: str | None,
    reason: str,
    as_json: bool,
) -> None:
    """Say what is true of a row, whatever was reported; later messages count on top. See undo."""
    said = make_override(
        Status(status),
        percent=None if percent is None else _parse_percent(percent),
        completed_at=None if completed_at is None else _parse_moment(completed_at),
        now=clock.now(),
    )
    act = new_id()
    made = db.transact(
        lambda session: acts.override(
            session, COMMAND_LINE, learner_id, course_id, said, reason=reason, act=act
        )
    )
    _show(made, as_json=as_json)


@progress.command("attempt")
@click.argument("learner_id", metavar="LEARNER")
@click.argument("course_id", metavar="COURSE")
@click.option("--reason", required=True, help="Kept beside the decision, for whoever asks later.")
@json_option
def attempt(learner_id: str, course_id: str, reason: str, as_json: bool) -> None:
    """Begin a new attempt, for a retake or a recertification; what was reached stays readable. See undo."""
    act = new_id()
    made = db.transact(
        lambda session: acts.begin_attempt(
            session, COMMAND_LINE, learner_id, course_id, reason=reason, act=act
        )
    )
    _show(made, as_json=as_json)


@progress.command("undo")
@click.argument("decision_id", metavar="DECISION", type=click.IntRange(1, 2**63 - 1))
@json_option
def undo(decision_id: int, as_json: bool) -> None:
    """Take a decision back: the row says what it would without it."""
    _show(db.transact(partial(acts.undo, actor=COMMAND_LINE, decision_id=decision_id)), as_json=as_json)


def _show(made: Made, *, as_json: bool) -> None:
    change = made.change
    data = {
        "decision": made.id,
        "learner_id": made.learner_id,
        "course_id": made.course_id,
        "changed": change.appended,
        "before": progress_json(change.before) if change.before else None,
        "after": progress_json(change.after),
    }
    show(
        data, as_json=as_json, lines=[f"Decision {made.id}: {describe_progress(change.before, change.after)}"]
    )


def _describe_step(step: dict[str, object]) -> str:
    said = f"{step['number']:>4}  {step.get('received_at') or step.get('made_at')}  {step['kind']}"
    if "status" in step:
        said += f" {STATUS_NAMES[Status(str(step['status']))]}"
    percent = step.get("percent")
    if isinstance(percent, float):
        said += f", {format_percent(percent)}"
    if reason := step.get("reason"):
        said += f": {reason}"
    notes = step["notes"]
    assert isinstance(notes, list)
    return " ".join([f"{said}.", *notes])


def _parse_percent(text: str) -> Decimal:
    try:
        return Decimal(text.removesuffix("%").strip())
    except InvalidOperation:
        raise BadDecision("a percentage is a number from 0 to 100") from None


def _parse_moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise BadDecision("write the time as 2026-11-28 or 2026-11-28T09:30:00Z") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
