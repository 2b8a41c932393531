"""A visit to a launch link: the session it opens, and what the exchange log keeps of it.

Opening a link spends nothing, so that a mail scanner which follows it leaves it good for the learner. A link
that may be used once is spent by the first message of the content it opened: two people who open it before
that each get a session, and both sessions go on.
"""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy.orm import Session

from app import clock
from app.access.host_registry import HostVerdict, judge_host
from app.access.integrations import UnknownIntegration, get_integration
from app.access.launches import (
    BadLaunchLink,
    ExpiredLaunchLink,
    IntegrationDisabled,
    LaunchTicket,
    is_link_spent,
    open_launch,
    read_launch_link,
)
from app.access.organisation import Organisation, load_organisation
from app.catalog.service import UnknownCourse
from app.hacp.journal import Received
from app.inspector.exchanges import NewExchange, write_exchange, write_refusal
from app.inspector.findings import Finding
from app.learners.values import UnknownLearner
from app.progress.service import is_complete
from app.settings import Settings
from app.words import worded


class CannotLaunch(Exception):
    """The link opens nothing; status, a sentence for the learner who followed it, a finding for the admin.

    `advice` is a second sentence, on what to do; `may_retry` says that the same address may be good later.
    """

    def __init__(
        self,
        status: int,
        sentence: str,
        finding: Finding | None = None,
        *,
        advice: str = "",
        may_retry: bool = False,
    ) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence
        self.finding = finding
        self.advice = advice
        self.may_retry = may_retry


REASONS: dict[type[Exception], tuple[int, str]] = {
    ExpiredLaunchLink: (
        410,
        worded("This link has expired. Please ask the person who sent it for a new one."),
    ),
    BadLaunchLink: (
        404,
        worded("This link is not complete. Please copy the whole link, or ask for a new one."),
    ),
    UnknownIntegration: (
        404,
        worded("The place this course came from is no longer here. Please ask for a new link."),
    ),
    UnknownCourse: (
        404,
        worded("This course is no longer here. Please ask the person who sent you the link."),
    ),
    UnknownLearner: (
        404,
        worded("This link belongs to somebody who is no longer here. Please ask for a new one."),
    ),
    IntegrationDisabled: (403, worded("This course cannot be opened at the moment. Please try again later.")),
}

_SPENT = worded("This link has been used already. Please ask the person who sent it for a new one.")


def read_ticket(settings: Settings, token: str) -> LaunchTicket:
    """Return what a link stands for; raises CannotLaunch."""
    try:
        return read_launch_link(settings, token, now=clock.now())
    except BadLaunchLink as error:
        raise CannotLaunch(*REASONS[type(error)]) from error


def launch(session: Session, settings: Settings, ticket: LaunchTicket, received: Received) -> str:
    """Open a session and return the content's address; raises CannotLaunch, and nothing is kept then."""
    organisation = load_organisation(session, settings)
    finding = check_host(session, organisation, ticket.integration_id, received.host)
    try:
        integration = get_integration(session, ticket.integration_id)
        is_single_use = integration.has_single_use_links or ticket.is_single_use
        if is_single_use and is_link_spent(session, ticket.digest):
            raise CannotLaunch(410, _SPENT)
        opened = open_launch(
            session,
            settings,
            organisation,
            integration_id=integration.id,
            course_id=ticket.course_id,
            learner_id=ticket.learner_id,
            is_credit=ticket.is_credit,
            lesson_mode=ticket.lesson_mode,
            unit_id=ticket.unit_id,
            link_digest=ticket.digest,
            address=received.client_address,
            agent=received.user_agent,
        )
    except (UnknownIntegration, UnknownCourse, UnknownLearner, IntegrationDisabled) as error:
        finding = Finding("I1") if isinstance(error, IntegrationDisabled) else finding
        raise CannotLaunch(*REASONS[type(error)], finding) from error
    if opened.content_url is None:
        raise CannotLaunch(
            404, worded("This course has no address yet. Please tell the person who sent you the link.")
        )
    repeated = find_repeat(session, ticket.learner_id, ticket.course_id)
    exchange = _describe(ticket, received, 303, "Session opened", finding, repeated)
    write_exchange(session, replace(exchange, launch_id=opened.launch_id, is_demo=opened.is_demo))
    return opened.content_url


def find_repeat(session: Session, learner_id: str, course_id: str) -> Finding | None:
    """Tell of a course that is opened again after it was completed: its content may report nothing more."""
    return (
        Finding("P1", "the row was complete already") if is_complete(session, learner_id, course_id) else None
    )


def keep_refusal(session: Session, ticket: LaunchTicket, received: Received, error: CannotLaunch) -> None:
    """Write the exchange of a good link that opened nothing, so that an admin can see why."""
    exchange = _describe(ticket, received, error.status, f"Refused: {error.sentence}", error.finding)
    write_refusal(session, exchange, is_anonymous=False)


def check_host(
    session: Session, organisation: Organisation, integration_id: str, host: str
) -> Finding | None:
    """Refuse a host name that is not the integration's: somebody else passes our page off as theirs."""
    verdict = judge_host(session, organisation, host, integration_id=integration_id)
    if verdict is HostVerdict.OK:
        return None
    code = "H2" if verdict is HostVerdict.FOREIGN else "H1"
    finding = Finding(code, f"the launch link was opened under {host[:100]}")
    if verdict is HostVerdict.OBSERVED:
        return finding
    status = 400 if verdict is HostVerdict.BAD else 421
    raise CannotLaunch(
        status, worded("This is not the address of this server. Please use the link as it was sent."), finding
    )


def describe_visit(
    received: Received,
    status: int,
    result: str,
    *,
    integration_id: str | None,
    learner_id: str | None = None,
    findings: tuple[Finding, ...] = (),
) -> NewExchange:
    """Describe the visit without the token and without the session id: both let anybody report."""
    return NewExchange(
        request_id=received.request_id,
        face="launch",
        method=received.method,
        path=received.path,
        status=status,
        result=result,
        received_at=received.received_at,
        duration=clock.now() - received.received_at,
        client_address=received.client_address,
        user_agent=received.user_agent,
        host=received.host,
        integration_id=integration_id,
        learner_id=learner_id,
        findings=findings,
    )


def _describe(
    ticket: LaunchTicket, received: Received, status: int, result: str, *findings: Finding | None
) -> NewExchange:
    return describe_visit(
        received,
        status,
        result,
        integration_id=ticket.integration_id,
        learner_id=ticket.learner_id,
        findings=tuple(each for each in findings if each),
    )
