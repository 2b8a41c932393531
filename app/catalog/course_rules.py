"""What a course and its units may be: titles, launch URLs, and the values that an AU file gives. Sans-I/O."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any, TypedDict
from urllib.parse import urlsplit

from app.words import worded

MAX_TITLE = 500
MAX_TEXT = 4096
MAX_PASSWORD = 255


class BadCourse(ValueError):
    """The course cannot be kept as given; the message is fit for the person who typed it."""


class UnitFields(TypedDict, total=False):
    """What may be set of a unit; an absent key leaves its value alone, None or "" clears it."""

    mastery_score: float | None
    max_score: float | None
    max_time_allowed: str | None
    time_limit_action: str | None
    core_vendor: str
    web_launch: str
    comments: str
    au_password: str


def clean_title(title: str) -> str:
    """Put a title on one line without control characters, as long as its column."""
    return " ".join("".join(c if c.isprintable() else " " for c in title).split())[:MAX_TITLE]


def check_launch_url(url: str | None) -> str | None:
    """Return the address that content is opened by, None for a blank; raises BadCourse."""
    if url is None or not url.strip():
        return None
    url = url.strip()
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise BadCourse(worded("the launch URL is not a web address")) from error
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise BadCourse(worded("the launch URL begins with https:// (or http://)"))
    if any(c.isspace() or not c.isprintable() or c == "\\" for c in url) or parts.username is not None:
        raise BadCourse(worded("the launch URL holds no spaces, backslashes or sign-in names"))
    return url


def check_unit_fields(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the given values of a unit as they are kept; raises BadCourse, a sentence, on a fault.

    The password comes back in clear, for its hash needs what this file does not know.
    """
    values = dict(given)
    for name in ("mastery_score", "max_score"):
        _check_number(name, values.get(name))
    for name in ("core_vendor", "web_launch", "comments"):
        if name in values:
            values[name] = _check_text(name, values[name] or "")
    for name, (pattern, form) in _FORMS.items():
        if name in values:
            values[name] = _check_form(name, values[name] or "", pattern, form)
    if "au_password" in values:
        values["au_password"] = _check_line("au_password", values["au_password"], MAX_PASSWORD)
    return values


def _check_number(name: str, value: float | None) -> None:
    if value is not None and not (math.isfinite(value) and 0 <= value <= 100_000):
        raise BadCourse(worded("%(field)s is a number from 0 to 100000", field=_WORDS[name]))


def _check_text(name: str, text: str) -> str:
    if len(text) > MAX_TEXT or "\x00" in text:
        raise BadCourse(worded("%(field)s has at most %(n)s characters", field=_WORDS[name], n=MAX_TEXT))
    return text


def _check_line(name: str, text: str, limit: int) -> str:
    text = text.strip()
    if len(text) > limit or not text.isprintable():
        words = worded("%(field)s is one line of at most %(n)s characters", field=_WORDS[name], n=limit)
        raise BadCourse(words)
    return text


def _check_form(name: str, text: str, pattern: re.Pattern[str], form: str) -> str | None:
    text = _check_line(name, text, 32)
    if text and not pattern.fullmatch(text):
        raise BadCourse(worded("%(field)s is written %(form)s", field=_WORDS[name], form=form))
    return text or None


_FORMS = {
    "max_time_allowed": (re.compile(r"[0-9]{1,4}:[0-5][0-9]:[0-5][0-9]", re.ASCII), "HH:MM:SS"),
    "time_limit_action": (
        re.compile(
            r"(exit|continue)( *, *(message|no message))?|(message|no message)( *, *(exit|continue))?"
        ),
        worded("exit or continue, then message or no message, as in exit,message"),
    ),
}
_WORDS = {
    "mastery_score": worded("the mastery score"),
    "max_score": worded("the greatest score"),
    "max_time_allowed": worded("the time allowed"),
    "time_limit_action": worded("the time limit action"),
    "core_vendor": worded("core vendor"),
    "web_launch": worded("web launch"),
    "comments": worded("the comment to learners"),
    "au_password": worded("the AU password"),
}
