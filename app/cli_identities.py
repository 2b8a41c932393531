"""`learner import|unmatched|merge|unmerge|split`: who is who, learnt and corrected."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

import click
from sqlalchemy.orm import Session

from app import clock, db
from app.access.audit import COMMAND_LINE, write_audit
from app.cli_learning import describe_learner, learner
from app.cli_terminal import draw_bar, json_option, show
from app.learners.merging import Reassigned
from app.learners.service import get_learner, list_identities
from app.learners.sheet import read_sheet
from app.learners.unmatched import list_unmatched
from app.learners.values import BadLearner
from app.progress.learner_import import Outcome, apply_lines, in_batches, plan_lines
from app.progress.reassigning import merge_learners, split_learner, undo_merge

__all__ = ["learner"]

_ME = COMMAND_LINE.name


@learner.command("merge")
@click.argument("keep_id", metavar="KEEP")
@click.argument("other_id", metavar="OTHER")
@json_option
def merge(keep_id: str, other_id: str, as_json: bool) -> None:
    """Let the learner KEEP have everything of OTHER, who is the same person; see unmerge."""
    done = db.transact(
        partial(
            _audited, "learner.merged", lambda session: merge_learners(session, keep_id, other_id, by=_ME)
        )
    )
    _show(done, as_json=as_json, words="Merged; take it back with: learner unmerge")


@learner.command("unmerge")
@click.argument("merge_id", metavar="MERGE")
@json_option
def unmerge(merge_id: str, as_json: bool) -> None:
    """Undo a merge: what moved goes back, and with it what came since under the same identities."""
    done = db.transact(
        partial(_audited, "learner.unmerged", lambda session: undo_merge(session, merge_id, by=_ME))
    )
    _show(done, as_json=as_json, words="Undone:")


@learner.command("split")
@click.argument("learner_id", metavar="LEARNER")
@click.option(
    "--identity", "wanted", multiple=True, required=True, metavar="VALUE", help="May be given several times."
)
@click.option("--to", "to_id", default=None, metavar="ID", help="Another learner instead of a new one.")
@json_option
def split(learner_id: str, wanted: tuple[str, ...], to_id: str | None, as_json: bool) -> None:
    """Take identities, and all that was reported under them, out of a learner."""

    def work(session: Session) -> Reassigned:
        ids = [_find(session, learner_id, value) for value in wanted]
        return split_learner(session, learner_id, ids, to_id=to_id)

    done = db.transact(partial(_audited, "learner.split", work))
    _show(done, as_json=as_json, words="Split.")


@learner.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
@json_option
def import_(file: Path, dry_run: bool, as_json: bool) -> None:
    """Take in a CSV list of learners: id, email, name, group, manager; bad lines are left out and named."""
    data = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    sheet = read_sheet(data)
    outcome, taken = Outcome.of(sheet), dict[str, int]()
    with draw_bar(len(sheet.lines), "Learners", is_shown=not as_json) as bar:
        for lines in in_batches(sheet.lines):
            if dry_run:
                with db.reading() as session:
                    outcome.add(plan_lines(session, lines, taken=taken))
            else:
                outcome.add(db.transact(partial(apply_lines, lines=lines, by=_ME, taken=taken)))
            bar.update(len(lines))
    if not dry_run:
        detail = {name: str(count) for name, count in outcome.counts().items()}
        with db.transaction() as session:
            write_audit(
                session, actor=COMMAND_LINE, action="learner.imported", target=file.name, detail=detail
            )
    errors = [{"line": each.number, "message": each.message} for each in outcome.errors]
    would = "would be " if dry_run else ""
    words = f"{outcome.new} {would}new, {outcome.changed} {would}changed, {outcome.same} the same"
    show(
        {**outcome.counts(), "errors": errors, "dry_run": dry_run},
        as_json=as_json,
        lines=[*(f"line {each.number}: {each.message}" for each in outcome.errors), words],
    )


@learner.command("unmatched")
@click.option("--ignored", is_flag=True, help="Those who are ignored instead.")
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True)
@json_option
def unmatched(ignored: bool, limit: int, as_json: bool) -> None:
    """List the people whom messages named and nobody has matched, the newest first."""
    with db.reading() as session:
        found = list_unmatched(session, is_ignored=ignored, limit=limit)
    data = [
        {
            "learner": describe_learner(each.learner),
            "integrations": list(each.integrations),
            "messages": each.reports,
            "courses": each.courses,
            "last_at": each.last_at and clock.format_rfc3339(each.last_at),
            "suggestions": [
                {"id": one.learner.id, "name": one.learner.name, "percent": one.percent, "why": one.reason}
                for one in each.suggestions
            ],
        }
        for each in found
    ]
    lines = [
        f"{each.learner.id}  {each.learner.name}  {each.reports} messages"
        + "".join(f"; {one.percent} % {one.learner.name} ({one.reason})" for one in each.suggestions[:1])
        for each in found
    ]
    show(data, as_json=as_json, lines=lines or ["Everyone is matched."])


def _audited(action: str, work, session: Session) -> Reassigned:  # type: ignore[no-untyped-def]
    done: Reassigned = work(session)
    detail = {"from": done.from_id, "identities": str(len(done.identity_ids))}
    write_audit(session, actor=COMMAND_LINE, action=action, target=done.to_id, detail=detail)
    return done


def _find(session: Session, learner_id: str, wanted: str) -> int:
    """Return the identity with this value, KIND:VALUE or number."""
    known = list_identities(session, get_learner(session, learner_id).id)
    for names in (lambda i: i.value, lambda i: f"{i.kind}:{i.value}", lambda i: str(i.id)):
        found = [each.id for each in known if names(each).casefold() == wanted.casefold()]
        if len(found) == 1:
            return found[0]
    raise BadLearner(f"the learner has no identity {wanted!r}, or several: name it KIND:VALUE")


def _show(done: Reassigned, *, as_json: bool, words: str) -> None:
    with db.reading() as session:
        now = get_learner(session, done.to_id)
    data = {
        "merge_id": done.merge_id or None,
        "learner": describe_learner(now),
        "from": done.from_id,
        "identities_moved": len(done.identity_ids),
    }
    show(data, as_json=as_json, lines=[f"{now.id}  {now.name}", f"{words} {done.merge_id}".rstrip()])
