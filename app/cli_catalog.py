"""`catalog import|export`: AICC course packages in and out."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import click
from flask import current_app
from sqlalchemy.orm import Session

from app import clock, db
from app.access.audit import COMMAND_LINE, write_audit
from app.access.integrations import get_integration
from app.access.organisation import load_organisation
from app.catalog.exporting import COURSES_AT_ONCE, ExportedCourse, list_exportable, read_courses, write_zip
from app.catalog.importing import Outcome, Plan, Target, apply_plans, plan_packages, read_raw
from app.catalog.package import Package
from app.catalog.zip_directory import HostileZip
from app.catalog.zip_guard import PackageZip
from app.cli_terminal import Bar, Noun, draw_bar, json_option, note, show
from app.settings import settings_of

_PACKAGES_AT_ONCE = 50
_KEYS = {
    Outcome.NEW: "new",
    Outcome.CHANGED: "changed",
    Outcome.SAME: "same",
    Outcome.SKIPPED: "skipped",
    Outcome.ERROR: "errors",
}


@click.group(cls=Noun)
def catalog() -> None:
    """AICC course packages in and out."""


@catalog.command("import")
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@click.option("--integration", "integration_id", required=True, metavar="ID")
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
@json_option
@click.pass_context
def import_(
    context: click.Context, files: tuple[str, ...], integration_id: str, dry_run: bool, as_json: bool
) -> None:
    """Take in the courses of zip files with AICC packages; the same file twice changes nothing.

    Courses are taken in pieces of fifty. Warnings and errors go to stderr with file and line; a package with
    an error is left out, and the exit code is 1.
    """
    with db.reading() as session:
        target = _target(session, integration_id)
    counts: Counter[Outcome] = Counter()
    seen: set[str] = set()
    with ExitStack() as stack:
        # All of them are looked at before any of them changes something.
        archives = [_open(stack, file) for file in files]
        total = sum(_count(file, archive) for file, archive in zip(files, archives, strict=True))
        with draw_bar(total, "Reading packages", is_shown=not as_json) as bar:
            for file, archive in zip(files, archives, strict=True):
                for packages in _batches(file, archive):
                    plans = _take(target, packages, seen, is_dry=dry_run)
                    counts.update(plan.outcome for plan in plans)
                    _tell(file, plans)
                    bar.update(len(packages))
    data = {key: counts[outcome] for outcome, key in _KEYS.items()}
    if not dry_run:
        _audit("packages.imported", integration_id, {key: str(number) for key, number in data.items()})
    line = ", ".join(f"{number} {key}" for key, number in data.items())
    show(data, as_json=as_json, lines=[line + (" (nothing was changed)" if dry_run else "")])
    context.exit(1 if counts[Outcome.ERROR] else 0)


@catalog.command("export")
@click.option("--integration", "integration_id", required=True, metavar="ID")
@click.option("--course", "course_ids", multiple=True, metavar="ID", help="Instead of all; may be repeated.")
@click.option("--output", required=True, metavar="ZIP", type=click.Path(dir_okay=False, path_type=Path))
@json_option
def export(integration_id: str, course_ids: tuple[str, ...], output: Path, as_json: bool) -> None:
    """Write packages for an LMS whose launch URLs lead to this server."""
    with db.reading() as session:
        integration = get_integration(session, integration_id)
        organisation = load_organisation(session, settings_of(current_app))
        wanted = list_exportable(session, integration.id, course_ids)
    warnings = []
    if not organisation.is_https:
        warnings.append(
            f"the public URL is {organisation.public_url}: an LMS under https cannot launch plain http"
        )
    with output.open("wb") as file, draw_bar(len(wanted), "Writing", is_shown=not as_json) as bar:
        courses = _read(wanted, f"{organisation.lms_launch_url}{integration.id}", bar)
        count = write_zip(file, courses, made_at=clock.now())
    _audit("packages.exported", integration.id, {"courses": str(count)})
    for warning in warnings:
        note(f"Warning: {warning}")
    data = {"courses": count, "output": str(output), "warnings": warnings}
    show(data, as_json=as_json, lines=[f"Wrote {count} courses to {output}"])


def _target(session: Session, integration_id: str) -> Target:
    integration = get_integration(session, integration_id)
    return Target(integration.id, load_organisation(session, settings_of(current_app)).lms_launch_url)


def _open(stack: ExitStack, file: str) -> PackageZip:
    try:
        return PackageZip(stack.enter_context(Path(file).open("rb")))
    except HostileZip as error:
        raise click.ClickException(f"{file}: {error}") from None


def _count(file: str, archive: PackageZip) -> int:
    try:
        return archive.count()
    except HostileZip as error:
        raise click.ClickException(f"{file}: {error}") from None


def _batches(file: str, archive: PackageZip) -> Iterator[list[Package]]:
    packages = (read_raw(raw) for raw in archive.read())
    while True:
        try:
            batch = list(itertools.islice(packages, _PACKAGES_AT_ONCE))
        except HostileZip as error:
            raise click.ClickException(f"{file}: {error}") from None
        if not batch:
            return
        yield batch


def _take(target: Target, packages: Sequence[Package], seen: set[str], *, is_dry: bool) -> list[Plan]:
    settings = settings_of(current_app)
    if is_dry:
        with db.reading() as session:
            return plan_packages(session, settings, target, packages, seen=seen)

    def take(session: Session) -> tuple[list[Plan], set[str]]:
        # The work may be done twice: what it has seen counts once it is stored.
        seen_too = set(seen)
        plans = plan_packages(session, settings, target, packages, seen=seen_too)
        apply_plans(session, target, plans)
        return plans, seen_too

    plans, seen_too = db.transact(take)
    seen |= seen_too
    return plans


def _tell(file: str, plans: Iterable[Plan]) -> None:
    for plan in plans:
        if plan.outcome is Outcome.SKIPPED:
            note(f"{file}: skipped {plan.package.name}: {plan.notes[0]}")
        for problem in plan.package.problems:
            if not plan.package.is_fragment:
                note(f"{file}: {problem.severity}: {problem}")


def _read(wanted: Sequence[str], launch_base: str, bar: Bar) -> Iterator[ExportedCourse]:
    for start in range(0, len(wanted), COURSES_AT_ONCE):
        with db.reading() as session:
            some = wanted[start : start + COURSES_AT_ONCE]
            courses = read_courses(session, some, launch_base=launch_base)
        yield from courses
        bar.update(len(some))


def _audit(action: str, integration_id: str, detail: dict[str, str]) -> None:
    with db.transaction() as session:
        write_audit(session, actor=COMMAND_LINE, action=action, target=integration_id, detail=detail)
