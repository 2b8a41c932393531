"""The progress table's address: parsed into a filter, and written again for sorting, paging and chips."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Protocol, TypeVar
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from app.admin.formats import start_of_day
from app.progress.queries import ProgressFilter, Sort
from app.progress.values import Status
from app.progress.wording import STATUS_NAMES

T = TypeVar("T")

SIZES = (25, 50, 100, 200)
DEFAULT_SIZE = 50
DEFAULT_SORT = "-last_activity"
CHANNEL_NAMES = {"aicc": "AICC only", "xapi": "xAPI only", "both": "AICC and xAPI"}
# The parameters that narrow the table; the others say how it is shown.
FILTERS = (
    "learner",
    "course",
    "learner_id",
    "course_id",
    "status",
    "min",
    "max",
    "channel",
    "since",
    "until",
    "demo",
)


class Arguments(Protocol):
    """What is needed of a request's query: werkzeug's MultiDict has it."""

    def get(self, key: str, /) -> str | None: ...

    def getlist(self, key: str, /) -> list[str]: ...


@dataclass(frozen=True, slots=True)
class Chip:
    """An active filter in words, and the address without it."""

    words: str
    query: str


@dataclass(frozen=True, slots=True)
class ProgressView:
    """What an address asks for; `faults` says what in it could not be understood and was left out."""

    wanted: ProgressFilter
    sort: Sort
    is_descending: bool
    size: int
    cursor: str | None
    pairs: tuple[tuple[str, str], ...]
    faults: tuple[tuple[str, str], ...]

    @property
    def values(self) -> dict[str, str]:
        """The single values as typed, for filling the form again."""
        return dict(self.pairs)

    @property
    def statuses(self) -> frozenset[str]:
        return frozenset(value for name, value in self.pairs if name == "status")

    def query(self, **changes: str | None) -> str:
        """Write the address's query with some parameters changed; None drops one. The page mark goes."""
        pairs = [(name, value) for name, value in self.pairs if name not in changes and name != "cursor"]
        return urlencode(pairs + [(name, value) for name, value in changes.items() if value is not None])

    def sort_query(self, name: str) -> str:
        """Write the query that sorts by this column, the other way round when it is sorted by already."""
        is_text = name in ("learner", "course")
        if self.sort.value == name:
            return self.query(sort=name if self.is_descending else f"-{name}")
        return self.query(sort=name if is_text else f"-{name}")

    def filter_query(self) -> str:
        """Write only what narrows the table, for the CSV of the same rows; the order stays too."""
        return urlencode([pair for pair in self.pairs if pair[0] in (*FILTERS, "sort")])

    def shown_query(self) -> str:
        """Write what a new filter form must carry over: order and page size."""
        return urlencode([pair for pair in self.pairs if pair[0] in ("sort", "size")])

    def chips(self, names: dict[str, str]) -> list[Chip]:
        """List the active filters; `names` gives the words of learner_id and course_id."""
        chips = [
            Chip(f"Status: {STATUS_NAMES[Status(value)]}", self._without("status", value))
            for value in sorted(self.statuses, key=lambda value: Status(value).rank)
        ]
        for name, label in _CHIP_LABELS:
            value = self.values.get(name)
            if value is not None:
                words = label.format(CHANNEL_NAMES.get(value, names.get(name, value)))
                chips.append(Chip(words, self._without(name, value)))
        return chips

    def _without(self, name: str, value: str) -> str:
        return urlencode([pair for pair in self.pairs if pair != (name, value) and pair[0] != "cursor"])


_CHIP_LABELS = (
    ("learner", "Learner: {}"),
    ("learner_id", "Learner: {}"),
    ("course", "Course: {}"),
    ("course_id", "Course: {}"),
    ("min", "At least {} %"),
    ("max", "At most {} %"),
    ("channel", "Channel: {}"),
    ("since", "Active from {}"),
    ("until", "Active until {}"),
    ("demo", "Without demo data"),
)


