"""The overview's numbers as its page shows them: charts, and the address of the rows behind each number."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from babel.dates import format_date
from flask import url_for
from flask_babel import get_locale, gettext as _

from app.admin.charts import Chart, Point, make_chart, share
from app.admin.formats import format_count
from app.inspector.overview import PERIODS, Figures
from app.inspector.traffic import Hour
from app.progress.bands import BANDS
from app.progress.figures import Active, BusyCourse
from app.words import worded, worded_many

DEFAULT_PERIOD = 30
BandBar = tuple[str, str, int, float, str]


@dataclass(frozen=True, slots=True)
class Numbers:
    """All numbers of the page; `has_demo` when the demo counts: there is no real progress beside it."""

    at: datetime
    days: int
    has_demo: bool
    active: Active
    in_progress: int
    completed: int
    completed_today: int
    completed_yesterday: int
    completions: Chart
    bands: list[BandBar]
    hours: Chart
    refused: int
    courses: list[BusyCourse]
    links: dict[str, str]

    @property
    def change(self) -> str | None:
        """How many percent more or fewer learners are active than a week before; None when nobody was."""
        if not self.active.before:
            return None
        change = round(100 * (self.active.now - self.active.before) / self.active.before)
        return f"{change:+d} %".replace("-", "\N{MINUS SIGN}") if change else "as many"


def parse_period(text: str | None) -> int:
    """Return the number of days that the address asks for, the usual ones for anything else."""
    return next((days for days in PERIODS if str(days) == text), DEFAULT_PERIOD)


def show_numbers(figures: Figures, zone: ZoneInfo, *, has_demo: bool, leaves_demo: bool) -> Numbers:
    """Return the numbers with their charts; `leaves_demo` when links must leave out a demo that is there."""
    rows, days = _Rows(leaves_demo), [day for day, _ in figures.completions]
    completed = [count for _, count in figures.completions]
    return Numbers(
        at=figures.at,
        days=len(days),
        has_demo=has_demo,
        active=figures.active,
        in_progress=figures.standing.in_progress,
        completed=sum(completed),
        completed_today=completed[-1],
        completed_yesterday=completed[-2],
        completions=make_chart(list(_day_points(figures.completions, rows, days[-1].year))),
        bands=list(_band_bars(figures.standing.bands, rows)),
        hours=make_chart(list(_hour_points(figures.hours, zone))),
        refused=sum(hour.refused for hour in figures.hours),
        courses=figures.courses,
        links={
            "active": rows.link(since=figures.active.since.isoformat()),
            "in_progress": rows.link(status="in_progress"),
            "completed": rows.link(completed_since=days[0].isoformat(), sort="-completed_at"),
        },
    )


@dataclass(frozen=True, slots=True)
class _Rows:
    """Makes addresses of the progress table with the rows that a number counts."""

    leaves_demo: bool

    def link(self, **parameters: str) -> str:
        if self.leaves_demo:
            parameters["demo"] = "no"
        return f"{url_for('admin.progress_table')}?{urlencode(parameters)}"


def _day_points(completions: Sequence[tuple[date, int]], rows: _Rows, this_year: int) -> Iterator[Point]:
    for day, count in completions:
        text = day.isoformat()
        pattern = _("EEE d MMM") if day.year == this_year else _("EEE d MMM y")
        name = format_date(day, pattern, locale=get_locale() or "en")
        yield Point(name, (count,), rows.link(completed_since=text, completed_until=text))


def _hour_points(hours: Sequence[Hour], zone: ZoneInfo) -> Iterator[Point]:
    for hour in hours:
        words = worded(
            "%(accepted)s accepted, %(refused)s refused",
            accepted=format_count(hour.accepted),
            refused=format_count(hour.refused),
        )
        yield Point(f"{hour.begins.astimezone(zone):%H:%M}", (hour.accepted, hour.refused), words=words)


def _band_bars(counts: Sequence[int], rows: _Rows) -> Iterator[BandBar]:
    for band, count in zip(BANDS, counts, strict=True):
        name = band.name.replace("-", "–")
        words = worded_many("row at %(band)s %%", "rows at %(band)s %%", count, band=name)
        yield f"{name} %", words, count, share(count, counts), rows.link(band=band.name)
