"""`statements export|import`: a record store as lines of JSON; gzipped when the name ends in .gz."""

from __future__ import annotations

import gzip
import itertools
import sys
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from pathlib import Path
from typing import IO, cast

import click
from flask import current_app
from sqlalchemy.orm import Session

from app import db
from app.access.audit import COMMAND_LINE, write_audit
from app.cli_terminal import Noun, draw_bar, json_option, note, one_line, show
from app.settings import settings_of
from app.xapi.admission import Caller
from app.xapi.errors import XapiError
from app.xapi.exporting import begin_export, count_stored, read_lines
from app.xapi.importing import Line, Taken, describe, find_importer, take_lines

_LINES_AT_ONCE = 500
_BYTES_AT_ONCE = 5_000_000
# An attachment may be as large as a request, and is a third larger in Base64.
_LONGEST_LINE = 16 * 1024 * 1024
_STANDARD = "-"


@click.group(cls=Noun)
def statements() -> None:
    """The statements of an integration's record store."""


@statements.command("export")
@click.option("--integration", "integration_id", required=True, metavar="ID")
@click.option("--output", default=_STANDARD, metavar="FILE", help="Instead of stdout; FILE.gz is compressed.")
@click.option("--since", default=None, metavar="TIMESTAMP", help="Stored after this moment.")
@click.option("--until", default=None, metavar="TIMESTAMP", help="Stored at this moment or before.")
@click.option("--verb", default=None, metavar="IRI")
@click.option("--activity", default=None, metavar="IRI")
@click.option("--agent", default=None, metavar="JSON", help='Such as {"mbox": "mailto:ana@example.com"}.')
@click.option("--no-attachments", is_flag=True, help="Leave the data of attachments out.")
@json_option
def export(
    integration_id: str, output: str, no_attachments: bool, as_json: bool, **filters: str | None
) -> None:
    """Write statements as they are stored, oldest first, voided ones too, one on each line."""
    wanted = {name: value for name, value in filters.items() if value is not None}
    with db.reading() as session:
        try:
            run = begin_export(session, integration_id, wanted, has_attachments=not no_attachments)
        except XapiError as error:
            raise click.UsageError(error.text) from None
        total = None if wanted else count_stored(session, integration_id)
    written = 0
    with _opened(output, "wb") as file, draw_bar(total, "Writing statements", is_shown=not as_json) as bar:
        while True:
            with db.reading() as session:
                lines, number = read_lines(session, run)
            if not number:
                break
            file.writelines(lines)
            written += number
            bar.update(number)
    _audit("statements.exported", integration_id, {"statements": str(written)})
    if as_json and output != _STANDARD:
        show({"statements": written}, as_json=True, lines=())
    else:
        note(f"Wrote {written} statements")


@statements.command("import")
@click.argument("file", metavar="FILE")
@click.option("--integration", "integration_id", required=True, metavar="ID")
@json_option
@click.pass_context
def import_(context: click.Context, file: str, integration_id: str, as_json: bool) -> None:
    """Store the statements of an export; what is there already stays as it is, so it can be repeated.

    Ids and timestamps are kept; `stored` and `authority` are this store's own.
    """
    with db.reading() as session:
        try:
            caller = find_importer(session, settings_of(current_app), integration_id)
        except XapiError as error:
            raise click.ClickException(error.text) from None
    new = same = failed = 0
    size = Path(file).stat().st_size if file != _STANDARD else None
    with _opened(file, "rb") as source, draw_bar(size, "Reading statements", is_shown=not as_json) as bar:
        for lines in _batches(_read_lines(source)):
            taken = _take(caller, lines)
            new, same, failed = new + taken.new, same + taken.same, failed + len(taken.errors)
            for number, text in taken.errors:
                note(f"{file}:{number}: {one_line(text)}")
            bar.update(0 if file.endswith(".gz") else sum(len(line.text) for line in lines))
    _audit("statements.imported", integration_id, {"new": str(new), "same": str(same), "errors": str(failed)})
    show(
        {"new": new, "same": same, "errors": failed},
        as_json=as_json,
        lines=[f"{new} new, {same} there already, {failed} refused."],
    )
    context.exit(1 if failed else 0)


def _take(caller: Caller, lines: Sequence[Line]) -> Taken:
    """Store lines together; when one of them cannot be stored, each by itself."""
    settings = settings_of(current_app)

    def take(session: Session, some: Sequence[Line]) -> Taken:
        return take_lines(session, settings, caller, some)

    try:
        return db.transact(partial(take, some=lines))
    except XapiError as error:
        if len(lines) == 1:
            return Taken(0, 0, ((lines[0].number, describe(error)),))
    each = [_take(caller, [line]) for line in lines]
    errors = tuple(itertools.chain.from_iterable(one.errors for one in each))
    return Taken(sum(one.new for one in each), sum(one.same for one in each), errors)


def _read_lines(source: IO[bytes]) -> Iterator[Line]:
    for number in itertools.count(1):
        try:
            text = more = source.readline(_LONGEST_LINE)
            # Of a longer line the rest is passed over: what is left of it is refused for being incomplete.
            while len(more) == _LONGEST_LINE and not more.endswith(b"\n"):
                more = source.readline(_LONGEST_LINE)
        except (EOFError, zlib.error) as error:
            raise click.ClickException(
                f"the file cannot be unpacked after line {number - 1}: {error}"
            ) from None
        if not text:
            return
        yield Line(number, text)


def _batches(lines: Iterable[Line]) -> Iterator[list[Line]]:
    batch: list[Line] = []
    size = 0
    for line in lines:
        batch.append(line)
        size += len(line.text)
        if len(batch) == _LINES_AT_ONCE or size > _BYTES_AT_ONCE:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _opened(name: str, mode: str) -> AbstractContextManager[IO[bytes]]:
    if name == _STANDARD:
        return nullcontext(sys.stdin.buffer if mode == "rb" else sys.stdout.buffer)
    if name.endswith(".gz"):
        return cast(AbstractContextManager[IO[bytes]], gzip.open(name, mode))
    return cast(AbstractContextManager[IO[bytes]], Path(name).open(mode))


def _audit(action: str, integration_id: str, detail: dict[str, str]) -> None:
    with db.transaction() as session:
        write_audit(session, actor=COMMAND_LINE, action=action, target=integration_id, detail=detail)
