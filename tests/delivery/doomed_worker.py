"""A worker that is killed (SIGKILL) at a named step of its first delivery of a kind: a process of its own."""

from __future__ import annotations

import os
import signal
import sys
from typing import Any

from app import create_app
from app.delivery import lanes, worker
from app.settings import load_settings

STEPS = ("claimed", "begun", "written", "sent", "noted", "finished")


def die() -> None:
    """End as a power cut ends a process."""
    os.kill(os.getpid(), signal.SIGKILL)


def doom(step: str, kind: str) -> None:
    """Let the worker die at this step, of the first delivery of this kind where the step knows kinds."""
    begin, finish, release = lanes.begin, lanes.finish, lanes.release
    write, send = worker.write_letter, worker.send
    current: list[str] = []

    def at(name: str) -> bool:
        return step == name and (not current or current[-1] == kind)

    def new_begin(*given: Any, **named: Any) -> Any:
        if step == "claimed":
            die()
        task = begin(*given, **named)
        if task is not None:
            current.append(task.kind)
        return task

    def new_write(*given: Any) -> Any:
        if at("begun"):
            die()
        return write(*given)

    def new_send(*given: Any, **named: Any) -> Any:
        if at("written"):
            die()
        answer = send(*given, **named)
        if at("sent"):
            die()
        return answer

    def new_finish(session: Any, *given: Any) -> Any:
        done = finish(session, *given)
        session.flush()
        if at("noted"):
            die()  # Everything is written down, and nothing of it is committed.
        return done

    def new_release(*given: Any) -> Any:
        if at("finished"):
            die()
        return release(*given)

    lanes.begin, lanes.finish, lanes.release = new_begin, new_finish, new_release
    worker.write_letter, worker.send = new_write, new_send


def main() -> None:
    """Deliver what is due and die on the way."""
    doom(sys.argv[1], sys.argv[2])
    settings = load_settings()
    with create_app(settings).app_context():
        worker.deliver_due(settings, holder="doomed")


if __name__ == "__main__":
    main()
