"""The filters of the Inspector, read from the address and written into it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from app import clock
from app.admin.listing import Arguments
from app.inspector.findings import IN_MESSAGES
from app.inspector.search import Found
from app.inspector.timeline import KINDS, RESULTS, Mark, Wanted
from app.words import worded

KIND_WORDS = {
    "hacp": worded("AICC message"),
    "launch": worded("Course opened"),
    "oauth": worded("Token request"),
    "xapi": worded("xAPI request"),
    "delivery": worded("Delivery"),
}
RESULT_WORDS = {"ok": worded("Went well"), "refused": worded("Refused or failed"), "parked": worded("Parked")}
NAMES = ("q", "kind", "result", "code", "integration", "since", "until")
_CHOICES: Mapping[str, tuple[str, ...]] = {"kind": KINDS, "result": RESULTS, "code": tuple(IN_MESSAGES)}
_MARK = re.compile(r"(\d{1,17})-([0-9a-z]{0,18}|\.\d{18})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Chip:
    """One active filter in words, and the address without it."""

    words: str
    query: str


@dataclass(frozen=True, slots=True)
class InspectorFilter:
    """The values as typed, and the moments they name; `faults` tell of those that cannot be read."""

    values: Mapping[str, str]
    since: datetime | None
    until: datetime | None
    before: Mark | None
    faults: tuple[str, ...]

    @property
    def is_narrowed(self) -> bool:
        return any(self.values.values())

    def query(self, **changes: str) -> str:
        """Return the address of this list, changed."""
        values = {**self.values, **changes}
        return urlencode({name: value for name, value in values.items() if value})

    def chips(self, integration_name: str) -> list[Chip]:
        values = self.values
        shown = {
            "q": worded("Search: %(value)s", value=values["q"]),
            "kind": KIND_WORDS.get(values["kind"], ""),
            "result": RESULT_WORDS.get(values["result"], ""),
            "code": worded("Finding %(code)s", code=values["code"]),
            "integration": worded("Integration: %(value)s", value=integration_name),
            "since": worded("From: %(value)s", value=values["since"]),
            "until": worded("Until: %(value)s", value=values["until"]),
        }
        return [Chip(shown[name], self.query(**{name: ""})) for name, value in values.items() if value]

    def wanted(self, found: Found | None) -> Wanted:
        """Return what to list; `found` is what the searched text stands for, None without one."""
        wanted = Wanted(
            kind=self.values["kind"],
            result=self.values["result"],
            code=self.values["code"],
            integration_id=self.values["integration"],
            since=self.since,
            until=self.until,
        )
        if found is None:
            return wanted
        if found.launch_id:
            return replace(wanted, launch_id=found.launch_id)
        if found.exchange_ids:
            return replace(wanted, exchange_ids=found.exchange_ids)
        return replace(wanted, learner_ids=found.learner_ids)


def read_filter(arguments: Arguments, zone: ZoneInfo) -> InspectorFilter:
    """Read the filters; choices that do not exist are no choice, moments that cannot be read are faults."""
    values = {name: _clean(arguments.get(name)) for name in NAMES}
    for name, choices in _CHOICES.items():
        if values[name] not in choices:
            values[name] = ""
    faults = []
    moments: dict[str, datetime | None] = {}
    for name in ("since", "until"):
        moments[name] = _read_moment(values[name], zone)
        if values[name] and moments[name] is None:
            faults.append(
                worded("“%(value)s” is not a moment: write it like 2026-11-22T14:05.", value=values[name])
            )
    return InspectorFilter(
        values, moments["since"], moments["until"], read_mark(arguments.get("before")), tuple(faults)
    )


def read_mark(typed: str | None) -> Mark | None:
    """Read a place in the list; what is none begins at the newest."""
    found = _MARK.fullmatch(typed or "")
    if found is None:
        return None
    try:
        return Mark(clock.from_microseconds(int(found.group(1))), found.group(2))
    except OverflowError:
        return None


def format_mark(mark: Mark) -> str:
    return f"{clock.to_microseconds(mark.at)}-{mark.id}"


def _clean(typed: str | None) -> str:
    return "".join(c for c in typed or "" if c.isprintable()).strip()[:200]


def _read_moment(typed: str, zone: ZoneInfo) -> datetime | None:
    try:
        moment = datetime.fromisoformat(typed)
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(clock.EPOCH.tzinfo)
    except (ValueError, OverflowError):
        return None
