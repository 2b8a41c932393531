"""What an address may ask of the progress table, in the words that the pages and the API share.

Each parser raises ValueError with a sentence for whoever typed the value.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from app.progress.bands import parse_band
from app.progress.days import start_of_day
from app.progress.queries import ProgressFilter, Sort
from app.progress.values import Status
from app.words import worded

CHANNEL_NAMES = {"aicc": worded("AICC only"), "xapi": worded("xAPI only"), "both": worded("AICC and xAPI")}
# The pairs of which the first may not be above the second.
RANGES = (
    ("min", "max", worded("The smallest percentage is above the largest")),
    ("since", "until", worded("The first day lies after the last")),
    ("completed_since", "completed_until", worded("The first day lies after the last")),
)


def make_filter(values: Mapping[str, Any], zone: ZoneInfo) -> ProgressFilter:
    """Return the filter that parsed values make, by their names in the address; days are of the zone."""
    return ProgressFilter(
        learner_id=values.get("learner_id"),
        course_id=values.get("course_id"),
        learner_text=values.get("learner") or "",
        course_text=values.get("course") or "",
        statuses=frozenset(values.get("status") or ()),
        percent_min=values.get("min"),
        percent_max=values.get("max"),
        channel=values.get("channel"),
        since=_begin(values.get("since"), zone),
        until=_end(values.get("until"), zone),
        band=values.get("band"),
        completed_since=_begin(values.get("completed_since"), zone),
        completed_until=_end(values.get("completed_until"), zone),
        updated_since=values.get("updated_since"),
        has_demo=values.get("demo") is None,
    )


def find_bad_range(values: Mapping[str, Any]) -> tuple[str, str, str] | None:
    """Return the names of a range that is upside down, and what is wrong with it."""
    for first, last, sentence in RANGES:
        low, high = values.get(first), values.get(last)
        if low is not None and high is not None and low > high:
            return first, last, sentence
    return None


def _begin(day: date | None, zone: ZoneInfo) -> datetime | None:
    return start_of_day(day, zone) if day else None


def _end(day: date | None, zone: ZoneInfo) -> datetime | None:
    return start_of_day(day + timedelta(days=1), zone) if day else None


def clean(text: str) -> str:
    """Drop what cannot be printed."""
    return "".join(c for c in text if c.isprintable())


def parse_text(text: str) -> str:
    """Read a text to be sought."""
    if len(text) > 1000:
        raise ValueError(worded("This search text is too long"))
    # PostgreSQL refuses NUL in a text, and no name holds control characters.
    return clean(text)


def parse_id(text: str) -> str:
    """Read an id of ours."""
    if not (text.isascii() and text.isalnum() and len(text) <= 18):
        raise ValueError(worded("This id is none of ours"))
    return text


def parse_percent(text: str) -> float:
    """Read a percentage; a comma and a sign are people's way to write it."""
    try:
        value = float(text.removesuffix("%").strip().replace(",", "."))
    except ValueError:
        value = -1
    if not 0 <= value <= 100:
        raise ValueError(
            worded("“%(typed)s” is not a percentage: enter a number from 0 to 100", typed=clean(text)[:40])
        )
    return value


def parse_date(text: str) -> date:
    """Read a day."""
    try:
        value = date.fromisoformat(text)
    except ValueError as error:
        raise ValueError(
            worded("“%(typed)s” is not a date: enter it as 2026-11-22", typed=clean(text)[:40])
        ) from error
    if not 1971 <= value.year <= 9000:
        raise ValueError(worded("“%(typed)s” is not a date of this age", typed=clean(text)[:40]))
    return value


def parse_status(text: str) -> Status:
    """Read a status."""
    try:
        return Status(text)
    except ValueError as error:
        raise ValueError(worded("“%(typed)s” is not a status", typed=clean(text)[:40])) from error


def parse_channel(text: str) -> str:
    """Read over what a row was reported."""
    if text not in CHANNEL_NAMES:
        raise ValueError(
            worded("“%(typed)s” is not a channel: it is aicc, xapi or both", typed=clean(text)[:40])
        )
    return text


def parse_no(text: str) -> str:
    """Read the filter that leaves the demo out."""
    if text != "no":
        raise ValueError(worded("The demo filter is “no” or absent"))
    return text


def parse_sort(text: str) -> tuple[Sort, bool]:
    """Read a column, and whether it is sorted downwards (-)."""
    try:
        return Sort(text.removeprefix("-")), text.startswith("-")
    except ValueError as error:
        raise ValueError(worded("“%(typed)s” is not a column to sort by", typed=clean(text)[:40])) from error


# The single values by their names in the address; `status` may come several times.
PARSERS: Mapping[str, Any] = {
    "min": parse_percent,
    "max": parse_percent,
    "since": parse_date,
    "until": parse_date,
    "completed_since": parse_date,
    "completed_until": parse_date,
    "channel": parse_channel,
    "learner_id": parse_id,
    "course_id": parse_id,
    "learner": parse_text,
    "course": parse_text,
    "band": parse_band,
    "demo": parse_no,
}
