"""The list of cases: each is a function with its number, the section it comes from, and what must hold."""

from __future__ import annotations

import pkgutil
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib import import_module

from . import cases
from .lrs import Lrs

V1, V2 = "1.0.3", "2.0.0"
VERSIONS = (V1, V2)

Run = Callable[..., None]


@dataclass(frozen=True)
class Case:
    """One requirement; `variants` are the values with which it is asked, by their names."""

    number: str
    section: str
    holds: str
    versions: tuple[str, ...]
    run: Run
    variants: Mapping[str, object] = field(default_factory=dict)

    @property
    def sort_key(self) -> tuple[str, int, str]:
        """Order by the letter, then the number, then what follows it."""
        found = re.fullmatch(r"([A-Z]+)(\d+)(.*)", self.number)
        assert found is not None, self.number
        return found[1], int(found[2]), found[3]


@dataclass(frozen=True)
class Trial:
    """A case under one version, with one of its variants: what is run, and what passes or fails."""

    case: Case
    version: str
    variant: str = ""

    @property
    def label(self) -> str:
        """The number, the version and the variant."""
        return " ".join(each for each in (self.case.number, self.version, self.variant) if each)

    def run(self, lrs: Lrs) -> None:
        """Raise Failed, NotRun or NoReply; return when everything holds."""
        if self.variant:
            self.case.run(lrs, self.case.variants[self.variant])
        else:
            self.case.run(lrs)


_CASES: dict[str, Case] = {}


def case(
    number: str,
    *,
    section: str,
    holds: str,
    versions: Iterable[str] = VERSIONS,
    variants: Mapping[str, object] | Iterable[str] = (),
) -> Callable[[Run], Run]:
    """Register a function as a case: called with an Lrs and, for each variant, its value.

    Numbers are letters and a number, "C12" or "D7a"; a section is named as in "Part 3 §2.1.2", with "2.0" or
    "practice" before it where the 1.0.3 standard does not say it.
    """
    named = variants if isinstance(variants, Mapping) else {value: value for value in variants}

    def register(run: Run) -> Run:
        assert number not in _CASES, f"two cases have the number {number}"
        _CASES[number] = Case(number, section, holds, tuple(versions), run, named)
        return run

    return register


def list_cases() -> list[Case]:
    """Return every case in the order of the numbers."""
    for module in pkgutil.iter_modules(cases.__path__):
        import_module(f"{cases.__name__}.{module.name}")
    return sorted(_CASES.values(), key=lambda each: each.sort_key)


def list_trials(chosen: Iterable[Case], versions: Iterable[str] = VERSIONS) -> list[Trial]:
    """Return the cases for each version they apply to, with their variants."""
    wanted = tuple(versions)
    return [trial for each in chosen for trial in _trials_of(each, wanted)]


def _trials_of(each: Case, wanted: tuple[str, ...]) -> Iterator[Trial]:
    for version in each.versions:
        if version in wanted:
            yield from (Trial(each, version, variant) for variant in each.variants or ("",))
