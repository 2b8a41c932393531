"""`simulate linkedin`: set the stage as an admin and an LMS would, then let a stranger report over HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import click
from flask import current_app

from app import clock, db
from app.access.audit import COMMAND_LINE, write_audit
from app.access.hosts import parse_public_url
from app.access.integrations import Integration, Kind, add_integration, get_integration, list_integrations
from app.access.organisation import Organisation, load_organisation
from app.cli_simulate_lms import lms
from app.cli_terminal import Noun, json_option, note, show, watch_bar
from app.rehearsal import Performance, describe, is_good, perform
from app.settings import settings_of
from app.simulator.cast import cast_courses, cast_learners
from app.simulator.plan import Channels, make_plan
from app.simulator.transport import HttpTransport, TransportError
from app.simulator.webhook import UserType

SIMULATED_NAME = "LinkedIn Learning (simulated)"


@click.group(cls=Noun)
def simulate() -> None:
    """Play a content source against a running server, or an LMS that launches from one."""


simulate.add_command(lms)


@simulate.command("linkedin")
@click.option("--url", default=None, help="Where the server is reached; default: its public URL.")
@click.option("--integration", "integration_id", default=None, metavar="ID")
@click.option("--learners", type=click.IntRange(1, 100_000), default=20, show_default=True)
@click.option("--courses", type=click.IntRange(1, 10_000), default=10, show_default=True)
@click.option(
    "--channel", type=click.Choice([each.value for each in Channels]), default="both", show_default=True
)
@click.option(
    "--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Same seed, same people."
)
@click.option(
    "--density", type=click.FloatRange(0, 1), default=0.5, show_default=True, help="Share of courses taken."
)
@click.option(
    "--days", type=click.FloatRange(0, 3650), default=30.0, show_default=True, help="Spread over so many."
)
@click.option("--speed", type=click.FloatRange(min=0), default=0.0, help="Messages per second; 0: no limit.")
@click.option("--workers", type=click.IntRange(1, 64), default=4, show_default=True)
@click.option("--user-type", type=click.Choice([each.value for each in UserType]), default=None)
@json_option
def linkedin(
    url: str | None,
    integration_id: str | None,
    learners: int,
    courses: int,
    channel: str,
    seed: int,
    density: float,
    days: float,
    speed: float,
    workers: int,
    user_type: str | None,
    as_json: bool,
) -> None:
    """Report as LinkedIn Learning would, then check that everything acknowledged is in the records.

    Adds the learners and courses (the same seed finds them again) and uses a credential of its own.
    """
    settings = settings_of(current_app)
    with db.reading() as session:
        organisation = load_organisation(session, settings)
        chosen = _choose(list_integrations(session), integration_id)
        if integration_id is not None:
            chosen = get_integration(session, integration_id)
    transport = _connect(url, organisation)
    integration = _prepare(organisation, chosen)
    now = clock.now()
    plan = make_plan(
        seed,
        cast_learners(seed, learners),
        cast_courses(seed, courses),
        channels=Channels(channel),
        start=now - timedelta(days=days),
        end=now,
        density=density,
    )
    performance = Performance(
        plan=plan,
        user_type=_user_type(user_type, integration),
        events_per_second=speed,
        workers=workers,
    )
    try:
        watch = watch_bar("Reporting")
        summary, verification = perform(
            settings, organisation, integration, transport, performance, watch=watch
        )
    finally:
        transport.close()
    data = {"integration_id": integration.id, **describe(summary, verification)}
    show(data, as_json=as_json, lines=_lines(data))
    for problem in (*summary.problems, *verification.missing[:20], *verification.doubled[:20]):
        note(problem)
    if not is_good(summary, verification):
        raise click.ClickException(
            f"{summary.refused} refused, {summary.failed} without an answer, "
            f"{len(verification.missing)} missing, {len(verification.doubled)} doubled"
        )


def _choose(found: Sequence[Integration], integration_id: str | None) -> Integration | None:
    """Take the only LinkedIn integration; None when there is none yet."""
    linkedin_ones = [each for each in found if each.kind is Kind.LINKEDIN_LEARNING and not each.is_demo]
    if integration_id is None and len(linkedin_ones) > 1:
        names = ", ".join(f"{each.id} ({each.name})" for each in linkedin_ones)
        raise click.ClickException(
            f"there are several LinkedIn integrations; choose by --integration: {names}"
        )
    return linkedin_ones[0] if linkedin_ones else None


def _prepare(organisation: Organisation, chosen: Integration | None) -> Integration:
    with db.transaction() as session:
        if chosen is None:
            chosen = add_integration(session, organisation, kind=Kind.LINKEDIN_LEARNING, name=SIMULATED_NAME)
            write_audit(session, actor=COMMAND_LINE, action="integration.added", target=chosen.id)
        if not chosen.is_enabled:
            raise click.ClickException(
                f"{chosen.name} is disabled: enable it, or choose another by --integration"
            )
        write_audit(session, actor=COMMAND_LINE, action="simulation.run", target=chosen.id)
    return chosen


def _connect(url: str | None, organisation: Organisation) -> HttpTransport:
    """Make sure that somebody answers before anything is prepared."""
    reach_url = parse_public_url(url or organisation.public_url)[0]
    transport = HttpTransport(reach_url, public_url=organisation.public_url)
    try:
        reply = transport.send("GET", f"{reach_url}/livez")
    except TransportError:
        transport.close()
        raise click.ClickException(f"nobody answers at {reach_url}: start the server (make run)") from None
    if reply.status != 200:
        transport.close()
        raise click.ClickException(f"{reach_url} answers /livez with {reply.status}: is Waymark there?")
    return transport


def _user_type(given: str | None, integration: Integration) -> UserType:
    if given is not None:
        return UserType(given)
    return UserType(integration.user_type.value) if integration.user_type else UserType.EMAIL


def _lines(data: dict[str, object]) -> list[str]:
    names = ("sent", "acknowledged", "refused", "failed", "verified", "rows", "seconds")
    return [f"{name:<14} {data[name]}" for name in names]
