"""What the AICC sessions of the last days show: never called, only asked, left open, on two networks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from ipaddress import ip_address, ip_network

from sqlalchemy import Select, exists, func, or_, select
from sqlalchemy.orm import Session

from app import clock
from app.access.integrations import Integration
from app.access.launches import EndReason, Launch as OpenedLaunch, LessonMode
from app.inspector.checking import Check, State
from app.models.launches import AiccRecord, Launch
from app.models.learning import Observation
from app.models.records import Exchange
from app.progress.values import Status
from app.words import worded, worded_many

WITHIN = timedelta(days=7)
# Content that has not called by then did not start; one that has said nothing by then will not.
CALLS_WITHIN = timedelta(minutes=5)
REPORTS_WITHIN = timedelta(minutes=30)
# Long before this server ends a session, nobody sits at a course that has not spoken for hours.
LEFT_AFTER = timedelta(hours=2)
_MOST = 500


def check_sessions(
    session: Session, integration: Integration, *, has_networks: bool = True
) -> Iterator[Check]:
    """Judge the sessions of an integration that were opened lately, in the order of a session's life.

    `has_networks` asks who spoke from several networks too, for which a week's messages are read.
    """
    now = clock.now()
    row = Launch
    mine = (row.integration_id == integration.id, row.is_demo.is_(False))
    recent = select(row.id).where(*mine, row.opened_at > now - WITHIN).order_by(row.opened_at.desc())
    yield from _check_calls(session, integration, recent.where(row.opened_at < now - CALLS_WITHIN))
    heard = recent.where(row.first_message_at.is_not(None))
    # That content has called is an observation too: of a course that is not started.
    reported = exists().where(
        Observation.channel == "aicc",
        Observation.source == row.id,
        Observation.status != Status.NOT_STARTED.value,
    )
    is_review = row.lesson_mode == LessonMode.REVIEW.value
    has_answered = exists().where(AiccRecord.launch_id == row.id)
    silent = heard.where(row.last_message_at < now - REPORTS_WITHIN, ~reported, ~is_review, ~has_answered)
    if number := _count(session, silent):
        yield _tell_silent(integration, number)
    is_open = or_(row.end_reason.is_(None), row.end_reason != EndReason.EXIT.value)
    left = heard.where(row.last_message_at < now - LEFT_AFTER, is_open, reported)
    if number := _count(session, left):
        yield _tell_left(integration, number)
    if has_networks:
        yield from _check_networks(session, integration)


def judge_session(launch: OpenedLaunch, *, has_called: bool, has_reported: bool) -> str:
    """Return the code of what one session shows by itself, "" where all is as it should be.

    A call that was refused is one too. Whoever reviews a course reports nothing of it.
    """
    now = clock.now()
    if launch.is_demo:
        return ""
    if launch.last_message_at is None:
        return "A1" if not has_called and launch.opened_at < now - CALLS_WITHIN else ""
    if not has_reported:
        is_silent = launch.lesson_mode is not LessonMode.REVIEW
        return "A3" if is_silent and launch.last_message_at < now - REPORTS_WITHIN else ""
    has_left = launch.end_reason is not EndReason.EXIT and launch.last_message_at < now - LEFT_AFTER
    return "A4" if has_left else ""


def networks_of(addresses: Iterable[str]) -> set[str]:
    """Return the networks that addresses belong to, as large as one house has them: /24, or /48 of IPv6."""
    found = set()
    for text in addresses:
        try:
            address = ip_address(text)
        except ValueError:
            continue
        found.add(str(ip_network(f"{address}/{24 if address.version == 4 else 48}", strict=False)))
    return found


def _check_calls(session: Session, integration: Integration, opened: Select[str]) -> Iterator[Check]:
    """Judge whether the sessions that were opened long enough ago have called."""
    count = _count(session, opened)
    unheard = _count(session, opened.where(Launch.first_message_at.is_(None)))
    name = worded("launches of %(name)s", name=integration.name)
    if unheard:
        hosts = ", ".join(integration.host_names)
        detail = worded(
            "%(unheard)s of %(all)s courses opened in the last 7 days never called (no GetParam)",
            unheard=unheard,
            all=count,
        )
        fix = (
            worded(
                "Compare the host name in LinkedIn, Configure AICC, with the one on the integration's page "
                "(%(hosts)s).",
                hosts=hosts,
            )
            if hosts
            else worded(
                "Compare the host name in LinkedIn, Configure AICC, with the one on the integration's page."
            )
        )
        yield Check(name, State.WARN, detail, fix, "A1", integration.id)
    elif count:
        detail = worded("all %(count)s of the last 7 days called", count=count)
        yield Check(name, State.OK, detail, "", "", integration.id)


def _tell_silent(integration: Integration, number: int) -> Check:
    detail = worded_many(
        "%(num)s asked where the learner left off and reported nothing",
        "%(num)s asked where the learner left off and reported nothing",
        number,
    )
    fix = worded(
        "Ask the learners to stay in the course that the link opens; others need a link of their own."
    )
    name = worded("reports of %(name)s", name=integration.name)
    return Check(name, State.WARN, detail, fix, "A3", integration.id)


def _tell_left(integration: Integration, number: int) -> Check:
    detail = worded_many(
        "%(num)s ended without ExitAU; what was reported is kept",
        "%(num)s ended without ExitAU; what was reported is kept",
        number,
    )
    name = worded("endings of %(name)s", name=integration.name)
    return Check(name, State.OK, detail, "", "A4", integration.id)


def _check_networks(session: Session, integration: Integration) -> Iterator[Check]:
    row = Exchange
    since = clock.now() - WITHIN
    several = (
        select(row.launch_id)
        .where(row.integration_id == integration.id, row.received_at > since, row.is_demo.is_(False))
        .where(row.face == "hacp", row.launch_id.is_not(None))
        .group_by(row.launch_id)
        .having(func.count(func.distinct(row.client_address)) > 1)
        .limit(_MOST)
    )
    ids = list(session.scalars(several))
    addresses: dict[str, set[str]] = {}
    query = select(row.launch_id, row.client_address).where(row.launch_id.in_(ids), row.face == "hacp")
    for launch_id, address in session.execute(query.distinct()):
        addresses.setdefault(str(launch_id), set()).add(address)
    shared = sum(len(networks_of(each)) > 1 for each in addresses.values())
    if shared:
        detail = worded_many(
            "%(num)s sessions were heard from two networks",
            "%(num)s sessions were heard from two networks",
            shared,
        )
        fix = worded("If links are passed on: Integrations › Edit › Launch links, let a link be used once.")
        name = worded("networks of %(name)s", name=integration.name)
        yield Check(name, State.WARN, detail, fix, "A6", integration.id)


def _count(session: Session, query: Select[str]) -> int:
    rows = query.limit(_MOST).subquery()
    return session.execute(select(func.count()).select_from(rows)).scalar_one()
