"""Runs a simulation: plays every enrolment of a plan and keeps account of what was acknowledged."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app.simulator.ledger import Acknowledged, Event, Identity, Kind, Ledger, Outcome, Summary
from app.simulator.plan import Enrolment, Step
from app.simulator.player import CoreReport, HacpReply, LaunchFailed, Player, open_launch
from app.simulator.transport import ForeignAddress, Reply, Transport, TransportError
from app.simulator.webhook import (
    UserType,
    Webhook,
    WebhookAddress,
    completed_statement,
    progressed_statement,
)

DEFAULT_WORKERS = 4
_STATEMENTS = {Kind.PROGRESSED: progressed_statement, Kind.COMPLETED: completed_statement}


@dataclass(frozen=True, slots=True)
class Target:
    """Where a run reports to: the webhook's values and a launch link per (e-mail, activity id)."""

    transport: Transport
    webhook: WebhookAddress | None = None
    launch_links: Mapping[tuple[str, str], str] = field(default_factory=dict)
    user_type: UserType = UserType.EMAIL


def run(
    target: Target,
    plan: Sequence[Enrolment],
    *,
    events_per_second: float = 0.0,
    workers: int = DEFAULT_WORKERS,
    on_event: Callable[[Event], None] | None = None,
    on_moment: Callable[[datetime | None], None] | None = None,
) -> Summary:
    """Play the whole plan; 0 events per second means as fast as the server answers.

    `on_event` is called from the worker threads, one call at a time. A refused or lost message never
    ends the run; it is counted, and the next one is sent. `on_moment` is told, in the thread that sends
    next, when the plan has that message happen; None before a token request, which happens now.
    """
    ledger = Ledger(on_event)
    ledger.summary.planned = sum(enrolment.count_messages() for enrolment in plan)
    play = _Play(target, ledger, _Pace(events_per_second), on_moment or (lambda moment: None))
    began = time.monotonic()
    with ThreadPoolExecutor(max_workers=max(1, workers), thread_name_prefix="simulator") as pool:
        results = [pool.submit(play.to_its_end, enrolment) for enrolment in plan]
        try:
            for result in results:
                result.result()
        except BaseException:
            play.stop()
            pool.shutdown(cancel_futures=True)
            raise
    ledger.summary.seconds = time.monotonic() - began
    return ledger.finish()


class _Pace:
    """Spaces the requests of all threads evenly."""

    def __init__(self, per_second: float) -> None:
        self._gap_seconds = 1.0 / per_second if per_second > 0 else 0.0
        self._next = time.monotonic()
        self._lock = threading.Lock()

    def wait(self) -> None:
        if not self._gap_seconds:
            return
        with self._lock:
            due = max(self._next, time.monotonic())
            self._next = due + self._gap_seconds
        time.sleep(max(0.0, due - time.monotonic()))


