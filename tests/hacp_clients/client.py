"""What every client has in common: a session id, a wire, and two sessions to play."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tests.hacp_clients.scripts import Answer, Seen, State

FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Post:
    """One request as it leaves the client."""

    body: bytes
    content_type: str = FORM


Wire = Callable[[Post], str]
"""Carries a request and returns the reply's text; fails on any HTTP status but 200."""


class Client:
    """A client; subclasses say how it writes and reads. A course has begun once `begin` was called."""

    def __init__(self, session_id: str, wire: Wire) -> None:
        self.session_id = session_id
        self.wire = wire

    def begin(self) -> Seen:
        """Send GetParam and return what the client makes of the reply."""
        raise NotImplementedError

    def put(self, state: State) -> None:
        """Send a PutParam and believe the reply as little as the client does."""
        raise NotImplementedError

    def answer(self, answers: Sequence[Answer]) -> None:
        """Send interactions, where the client does such a thing."""

    def leave(self, state: State) -> None:
        """Send what the client sends as its page goes away."""
        raise NotImplementedError

    def play(self, states: Sequence[State], answers: Sequence[Answer] = ()) -> Seen:
        """Play one session from GetParam to the end."""
        seen = self.begin()
        for state in states[:-1]:
            self.put(state)
        if answers:
            self.answer(answers)
        self.leave(states[-1])
        return seen


def clock_text(seconds: int, hour_digits: int = 2) -> str:
    return f"{seconds // 3600:0{hour_digits}}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def keyword(text: str, name: str) -> str:
    """Return the first value of a keyword that stands at the start of a line, in any case."""
    for line in text.split("\r\n"):
        key, equals, value = line.partition("=")
        if equals and key.strip().lower() == name:
            return value.strip()
    return ""
