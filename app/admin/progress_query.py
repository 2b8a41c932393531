"""The progress table's address: parsed into a filter, and written again for sorting, paging and chips."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from app.progress.filter_text import (
    CHANNEL_NAMES as CHANNEL_NAMES,
    PARSERS,
    clean,
    find_bad_range,
    make_filter,
    parse_sort,
    parse_status,
    parse_text,
)
from app.progress.queries import ProgressFilter, Sort
from app.progress.values import Status
from app.progress.wording import STATUS_NAMES
from app.words import N_, worded

T = TypeVar("T")

SIZES = (25, 50, 100, 200)
DEFAULT_SIZE = 50
DEFAULT_SORT = "-last_activity"
# The columns by what the address calls them, in their order.
COLUMN_NAMES = {
    "learner": worded("Learner"),
    "course": worded("Course"),
    "percent": worded("Progress"),
    "status": worded("Status"),
    "first_seen": worded("First seen"),
    "last_activity": worded("Last activity"),
    "completed_at": worded("Completed on"),
    "time": worded("Time spent"),
    "channel": worded("Channel"),
}
# Without these two a row is of nobody and nothing; the others can be left out.
CHOSEN_COLUMNS = {name: words for name, words in COLUMN_NAMES.items() if name not in ("learner", "course")}
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
    "band",
    "completed_since",
    "completed_until",
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

    @property
    def columns(self) -> frozenset[str]:
        """The columns to be shown beside learner and course: all, unless some are named."""
        return frozenset(value for name, value in self.pairs if name == "column") or frozenset(CHOSEN_COLUMNS)

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

    def saved_query(self) -> str:
        """Write what a saved view keeps: what narrows the table, its order and its columns."""
        return urlencode([pair for pair in self.pairs if pair[0] in (*FILTERS, "sort", "column")])

    def shown_query(self) -> str:
        """Write what a new filter form must carry over: order, page size and columns."""
        return urlencode([pair for pair in self.pairs if pair[0] in ("sort", "size", "column")])

    def chips(self, names: dict[str, str]) -> list[Chip]:
        """List the active filters; `names` gives the words of learner_id and course_id."""
        chips = [
            Chip(
                worded("Status: %(status)s", status=STATUS_NAMES[Status(value)]),
                self._without("status", value),
            )
            for value in sorted(self.statuses, key=lambda value: Status(value).rank)
        ]
        for name, label in _CHIP_LABELS:
            value = self.values.get(name)
            if value is not None:
                words = worded(label, value=CHANNEL_NAMES.get(value, names.get(name, value)))
                chips.append(Chip(words, self._without(name, value)))
        return chips

    def _without(self, name: str, value: str) -> str:
        return urlencode([pair for pair in self.pairs if pair != (name, value) and pair[0] != "cursor"])


_CHIP_LABELS = (
    ("learner", N_("Learner: %(value)s")),
    ("learner_id", N_("Learner: %(value)s")),
    ("course", N_("Course: %(value)s")),
    ("course_id", N_("Course: %(value)s")),
    ("min", N_("At least %(value)s %%")),
    ("max", N_("At most %(value)s %%")),
    ("channel", N_("Channel: %(value)s")),
    ("since", N_("Active from %(value)s")),
    ("until", N_("Active until %(value)s")),
    ("band", N_("Progress: %(value)s %%")),
    ("completed_since", N_("Completed from %(value)s")),
    ("completed_until", N_("Completed until %(value)s")),
    ("demo", N_("Without demo data")),
)


def parse_view(arguments: Arguments, zone: ZoneInfo) -> ProgressView:
    """Parse a query; whatever cannot be understood is left out and named in `faults`."""
    reader = _Reader(arguments)
    values = {name: reader.take(name, parse) for name, parse in PARSERS.items()}
    values["status"] = reader.take_all("status", parse_status)
    while (bad := find_bad_range(values)) is not None:
        first, last, sentence = bad
        reader.refuse((first, last), sentence)
        values[first] = values[last] = None
    if len(reader.take_all("column", _parse_column)) == len(CHOSEN_COLUMNS):
        # All of them is how the table is anyway.
        reader.drop("column")
    sort, is_descending = reader.take("sort", parse_sort) or parse_sort(DEFAULT_SORT)
    return ProgressView(
        wanted=make_filter(values, zone),
        sort=sort,
        is_descending=is_descending,
        size=reader.take("size", _parse_size) or DEFAULT_SIZE,
        cursor=reader.take("cursor", parse_text),
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

    def refuse(self, names: tuple[str, str], sentence: str) -> None:
        self.faults.append((names[1], sentence))
        self.drop(*names)

    def drop(self, *names: str) -> None:
        self.pairs = [pair for pair in self.pairs if pair[0] not in names]

    def _parse(self, name: str, text: str, parse: Callable[[str], T]) -> T | None:
        try:
            value = parse(text)
        except ValueError as error:
            self.faults.append((name, str(error)))
            return None
        self.pairs.append((name, clean(text)))
        return value


def _parse_column(text: str) -> str:
    if text not in CHOSEN_COLUMNS:
        raise ValueError(worded("“%(typed)s” is not a column that can be chosen", typed=clean(text)[:40]))
    return text


def _parse_size(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 5 and int(text) in SIZES):
        raise ValueError(worded("The page size is 25, 50, 100 or 200"))
    return int(text)
