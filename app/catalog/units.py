"""Assignable units: what an AICC package's AU file says of one, and its password."""

from __future__ import annotations

import hashlib
import hmac
import math
import re
from typing import Any, TypedDict, Unpack

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from app.catalog.service import BadCourse, Unit, get_course, get_unit
from app.models import learning as tables
from app.models.base import table_of
from app.prepared import Prepared
from app.settings import Settings

MAX_TEXT = 4096
MAX_PASSWORD = 255


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


_TABLE = table_of(tables.AssignableUnit)
_COLUMNS = (
    "id",
    "course_id",
    "launch_url",
    "web_launch",
    "core_vendor",
    "mastery_score",
    "max_score",
    "max_time_allowed",
    "time_limit_action",
    "comments",
    "au_password_hash",
)
_SELECT = Prepared(select(*(_TABLE.c[name] for name in _COLUMNS)).where(_TABLE.c.id == bindparam("unit_id")))


def read_unit(session: Session, unit_id: str) -> Unit:
    """Return a unit by its id, which a launch refers to."""
    row = _SELECT.first(session, {"unit_id": unit_id})
    assert row is not None, "a launch's unit is there as long as the launch"
    return Unit(**row._asdict())


def set_unit(session: Session, settings: Settings, course_id: str, **given: Unpack[UnitFields]) -> Unit:
    """Set what is given of a course's unit.

    Raises UnknownCourse, or BadCourse with a sentence for the person who typed it.
    """
    unit = get_unit(session, get_course(session, course_id).id)
    values: dict[str, Any] = {name: value for name, value in given.items() if name != "au_password"}
    for name in ("mastery_score", "max_score"):
        _check_number(name, values.get(name))
    for name in ("core_vendor", "web_launch", "comments"):
        if name in values:
            values[name] = _check_text(name, values[name] or "")
    for name, (pattern, form) in _FORMS.items():
        if name in values:
            values[name] = _check_form(name, values[name] or "", pattern, form)
    if "au_password" in given:
        password = _check_line("au_password", given["au_password"], MAX_PASSWORD)
        values["au_password_hash"] = hash_au_password(settings, unit.id, password) if password else None
    if values:
        session.execute(update(_TABLE).where(_TABLE.c.id == unit.id).values(values))
        session.expire_all()
    return read_unit(session, unit.id)


def hash_au_password(settings: Settings, unit_id: str, password: str) -> bytes:
    """Return what the database keeps of an AU password: useless without the server's secret key.

    A slow hash would be paid with every message of every learner; the key does what slowness is for.
    """
    text = f"au password\0{unit_id}\0{password}"
    return hmac.digest(settings.secret_key.encode(), text.encode("utf-8", "surrogatepass"), hashlib.sha256)


def is_au_password(settings: Settings, unit: Unit, password: str) -> bool:
    """Tell whether this is the unit's password; True for a unit that has none."""
    if unit.au_password_hash is None:
        return True
    return hmac.compare_digest(hash_au_password(settings, unit.id, password), unit.au_password_hash)


def _check_number(name: str, value: float | None) -> None:
    if value is not None and not (math.isfinite(value) and 0 <= value <= 100_000):
        raise BadCourse(f"{_WORDS[name]} is a number from 0 to 100000")


def _check_text(name: str, text: str) -> str:
    if len(text) > MAX_TEXT or "\x00" in text:
        raise BadCourse(f"{_WORDS[name]} has at most {MAX_TEXT} characters")
    return text


def _check_line(name: str, text: str, limit: int) -> str:
    text = text.strip()
    if len(text) > limit or not text.isprintable():
        raise BadCourse(f"{_WORDS[name]} is one line of at most {limit} characters")
    return text


def _check_form(name: str, text: str, pattern: re.Pattern[str], form: str) -> str | None:
    text = _check_line(name, text, 32)
    if text and not pattern.fullmatch(text):
        raise BadCourse(f"{_WORDS[name]} is written {form}")
    return text or None


_FORMS = {
    "max_time_allowed": (re.compile(r"[0-9]{1,4}:[0-5][0-9]:[0-5][0-9]", re.ASCII), "HH:MM:SS"),
    "time_limit_action": (
        re.compile(
            r"(exit|continue)( *, *(message|no message))?|(message|no message)( *, *(exit|continue))?"
        ),
        "exit or continue, then message or no message, as in exit,message",
    ),
}
_WORDS = {
    "mastery_score": "the mastery score",
    "max_score": "the greatest score",
    "max_time_allowed": "the time allowed",
    "time_limit_action": "the time limit action",
    "core_vendor": "core vendor",
    "web_launch": "web launch",
    "comments": "the comment to learners",
    "au_password": "the AU password",
}
