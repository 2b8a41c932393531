"""What a case says when something is not as it must be, or cannot be asked here."""

from __future__ import annotations

import re


class Failed(Exception):
    """Something is not as the case requires."""

    def __init__(self, expected: str, received: str) -> None:
        super().__init__(f"expected {expected}; received {received}")
        self.expected = expected
        self.received = received


class NotRun(Exception):
    """This endpoint cannot be asked; the reason is a sentence without a full stop."""


def expect(is_so: bool, expected: str, received: object) -> None:
    """Fail unless `is_so`; the two texts are for the person who reads the report."""
    if not is_so:
        raise Failed(expected, _show(received))


def expect_equal(what: str, received: object, expected: object) -> None:
    """Fail unless both are equal."""
    expect(received == expected, f"{what} to be {_show(expected)}", received)


def expect_match(what: str, received: str, pattern: str) -> None:
    """Fail unless the whole text matches."""
    expect(re.fullmatch(pattern, received) is not None, f"{what} to look like {pattern}", received)


def _show(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 400 else f"{text[:200]} … {text[-150:]} ({len(text)} characters)"
