"""Empty the outbox: a thread for each receiver that has something due, so that none waits for another."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace

from app import clock, metrics
from app.db import DatabaseUnavailable, reading, transact
from app.delivery import lanes
from app.delivery.lanes import Result, Task
from app.delivery.letter import CannotWrite, Letter
from app.delivery.letters import write_letter
from app.delivery.verdicts import Fate, Verdict
from app.logs import get_logger
from app.outbound.guard import Answer, CannotReach, send
from app.settings import Settings
from app.words import worded

log = get_logger("delivery")

LOOK_SECONDS = 0.5
MOST_LANES = 16
# A lane is given back after this long, so that with many receivers each has its turn.
TURN_SECONDS = 20.0
# A message that cannot even be written is tried this often: what it needs may come later.
MOST_UNWRITTEN = 3

# Makes what a thread needs to reach the database: an application context.
Context = Callable[[], AbstractContextManager[object]]


class Postman:
    """Looks for what is due and serves the lanes, each in a thread, until told to stop."""

    def __init__(self, settings: Settings, *, holder: str, context: Context) -> None:
        self._context = context
        self._settings = settings
        self._holder = holder
        self._stop = threading.Event()
        self._busy: dict[str, threading.Thread] = {}
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="delivery", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self, *, patience_seconds: float = 5.0) -> None:
        """Stop after what is being sent now; what takes longer is sent again by whoever comes next."""
        self._stop.set()
        end = time.monotonic() + patience_seconds
        with self._lock:
            threads = [self._thread, *self._busy.values()]
        for thread in threads:
            thread.join(max(0.0, end - time.monotonic()))

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                with self._context():
                    self._look()
            except DatabaseUnavailable as error:
                log.warning("deliveries put off", reason=str(error))
            except Exception:  # the look must go on, whatever one of them met
                log.exception("looking for deliveries failed")
            self._stop.wait(LOOK_SECONDS)

    def _look(self) -> None:
        with reading() as session:
            due = lanes.list_due(session, clock.now())
        with self._lock:
            for destination_id in due:
                if destination_id not in self._busy and len(self._busy) < MOST_LANES:
                    thread = threading.Thread(target=self._serve, args=(destination_id,), daemon=True)
                    self._busy[destination_id] = thread
                    thread.start()

    def _serve(self, destination_id: str) -> None:
        try:
            with self._context():
                serve_lane(self._settings, destination_id, holder=self._holder, stop=self._stop)
        except DatabaseUnavailable as error:
            log.warning("lane put off", destination=destination_id, reason=str(error))
        except Exception:  # one broken lane must not stop the others
            log.exception("lane failed", destination=destination_id)
        finally:
            with self._lock:
                del self._busy[destination_id]


def serve_lane(
    settings: Settings,
    destination_id: str,
    *,
    holder: str,
    stop: threading.Event,
    turn_seconds: float = TURN_SECONDS,
) -> int:
    """Send what is due to one receiver; returns how many were tried. Needs an application context."""
    if not transact(lambda session: lanes.claim(session, destination_id, holder, clock.now())):
        return 0
    end, tried = time.monotonic() + turn_seconds, 0
    try:
        while not stop.is_set() and time.monotonic() < end:
            task = transact(lambda session: lanes.begin(session, destination_id, holder, clock.now()))
            if task is None:
                break
            tried += 1
            result = carry_out(settings, task)
            if not _finish(task, holder, result):
                break
    finally:
        transact(lambda session: lanes.release(session, destination_id, holder))
    return tried


def deliver_due(settings: Settings, *, holder: str) -> int:
    """Serve every lane with something due, one after the other, until nothing is; returns how many."""
    stop, total = threading.Event(), 0
    while True:
        with reading() as session:
            due = lanes.list_due(session, clock.now())
        tried = sum(serve_lane(settings, each, holder=holder, stop=stop) for each in due)
        if tried == 0:
            return total
        total += tried


def carry_out(settings: Settings, task: Task) -> Result:
    """Write a letter, send it and judge what came back."""
    try:
        with reading() as session:
            letter = write_letter(session, settings, task)
    except DatabaseUnavailable:
        raise
    except Exception as error:  # noqa: BLE001 - what cannot be written is this message's trouble alone
        return Result(_judge_unwritten(task, error))
    return letter if isinstance(letter, Result) else post(letter)


def post(letter: Letter) -> Result:
    """Send a letter and judge what came back."""
    started = time.monotonic()
    try:
        call = letter.call
        if letter.authorize is not None:
            call = replace(call, headers={**call.headers, "Authorization": letter.authorize()})
        answer = send(letter.way, call)
    except CannotReach as error:
        verdict = judge_unreachable(error)
        return Result(verdict, request=letter.shown, seconds=time.monotonic() - started)
    return Result(
        letter.judge(answer),
        answer.status,
        letter.shown,
        show_reply(answer),
        seconds=answer.seconds,
        note=letter.note,
    )


def judge_unreachable(error: CannotReach) -> Verdict:
    """Return what it means that nobody was there, or that we may not go there."""
    # What is forbidden or misspelt stays so until somebody changes it, for this message and all others.
    return Verdict(Fate.RETRY, error.code, error.sentence, is_lane=True)


def show_reply(answer: Answer) -> str:
    """Write an answer down for people."""
    text = answer.body.decode("utf-8", "replace").replace("\x00", "\N{REPLACEMENT CHARACTER}")
    return text + (" …" if answer.is_cut else "")


def _judge_unwritten(task: Task, error: Exception) -> Verdict:
    if isinstance(error, CannotWrite):
        return Verdict(Fate.DEAD, error.code, error.sentence)
    log.error("message not written", delivery=task.delivery_id, kind=task.kind, exc_info=error)
    fate = Fate.RETRY if task.tries < MOST_UNWRITTEN else Fate.DEAD
    return Verdict(
        fate,
        "unwritable",
        worded("the message cannot be written (%(error)s); see the log", error=type(error).__name__),
    )


def _finish(task: Task, holder: str, result: Result) -> bool:
    metrics.count_delivery(task.kind, result.verdict.fate.value)
    return transact(lambda session: lanes.finish(session, task, holder, result, clock.now()))
