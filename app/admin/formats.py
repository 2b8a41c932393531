"""How values are written in the pages: times in the organisation's zone, percentages, durations."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from babel.numbers import get_decimal_symbol
from flask import Flask, g
from flask_babel import get_locale, gettext as _

from app import clock
from app.inspector.results import tell_result
from app.languages import in_language
from app.progress.wording import format_percent
from app.words import worded_many
from app.xapi.sentences import clip
from app.xapi.times import parse_duration


def init_formats(app: Flask) -> None:
    """Give the templates their filters."""
    app.jinja_env.filters.update(
        result=lambda text: in_language(tell_result(text)),
        percent=lambda percent: _with_mark(format_percent(percent)),
        rfc3339=clock.format_rfc3339,
        local_time=lambda moment: format_time(moment, _zone(), this_year=_year()),
        # With the year even in this year: on paper, which is read later.
        dated_time=lambda moment: format_time(moment, _zone(), this_year=0),
        local_day=lambda moment: format_day(moment, _zone(), this_year=_year()),
        local_hour=lambda moment: f"{moment.astimezone(_zone()):%H:%M}",
        local_clock=lambda moment: f"{moment.astimezone(_zone()):%H:%M:%S}",
        duration=format_duration,
        spoken_duration=speak_duration,
        clip=lambda text: clip(in_language(text)),
        size=lambda size_bytes: in_language(format_size(size_bytes)),
        count_of=format_count,
    )


def format_time(moment: datetime, zone: ZoneInfo, *, this_year: int) -> str:
    """Write a moment as `22 Nov, 14:05`, with the year when it is not this one."""
    return f"{format_day(moment, zone, this_year=this_year)}, {moment.astimezone(zone):%H:%M}"


def format_day(moment: datetime, zone: ZoneInfo, *, this_year: int) -> str:
    local = moment.astimezone(zone)
    # Patterns of Unicode's dates: each language orders day, month and year its own way.
    pattern = _("d MMM") if local.year == this_year else _("d MMM y")
    return format_datetime(local, pattern, locale=get_locale() or "en")


def format_duration(seconds: int | float | timedelta) -> str:
    """Write seconds as `1 h 05 min`, `12 min` or `40 s`; zero as an en dash."""
    total = int(seconds.total_seconds() if isinstance(seconds, timedelta) else seconds)
    hours, minutes = total // 3600, total // 60 % 60
    if hours:
        return f"{hours} h {minutes:02} min"
    if minutes:
        return f"{minutes} min"
    return f"{total} s" if total else "–"


def speak_duration(text: str) -> str:
    """Write an ISO 8601 duration as people say it; one that is none as it is."""
    try:
        time = parse_duration(text)
    except ValueError:
        return text
    return format_duration(time) if time >= timedelta(seconds=1) else text


def format_size(size_bytes: int) -> str:
    """Write a size as `320 bytes`, `4.2 KiB` or `1.0 MiB`."""
    if size_bytes < 1024:
        return worded_many("%(num)s byte", "%(num)s bytes", size_bytes)
    unit, name = (1024, "KiB") if size_bytes < 1024 * 1024 else (1024 * 1024, "MiB")
    return _with_mark(f"{size_bytes / unit:.1f} {name}")


def format_count(number: int) -> str:
    """Write a number with narrow spaces between thousands."""
    return f"{number:,}".replace(",", "\N{NARROW NO-BREAK SPACE}")


def _with_mark(number: str) -> str:
    """Write a number with the decimal mark of this page's language."""
    return number.replace(".", get_decimal_symbol(get_locale() or "en"))


def _year() -> int:
    return clock.now().astimezone(_zone()).year


def _zone() -> ZoneInfo:
    choices = g.get("organisation")
    return ZoneInfo(choices.time_zone if choices else "UTC")