class _Play:
    """Plays enrolments; one object serves all threads."""

    def __init__(
        self,
        target: Target,
        ledger: Ledger,
        pace: _Pace,
        on_moment: Callable[[datetime | None], None],
    ) -> None:
        self._target = target
        self._on_moment = on_moment
        self._ledger = ledger
        self._pace = pace
        self._webhook = Webhook(target.transport, target.webhook) if target.webhook else None
        self._is_stopped = False

    def stop(self) -> None:
        self._is_stopped = True

    def to_its_end(self, enrolment: Enrolment) -> None:
        """Play an enrolment; an error stops the other threads too, before whoever waits hears of it."""
        try:
            self.enrolment(enrolment)
        except BaseException:
            self.stop()
            raise

    def enrolment(self, enrolment: Enrolment) -> None:
        """Report the steps in order, each over all of the enrolment's channels."""
        last_location: str | None = None
        for sitting in enrolment.sittings():
            self._on_moment(sitting[0].at - sitting[0].video_time)
            player = self._launch(enrolment, last_location)
            watched = timedelta(0)
            for step in sitting:
                if self._is_stopped:
                    return
                watched += step.video_time
                self._on_moment(step.at)
                if self._webhook is not None and enrolment.channels.has_xapi:
                    self._tell_webhook(self._webhook, enrolment, step)
                if player is not None and self._put_param(player, enrolment, step, watched):
                    last_location = _location(step)
            if player is not None:
                self._hacp(Kind.EXIT_AU, player.exit_au)

    def _tell_webhook(self, webhook: Webhook, enrolment: Enrolment, step: Step) -> None:
        self._post(webhook, enrolment, step, Kind.PROGRESSED)
        if step.completed:
            self._post(webhook, enrolment, step, Kind.COMPLETED)

    def _post(self, webhook: Webhook, enrolment: Enrolment, step: Step, kind: Kind) -> None:
        """Post one statement; a token that the server no longer takes is replaced once."""
        learner, course, user_type = enrolment.learner, enrolment.course, self._target.user_type
        statement = _STATEMENTS[kind](learner, course, step, user_type)
        report = Acknowledged(
            identity=Identity("email", learner.email)
            if user_type is UserType.EMAIL
            else Identity("user_id", learner.user_id),
            activity_id=course.activity_id,
            percent=100 if kind is Kind.COMPLETED else step.percent,
            completed=kind is Kind.COMPLETED,
            channel="xapi",
            statement_id=str(statement["id"]),
        )
        for is_last_try in (False, True):
            token = self._token(webhook, step.at)
            if token is None:
                return
            self._pace.wait()
            try:
                reply = webhook.post(token, statement)
            except (TransportError, ForeignAddress) as error:
                self._ledger.note(Event(kind, Outcome.FAILED, str(error)))
                return
            if reply.status != 401 or is_last_try:
                break
            webhook.forget(token)
        is_kept = 200 <= reply.status < 300
        outcome = Outcome.ACKNOWLEDGED if is_kept else Outcome.REFUSED
        self._ledger.note(Event(kind, outcome, "" if is_kept else _explain(reply)), report)

    def _token(self, webhook: Webhook, at: datetime) -> str | None:
        self._on_moment(None)
        try:
            token, reply = webhook.token()
        except (TransportError, ForeignAddress) as error:
            self._ledger.note(Event(Kind.TOKEN, Outcome.FAILED, str(error)))
            return None
        finally:
            self._on_moment(at)
        if reply is not None:
            outcome = Outcome.ACKNOWLEDGED if token else Outcome.REFUSED
            self._ledger.note(Event(Kind.TOKEN, outcome, "" if token else _explain(reply)))
        return token

    def _launch(self, enrolment: Enrolment, last_location: str | None) -> Player | None:
        """Open the launch link and get the parameters; None without a channel or a launch."""
        link = self._target.launch_links.get((enrolment.learner.email, enrolment.course.activity_id))
        if link is None or not enrolment.channels.has_aicc:
            return None
        self._pace.wait()
        try:
            player = open_launch(self._target.transport, link)
        except LaunchFailed as failure:
            self._ledger.note(Event(Kind.LAUNCH, Outcome.REFUSED, _explain(failure.reply)))
            return None
        except (TransportError, ForeignAddress) as error:
            self._ledger.note(Event(Kind.LAUNCH, Outcome.FAILED, str(error)))
            return None
        self._ledger.note(Event(Kind.LAUNCH, Outcome.ACKNOWLEDGED))
        self._hacp(Kind.GET_PARAM, player.get_param, expected_location=last_location)
        return player

    def _put_param(self, player: Player, enrolment: Enrolment, step: Step, watched: timedelta) -> bool:
        learner, course = enrolment.learner, enrolment.course
        core = CoreReport(
            location=_location(step),
            status="C" if step.completed else "I",
            score=str(step.percent),
            time=watched,
            suspend_data=f"video={step.video};of={len(course.video_times)}\r\nby={learner.given_name}",
        )
        identity = Identity("email", learner.email)
        report = Acknowledged(identity, course.activity_id, step.percent, step.completed, "aicc")
        return self._hacp(Kind.PUT_PARAM, lambda: player.put_param(core), report=report)

    def _hacp(
        self,
        kind: Kind,
        call: Callable[[], HacpReply],
        *,
        report: Acknowledged | None = None,
        expected_location: str | None = None,
    ) -> bool:
        """Make one HACP call; a GetParam that forgets an acknowledged location counts as refused."""
        self._pace.wait()
        try:
            reply = call()
        except (TransportError, ForeignAddress) as error:
            self._ledger.note(Event(kind, Outcome.FAILED, str(error)))
            return False
        problem = (
            "" if reply.is_accepted else f"status {reply.status}, error={reply.error} {reply.error_text}"
        )
        if not problem and expected_location is not None:
            found = reply.core.get("lesson_location", "")
            if found != expected_location:
                problem = f"lesson_location is {found!r}, acknowledged was {expected_location!r}"
        outcome = Outcome.REFUSED if problem else Outcome.ACKNOWLEDGED
        self._ledger.note(Event(kind, outcome, problem.strip()), report)
        return not problem


def _location(step: Step) -> str:
    return f"video-{step.video}"


def _explain(reply: Reply) -> str:
    """Say the status and the beginning of the answer, on one line."""
    text = " ".join(reply.text.split())
    return f"status {reply.status} {text[:160]}".strip()
