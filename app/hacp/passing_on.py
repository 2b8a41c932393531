"""What an AICC message makes known to others: the LMS that launched it, webhooks and record stores."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access.instance import instance_id
from app.access.launches import Launch, LaunchState
from app.access.upstream_sessions import list_siblings
from app.delivery.queue import Whose, announce_change, pass_on_result, pass_up, withdraw_exits
from app.hacp.admission import Situation
from app.hacp.vocabulary import Command
from app.models.launches import UpstreamSession
from app.outbound.hops import next_hops, parse_hops
from app.progress.service import Change
from app.settings import Settings


def pass_on(
    session: Session,
    settings: Settings,
    situation: Situation,
    after: Launch,
    change: Change | None,
    *,
    is_new: bool,
) -> None:
    """Put into the outbox what a message changed; `is_new` tells whether the attempt did."""
    launch, now = situation.launch, situation.now
    if launch.is_demo:
        return
    whose = Whose(
        launch.integration_id,
        launch.learner_id,
        launch.course_id,
        launch_id=launch.id,
        hops=situation.message.received.hops,
    )
    if launch.destination_id is not None:
        _tell_lms(session, settings, launch, after, whose, at=now, is_new=is_new)
    outlets = situation.outlets()
    if change is not None and change.appended and outlets:
        announce_change(session, outlets, change, whose, at=now)
        message_id = situation.message.received.request_id
        pass_on_result(session, settings, outlets, change, whose, message_id=message_id, at=now)


def _tell_lms(
    session: Session,
    settings: Settings,
    launch: Launch,
    after: Launch,
    whose: Whose,
    *,
    at: datetime,
    is_new: bool,
) -> None:
    """Tell the LMS what is new, and of the end only when nothing of its session goes on.

    Content that is loaded again says ExitAU as it goes and GetParam as it comes back: an LMS that heard the
    first would take nothing of what follows.
    """
    assert launch.destination_id is not None
    has_ended = after.state is LaunchState.ENDED and launch.state is not LaunchState.ENDED
    goes_on = launch.state is LaunchState.ENDED and after.state is not LaunchState.ENDED
    if goes_on or launch.first_message_at == at:
        siblings = list_siblings(session, launch.id)
        withdraw_exits(session, [launch.id, *(each.launch_id for each in siblings)])
    is_exit = has_ended and not any(each.is_running for each in list_siblings(session, launch.id))
    if is_new or is_exit:
        pass_up(session, launch.destination_id, whose, at=at, is_exit=is_exit, delay=settings.lms_delay)


def find_hops(session: Session, settings: Settings, situation: Situation) -> str:
    """Return how far from the first LMS whoever asks for a lesson is; '' for content of our own launches."""
    launch = situation.launch
    if situation.command is not Command.GET_PARAM or launch.destination_id is None:
        return ""
    query = select(UpstreamSession.hops).where(UpstreamSession.launch_id == launch.id)
    came = parse_hops(session.scalar(query))
    return str(next_hops(came, instance_id=instance_id(settings)))