def parse_view(arguments: Arguments, zone: ZoneInfo) -> ProgressView:
    """Parse a query; whatever cannot be understood is left out and named in `faults`."""
    reader = _Reader(arguments)
    low = reader.take("min", _parse_percent)
    high = reader.take("max", _parse_percent)
    if low is not None and high is not None and low > high:
        reader.refuse("max", "The smallest percentage is above the largest")
        low = high = None
    since = reader.take("since", _parse_date)
    until = reader.take("until", _parse_date)
    if since and until and since > until:
        reader.refuse("until", "The first day lies after the last")
        since = until = None
    statuses = reader.take_all("status", _parse_status)
    channel = reader.take("channel", _parse_channel)
    wanted = ProgressFilter(
        learner_id=reader.take("learner_id", _parse_id),
        course_id=reader.take("course_id", _parse_id),
        learner_text=reader.take("learner", _parse_text) or "",
        course_text=reader.take("course", _parse_text) or "",
        statuses=frozenset(statuses),
        percent_min=low,
        percent_max=high,
        channel=channel,
        since=_moment(since, zone),
        until=_moment(until + timedelta(days=1) if until else None, zone),
        has_demo=reader.take("demo", _parse_no) is None,
    )
    sort, is_descending = reader.take("sort", _parse_sort) or _parse_sort(DEFAULT_SORT)
    return ProgressView(
        wanted=wanted,
        sort=sort,
        is_descending=is_descending,
        size=reader.take("size", _parse_size) or DEFAULT_SIZE,
        cursor=reader.take("cursor", _parse_text),
        pairs=tuple(reader.pairs),
        faults=tuple(reader.faults),
    )


def without_cursor(view: ProgressView, fault: str) -> ProgressView:
    """Return the view from its first page, with a fault said."""
    pairs = tuple(pair for pair in view.pairs if pair[0] != "cursor")
    return replace(view, cursor=None, pairs=pairs, faults=(*view.faults, ("cursor", fault)))


class _Reader:
    """Takes parameters one by one, keeping those that were good and a sentence for each that was not."""

    def __init__(self, arguments: Arguments) -> None:
        self._arguments = arguments
        self.pairs: list[tuple[str, str]] = []
        self.faults: list[tuple[str, str]] = []

    def take(self, name: str, parse: Callable[[str], T]) -> T | None:
        text = (self._arguments.get(name) or "").strip()
        return self._parse(name, text, parse) if text else None

    def take_all(self, name: str, parse: Callable[[str], T]) -> Sequence[T]:
        texts = dict.fromkeys(text.strip() for text in self._arguments.getlist(name) if text.strip())
        found = (self._parse(name, text, parse) for text in texts)
        return [value for value in found if value is not None]

    def refuse(self, name: str, sentence: str) -> None:
        self.faults.append((name, sentence))
        pair_names = ("min", "max") if name in ("min", "max") else ("since", "until")
        self.pairs = [pair for pair in self.pairs if pair[0] not in pair_names]

    def _parse(self, name: str, text: str, parse: Callable[[str], T]) -> T | None:
        try:
            value = parse(text)
        except ValueError as error:
            self.faults.append((name, str(error)))
            return None
        self.pairs.append((name, _clean(text)))
        return value


def _clean(text: str) -> str:
    return "".join(c for c in text if c.isprintable())


def _parse_text(text: str) -> str:
    if len(text) > 1000:
        raise ValueError("This search text is too long")
    # PostgreSQL refuses NUL in a text, and no name holds control characters.
    return _clean(text)


def _parse_id(text: str) -> str:
    if not (text.isascii() and text.isalnum() and len(text) <= 18):
        raise ValueError("This id is none of ours")
    return text


def _parse_percent(text: str) -> float:
    try:
        value = float(text.removesuffix("%").strip().replace(",", "."))
    except ValueError:
        value = -1
    if not 0 <= value <= 100:
        raise ValueError(f"“{_clean(text)[:40]}” is not a percentage: enter a number from 0 to 100")
    return value


def _parse_date(text: str) -> date:
    try:
        value = date.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"“{_clean(text)[:40]}” is not a date: enter it as 2026-11-22") from error
    if not 1971 <= value.year <= 9000:
        raise ValueError(f"“{_clean(text)[:40]}” is not a date of this age")
    return value


def _parse_status(text: str) -> Status:
    try:
        return Status(text)
    except ValueError as error:
        raise ValueError(f"“{_clean(text)[:40]}” is not a status") from error


def _parse_channel(text: str) -> str:
    if text not in CHANNEL_NAMES:
        raise ValueError(f"“{_clean(text)[:40]}” is not a channel: it is aicc, xapi or both")
    return text


def _parse_no(text: str) -> str:
    if text != "no":
        raise ValueError("The demo filter is “no” or absent")
    return text


def _parse_sort(text: str) -> tuple[Sort, bool]:
    try:
        return Sort(text.removeprefix("-")), text.startswith("-")
    except ValueError as error:
        raise ValueError(f"“{_clean(text)[:40]}” is not a column to sort by") from error


def _parse_size(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 5 and int(text) in SIZES):
        raise ValueError("The page size is 25, 50, 100 or 200")
    return int(text)


def _moment(day: date | None, zone: ZoneInfo) -> datetime | None:
    return None if day is None else start_of_day(day, zone)
