"""Timestamps and durations of statements (xAPI 1.0.3 Part 2 §4.5, §4.6; ISO 8601, RFC 3339).

`datetime.fromisoformat` alone takes dates, weeks and negative zero offsets, so a pattern judges first.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

_TIMESTAMP = re.compile(
    r"(?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2})[Tt ](?P<clock>[0-9]{2}:[0-9]{2})(?::(?P<seconds>[0-9]{2})"
    r"(?:[.,](?P<fraction>[0-9]+))?)?(?P<zone>[Zz]|[+-][0-9]{2}(?::?[0-9]{2})?)?",
    re.ASCII,
)
_NUMBER = r"[0-9]{1,12}(?:[.,][0-9]{1,12})?"
_DURATION = re.compile(
    rf"P(?:(?P<weeks>{_NUMBER})W|(?:(?P<years>{_NUMBER})Y)?(?:(?P<months>{_NUMBER})M)?(?:(?P<days>{_NUMBER})D)?"
    rf"(?:T(?:(?P<hours>{_NUMBER})H)?(?:(?P<minutes>{_NUMBER})M)?(?:(?P<seconds>{_NUMBER})S)?)?)",
    re.ASCII,
)
# A year and a month have no fixed length; these are the usual nominal ones, good enough to add up time spent.
_SECONDS = {
    "years": 365 * 86_400,
    "months": 30 * 86_400,
    "weeks": 7 * 86_400,
    "days": 86_400,
    "hours": 3_600,
    "minutes": 60,
    "seconds": 1,
}
_LONGEST_SECONDS = 100 * 365 * 86_400
_NEGATIVE_ZERO = ("-00", "-0000", "-00:00")


def parse_timestamp(text: str) -> datetime:
    """Return the instant; a missing zone is UTC, digits beyond microseconds are cut. Raises ValueError."""
    match = _TIMESTAMP.fullmatch(text)
    if match is None or match["zone"] in _NEGATIVE_ZERO:
        raise ValueError("not an ISO 8601 timestamp")
    seconds = match["seconds"] or "00"
    # A leap second has no place in Python's clock: 60 is 59 and one second more.
    leap = timedelta(seconds=1) if seconds == "60" else timedelta(0)
    fraction = (match["fraction"] or "0")[:6]
    zone = (match["zone"] or "Z").upper()
    moment = datetime.fromisoformat(
        f"{match['date']}T{match['clock']}:{'59' if leap else seconds}.{fraction:0<6}{zone}"
    )
    try:
        return (moment + leap).astimezone(UTC)
    except OverflowError:
        raise ValueError("a timestamp outside the years 1 to 9999") from None


def parse_duration(text: str) -> timedelta:
    """Return an ISO 8601 duration (a year as 365 days, a month as 30); raises ValueError."""
    match = _DURATION.fullmatch(text)
    if match is None or text.endswith(("P", "T")):
        raise ValueError("not an ISO 8601 duration")
    seconds = sum(
        float(value.replace(",", ".")) * _SECONDS[unit] for unit, value in match.groupdict().items() if value
    )
    if seconds > _LONGEST_SECONDS:
        raise ValueError("a duration of more than a hundred years")
    return timedelta(microseconds=round(seconds * 1_000_000))
