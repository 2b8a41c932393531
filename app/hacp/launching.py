"""A visit to a launch link: the session it opens, and what the exchange log keeps of it."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app import clock
from app.access.host_registry import HostVerdict, judge_host
from app.access.integrations import UnknownIntegration
from app.access.launches import (
    BadLaunchLink,
    ExpiredLaunchLink,
    IntegrationDisabled,
    LaunchTicket,
    OpenLaunch,
    open_launch,
    read_launch_link,
)
from app.access.organisation import Organisation, load_organisation
from app.catalog.service import UnknownCourse
from app.hacp.journal import Received
from app.inspector.exchanges import NewExchange, write_exchange
from app.learners.values import UnknownLearner
from app.settings import Settings


class CannotLaunch(Exception):
    """The link opens nothing; status, and a sentence for the learner who followed it."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence


_REASONS: dict[type[Exception], tuple[int, str]] = {
    ExpiredLaunchLink: (410, "This link has expired. Please ask the person who sent it for a new one."),
    BadLaunchLink: (404, "This link is not complete. Please copy the whole link, or ask for a new one."),
    UnknownIntegration: (
        404,
        "The place this course came from is no longer here. Please ask for a new link.",
    ),
    UnknownCourse: (404, "This course is no longer here. Please ask the person who sent you the link."),
    UnknownLearner: (404, "This link belongs to somebody who is no longer here. Please ask for a new one."),
    IntegrationDisabled: (403, "This course cannot be opened at the moment. Please try again later."),
}


def read_ticket(settings: Settings, token: str) -> LaunchTicket:
    """Return what a link stands for; raises CannotLaunch."""
    try:
        return read_launch_link(settings, token, now=clock.now())
    except BadLaunchLink as error:
        raise CannotLaunch(*_REASONS[type(error)]) from error


def launch(session: Session, settings: Settings, ticket: LaunchTicket, received: Received) -> str:
    """Open a session and return the content's address; raises CannotLaunch, and nothing is kept then."""
    organisation = load_organisation(session, settings)
    _check_host(session, organisation, ticket, received.host)
    try:
        opened = open_launch(
            session,
            settings,
            organisation,
            integration_id=ticket.integration_id,
            course_id=ticket.course_id,
            learner_id=ticket.learner_id,
            address=received.client_address,
            agent=received.user_agent,
        )
    except (UnknownIntegration, UnknownCourse, UnknownLearner, IntegrationDisabled) as error:
        raise CannotLaunch(*_REASONS[type(error)]) from error
    if opened.content_url is None:
        raise CannotLaunch(
            404, "This course has no address yet. Please tell the person who sent you the link."
        )
    _keep(session, ticket, opened, received)
    return opened.content_url


def _check_host(session: Session, organisation: Organisation, ticket: LaunchTicket, host: str) -> None:
    """Refuse a host name that is not the integration's: somebody else passes our page off as theirs."""
    verdict = judge_host(session, organisation, host, integration_id=ticket.integration_id)
    if verdict in (HostVerdict.OK, HostVerdict.OBSERVED):
        return
    status = 400 if verdict is HostVerdict.BAD else 421
    raise CannotLaunch(status, "This is not the address of this server. Please use the link as it was sent.")


def _keep(session: Session, ticket: LaunchTicket, opened: OpenLaunch, received: Received) -> None:
    """Write the exchange without the token and without the session id: both let anybody report."""
    write_exchange(
        session,
        NewExchange(
            request_id=received.request_id,
            face="launch",
            method=received.method,
            path="/launch/[link]",
            status=303,
            result="Session opened",
            received_at=received.received_at,
            duration=clock.now() - received.received_at,
            client_address=received.client_address,
            user_agent=received.user_agent,
            host=received.host,
            integration_id=ticket.integration_id,
            launch_id=opened.launch_id,
            learner_id=ticket.learner_id,
            is_demo=opened.is_demo,
        ),
    )
