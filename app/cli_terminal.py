"""What all commands share: one line for an error, JSON on stdout when asked for, names made harmless."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any, TypeVar, cast

import click
from flask.cli import AppGroup
from sqlalchemy.exc import DBAPIError

from app.access.accounts import LastOwner
from app.access.api_tokens import BadToken, UnknownToken
from app.access.hosts import BadHost
from app.access.integrations import BadIntegration, UnknownIntegration
from app.access.launches import IntegrationDisabled
from app.access.people import BadPassword, BadPerson, UnknownPerson
from app.catalog.service import BadCourse, UnknownCourse
from app.db import DatabaseUnavailable
from app.delivery.destinations import BadDestination, UnknownDestination
from app.delivery.letter import CannotWrite
from app.delivery.queries import UnknownDelivery
from app.inspector.sessions import UnknownSession
from app.learners.merging import UnknownMerge
from app.learners.sheet import BadSheet
from app.learners.values import BadLearner, UnknownLearner
from app.progress.deciding import UnknownDecision
from app.progress.decision_rules import BadDecision
from app.progress.history import UnknownProgress
from app.rehearsal import Watch
from app.simulator.ledger import Event, Kind

F = TypeVar("F", bound=Callable[..., Any])

# What a command may be refused for: shown as one line, exit code 1.
_REFUSALS = (
    BadCourse,
    BadDecision,
    BadDestination,
    BadHost,
    BadIntegration,
    BadLearner,
    BadPassword,
    BadPerson,
    BadToken,
    BadSheet,
    CannotWrite,
    IntegrationDisabled,
    LastOwner,
    UnknownCourse,
    UnknownDecision,
    UnknownDelivery,
    UnknownDestination,
    UnknownIntegration,
    UnknownLearner,
    UnknownMerge,
    UnknownPerson,
    UnknownProgress,
    UnknownSession,
    UnknownToken,
)


class OneLineErrors(click.Command):
    """A command whose errors are one line on stderr: 1 for a refusal, 2 for wrong usage."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        with _one_line():
            _refuse_stray_bytes(args)
            return super().make_context(info_name, args, parent, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        with _one_line():
            return super().invoke(ctx)


class Noun(OneLineErrors, AppGroup):
    """A group of commands about one noun; they run with an application context."""

    def command(  # type: ignore[override]  # it takes what click's own takes
        self, *args: Any, **options: Any
    ) -> Callable[[Callable[..., Any]], click.Command]:
        options.setdefault("cls", OneLineErrors)
        return super().command(*args, **options)


@contextmanager
def _one_line() -> Iterator[None]:
    try:
        yield
    except click.UsageError as error:
        where = f" (see {error.ctx.command_path} --help)" if error.ctx else ""
        raise click.UsageError(one_line(error.format_message()) + where) from None
    except _REFUSALS as error:
        raise click.ClickException(one_line(str(error))) from None
    except DatabaseUnavailable as error:
        raise click.ClickException(one_line(f"the database is not available: {error}")) from None
    except DBAPIError as error:
        reason = one_line(str(error.orig).partition("\n")[0])
        raise click.ClickException(
            f"the database refused: {reason} (is it migrated? flask --app wsgi db upgrade)"
        ) from None
    except BrokenPipeError:
        raise
    except OSError as error:
        raise click.ClickException(one_line(str(error))) from None


def _refuse_stray_bytes(arguments: list[str]) -> None:
    """Refuse bytes that are not UTF-8: Python passes them on as lone surrogates, which no database takes."""
    for argument in arguments:
        try:
            argument.encode()
        except UnicodeEncodeError:
            raise click.UsageError("an argument is not UTF-8 text") from None


def one_line(text: str) -> str:
    """Put text on one line without control characters: names may hold escape sequences for a terminal."""
    return " ".join(_printable(text).split())


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else " " for c in text)


def json_option(function: F) -> F:
    """Add `--json`."""
    option = click.option("--json", "as_json", is_flag=True, help="Print JSON on stdout, and nothing else.")
    return option(function)


def show(data: Any, *, as_json: bool, lines: Iterable[str]) -> None:
    """Print the JSON data, or the lines for people."""
    if as_json:
        click.echo(to_json(data, indent=2))
        return
    for line in lines:
        click.echo(_printable(line))


def show_json_list(items: Iterable[Any]) -> None:
    """Print a JSON list item by item, so that a long one needs no memory."""
    for chunk in json_chunks(items):
        click.echo(chunk, nl=False)


def json_chunks(items: Iterable[Any]) -> Iterator[str]:
    """Yield the text of a JSON list in pieces, one an item."""
    yield "["
    for number, item in enumerate(items):
        yield ("," if number else "") + "\n  " + to_json(item)
    yield "\n]\n"


def to_json(data: Any, *, indent: int | None = None) -> str:
    """Write JSON; letters beyond ASCII stay readable where the terminal can show them."""
    encoding = (getattr(sys.stdout, "encoding", None) or "").lower()
    return json.dumps(data, indent=indent, ensure_ascii=not encoding.startswith("utf"))


def note(text: str) -> None:
    """Tell the person something beside the result: on stderr, whatever stdout is for."""
    click.echo(one_line(text), err=True)


def watch_bar(label: str) -> Watch:
    """Return a progress bar on stderr for a run of messages; nothing is drawn where nobody looks."""

    @contextmanager
    def watch(total: int) -> Iterator[Callable[[Event], None]]:
        with click.progressbar(length=total, label=label, file=sys.stderr, width=0) as bar:

            def advance(event: Event) -> None:
                # Tokens are not part of the plan; they would push the bar beyond its end.
                if event.kind is not Kind.TOKEN:
                    bar.update(1)

            yield advance

    return watch


def draw_bar(length: int | None, label: str, *, is_shown: bool) -> AbstractContextManager[Bar]:
    """Return a progress bar on stderr, or nothing where nobody looks or the end is not known."""
    if length is None or not is_shown or not sys.stderr.isatty():
        return nullcontext(Bar())
    return cast(
        AbstractContextManager[Bar],
        click.progressbar(length=length, label=label, file=sys.stderr, width=0),
    )


class Bar:
    """The progress bar of a run that nobody watches."""

    def update(self, steps: int) -> None:
        """Show nothing."""
