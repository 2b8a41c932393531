"""What is sent, how people are shown it, and how its answer is read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.delivery.verdicts import Verdict
from app.outbound.guard import Answer, Call, Way

# Values of these headers are never shown.
_HIDDEN = frozenset({"authorization"})
_EXCERPT = 300


class CannotWrite(Exception):
    """A message that can never be sent; `sentence` says why."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Letter:
    """A request, how people are shown it, and how its answer is judged.

    `authorize` gives the Authorization header where that may need a call of its own; it raises CannotReach.
    `note` writes down what the answer says beside the delivery itself, in its transaction.
    """

    way: Way
    call: Call
    shown: str
    judge: Callable[[Answer], Verdict]
    authorize: Callable[[], str] | None = None
    note: Callable[[Session, Verdict], None] | None = None


def show_call(call: Call) -> str:
    """Write a request down for people, without its secrets."""
    lines = [f"{call.method} {call.url}"]
    lines += [f"{name}: {'…' if name.lower() in _HIDDEN else value}" for name, value in call.headers.items()]
    return "\n".join(lines) + "\n\n" + call.body.decode("utf-8", "replace")


def excerpt_of(answer: Answer) -> str:
    """Return the beginning of an answer's text on one line."""
    return " ".join(answer.body[: _EXCERPT * 4].decode("utf-8", "replace").replace("\x00", " ").split())[
        :_EXCERPT
    ]
