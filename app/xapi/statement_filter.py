"""The filters of the statement list, read from the address and written into it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from app import clock
from app.progress.days import start_of_day
from app.words import worded
from app.xapi.browsing import Wanted
from app.xapi.links import Kind, Link, digest
from app.xapi.query_rules import HIGHEST_KEY, LOWEST_KEY

NAMES = ("integration", "person", "verb", "activity", "registration", "since", "until", "id", "voided")
# Digits of the greatest key.
LONGEST_KEY = 19
_ADL = "http://adlnet.gov/expapi/verbs/"
# What people call a verb → its id; others are filtered by their whole id.
KNOWN_VERBS = {
    word: f"{_ADL}{word}"
    for word in (
        "answered",
        "attempted",
        "completed",
        "experienced",
        "failed",
        "initialized",
        "launched",
        "passed",
        "progressed",
        "terminated",
        "voided",
    )
}
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Chip:
    """One active filter in words, and the address without it."""

    words: str
    query: str


@dataclass(frozen=True, slots=True)
class StatementFilter:
    """What was asked for, as it was typed; `faults` are the values that cannot be used, and were left out."""

    values: Mapping[str, str]
    since: date | None
    until: date | None
    before: int | None
    after: int | None
    faults: tuple[tuple[str, str], ...]

    @property
    def verb_id(self) -> str:
        """The id of the verb: a known word stands for its own."""
        verb = self.values["verb"]
        return KNOWN_VERBS.get(verb.lower(), verb)

    @property
    def is_narrowed(self) -> bool:
        return any(self.values.values())

    def query(self, **more: str) -> str:
        """Return the address of these filters, with others changed or (empty) taken out."""
        wanted = {**self.values, **more}
        return urlencode({name: value for name, value in wanted.items() if value})

    def chips(self, integration_name: str) -> list[Chip]:
        """Return the active filters."""
        values = self.values
        shown = {
            "integration": worded("Integration: %(value)s", value=integration_name),
            "person": worded("Person: %(value)s", value=values["person"]),
            "verb": worded("Verb: %(value)s", value=values["verb"]),
            "activity": worded("Activity: %(value)s", value=values["activity"]),
            "registration": worded("Registration: %(value)s", value=values["registration"]),
            "since": worded("From: %(value)s", value=values["since"]),
            "until": worded("Until: %(value)s", value=values["until"]),
            "voided": worded("Voided: left out"),
        }
        return [Chip(words, self.query(**{name: ""})) for name, words in shown.items() if values[name]]

    def keys(self, zone: ZoneInfo) -> tuple[int | None, int | None]:
        """Return the keys between which the days lie, bounds excluded."""
        after = None if self.since is None else (_first_key(self.since, zone) - 1)
        until = None if self.until is None else _first_key(self.until + timedelta(days=1), zone)
        return after, until


def read_filter(arguments: Mapping[str, str]) -> StatementFilter:
    """Read the filters; what cannot be one is named and left out."""
    values = {name: _clean(arguments.get(name, "")) for name in NAMES}
    faults = []
    # What has a form is judged as it was given: what nothing readable is left of is a fault, no filter.
    if (text := arguments.get("registration", "").strip()) and not _UUID.fullmatch(text):
        faults.append(("registration", worded("A registration is a UUID")))
        values["registration"] = ""
    days: dict[str, date | None] = {}
    for name in ("since", "until"):
        try:
            text = arguments.get(name, "").strip()
            days[name] = date.fromisoformat(text) if text else None
        except ValueError:
            faults.append((name, worded("A day is written as 2026-11-28")))
            values[name], days[name] = "", None
    return StatementFilter(
        values,
        days["since"],
        days["until"],
        _read_key(arguments.get("before", "")),
        _read_key(arguments.get("after", "")),
        tuple(faults),
    )


def make_wanted(
    given: StatementFilter, integration_ids: Iterable[str], agents: tuple[Link, ...] | None, zone: ZoneInfo
) -> Wanted:
    """Return what the filters ask the store for; `agents` are whom the person typed may be."""
    values, (since, until) = given.values, given.keys(zone)
    links = [
        (int(kind), digest(text))
        for kind, text in (
            (Kind.REGISTRATION, values["registration"].lower()),
            (Kind.ACTIVITY_ANY, values["activity"]),
            (Kind.VERB, given.verb_id),
        )
        if text
    ]
    return Wanted(
        integration_ids=tuple(each for each in integration_ids if values["integration"] in ("", each)),
        agents=agents,
        links=tuple(links),
        after=max(LOWEST_KEY if each is None else each for each in (since, given.after)),
        before=min(HIGHEST_KEY if each is None else each for each in (until, given.before)),
        hides_voided=values["voided"] == "no",
        statement_id=values["id"],
    )


def _read_key(text: str) -> int | None:
    is_key = text.isascii() and text.isdecimal() and len(text) <= LONGEST_KEY
    return min(int(text), HIGHEST_KEY) if is_key else None


def _clean(text: str) -> str:
    return "".join(c for c in text if c.isprintable()).strip()[:2000]


def _first_key(day: date, zone: ZoneInfo) -> int:
    """Return the least key that a statement stored on this local day can have."""
    return clock.to_microseconds(start_of_day(day, zone)) << 10
