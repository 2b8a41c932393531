"""`progress list|rebuild|export`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import IO

import click
from flask import current_app
from sqlalchemy.orm import Session

from app import db
from app.access.audit import COMMAND_LINE, write_audit
from app.access.organisation import load_organisation
from app.catalog.service import get_course
from app.cli_terminal import Noun, json_chunks, json_option, note, show, show_json_list
from app.learners.service import get_learner
from app.progress.export import format_csv
from app.progress.queries import ProgressFilter, Sort, iterate_progress
from app.progress.rebuild import in_batches, list_learners_with_progress, rebuild as rebuild_rows
from app.settings import settings_of


@click.group(cls=Noun)
def progress() -> None:
    """How far learners are."""


@progress.command("list")
@click.option("--learner", "learner_id", default=None, metavar="ID")
@click.option("--course", "course_id", default=None, metavar="ID")
@json_option
def list_(learner_id: str | None, course_id: str | None, as_json: bool) -> None:
    """List every learner's progress in every course, all types of course, without pages."""
    with db.reading() as session:
        lines = iterate_progress(
            session, _filter(session, learner_id, course_id), sort=Sort.LEARNER, is_descending=False
        )
        if as_json:
            show_json_list(line.as_json() for line in lines)
            return
        for line in lines:
            text = (
                f"{line.learner_name:<30} {line.course_title:<40} {line.percent:>5g} %  {line.status.value}"
            )
            show(None, as_json=False, lines=[text])


@progress.command("export")
@click.option("--format", "file_format", type=click.Choice(["csv", "json"]), default="csv", show_default=True)
@click.option(
    "--output", type=click.Path(dir_okay=False, path_type=Path), default=None, help="Instead of stdout."
)
@click.option("--learner", "learner_id", default=None, metavar="ID")
@click.option("--course", "course_id", default=None, metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
def export(
    file_format: str, output: Path | None, learner_id: str | None, course_id: str | None, as_json: bool
) -> None:
    """Write all progress as CSV or JSON, row by row; CSV cells cannot run as formulas."""
    is_csv = file_format == "csv" and not as_json
    with db.reading() as session:
        organisation = load_organisation(session, settings_of(current_app))
        wanted = _filter(session, learner_id, course_id)
        lines = iterate_progress(session, wanted, sort=Sort.LEARNER, is_descending=False)
        with _opened(output) as file:
            if is_csv:
                for row in format_csv(lines, time_zone=organisation.time_zone):
                    file.write(row)
            else:
                for chunk in json_chunks(line.as_json() for line in lines):
                    file.write(chunk)
    with db.transaction() as session:
        write_audit(session, actor=COMMAND_LINE, action="progress.exported", target="progress")
    if output is not None:
        note(f"Wrote {output}")


@progress.command("rebuild")
@json_option
def rebuild(as_json: bool) -> None:
    """Make all progress rows again from the reports they come from; nothing changes when all is well."""
    with db.reading() as session:
        learner_ids = list_learners_with_progress(session)
    rows = 0
    for batch in in_batches(learner_ids):
        rows += db.transact(partial(rebuild_rows, learner_ids=batch))
    with db.transaction() as session:
        write_audit(
            session,
            actor=COMMAND_LINE,
            action="progress.rebuilt",
            target="progress",
            detail={"rows": str(rows)},
        )
    show(
        {"learners": len(learner_ids), "rows": rows},
        as_json=as_json,
        lines=[f"Made {rows} progress rows of {len(learner_ids)} learners again."],
    )


def _filter(session: Session, learner_id: str | None, course_id: str | None) -> ProgressFilter:
    """Ask for all rows or those of one learner or course; raises for an id that nobody has."""
    if learner_id is not None:
        learner_id = get_learner(session, learner_id).id
    if course_id is not None:
        course_id = get_course(session, course_id).id
    return ProgressFilter(learner_id=learner_id, course_id=course_id, has_videos=True)


@contextmanager
def _opened(output: Path | None) -> Iterator[IO[str]]:
    if output is None:
        yield sys.stdout
        sys.stdout.flush()
        return
    # Line ends are part of the formats: CSV has its own, whatever the machine.
    with output.open("w", encoding="utf-8", newline="") as file:
        yield file
