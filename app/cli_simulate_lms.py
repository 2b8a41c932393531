"""`simulate lms`: an LMS of its own on a port, to launch exported packages from and to pass results on to."""

from __future__ import annotations

import json
from pathlib import Path

import click

from app.cli_terminal import OneLineErrors, note
from app.simulator.lms import Lms
from app.simulator.lms_package import BadPackage, read_units
from app.simulator.lms_server import Campus, make_server
from app.simulator.sinks import WebhookSink


@click.command("lms", cls=OneLineErrors)
@click.option("--host", default="127.0.0.1", show_default=True, help="Where it listens.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8090, show_default=True, help="0: any free one."
)
@click.option("--url", default=None, help="Its address for others; default: http://HOST:PORT.")
@click.option(
    "--package",
    "packages",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    multiple=True,
    help="A zip that `catalog export` wrote; may be given several times.",
)
@click.option(
    "--student",
    "students",
    type=(str, str),
    multiple=True,
    default=[("1001", "Diaz, Ana")],
    show_default=True,
    metavar="ID NAME",
)
@click.option(
    "--quirks", default="{}", help='Bad habits as JSON, such as {"next_line": true, "version": ""}.'
)
@click.option("--webhook-secret", default="", help="whsec_…; webhooks without its signature get 401.")
def lms(
    host: str,
    port: int,
    url: str | None,
    packages: tuple[Path, ...],
    students: tuple[tuple[str, str], ...],
    quirks: str,
    webhook_secret: str,
) -> None:
    """Be an LMS until Ctrl+C: a page to launch from, /hacp, /webhook, /xapi, and /ledger of all it saw.

    POST /settings changes its habits while it runs. Whoever shall reach it allows its address with
    WAYMARK_OUTBOUND_ALLOW and registers its host name with the integration.
    """
    campus = Campus(Lms("", dict(students)), WebhookSink(webhook_secret))
    for package in packages:
        try:
            campus.lms.add_units(read_units(package.read_bytes()))
        except BadPackage as error:
            raise click.ClickException(f"{package.name}: {error}") from error
    try:
        campus.lms.change(dict(json.loads(quirks)))
    except (ValueError, TypeError) as error:
        raise click.UsageError(f"--quirks: {error}") from error
    with make_server(campus, port, host=host) as server:
        address = url or f"http://{host}:{server.server_address[1]}"
        campus.lms.hacp_url = f"{address}/hacp"
        count = len(campus.lms.units)
        lessons = "one lesson" if count == 1 else f"{count} lessons"
        note(f"A simulated LMS with {lessons} is at {address}/ (Ctrl+C ends it)")
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            note("Ended.")
