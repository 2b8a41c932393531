"""The list of cases: each is a function with its number, what is sent, what must hold, and why."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib import import_module

from .bench import Bench

_MODULES = (
    "reading",
    "fields",
    "refusals",
    "passwords",
    "writing",
    "statuses",
    "suspend_data",
    "parsing",
    "encodings",
    "transports",
    "scores",
    "times",
    "endings",
    "late_messages",
    "judging",
    "modes",
    "lesson_data",
    "objectives",
    "sizes",
    "records",
    "shown",
    "browsers",
    "clients",
    "launches",
    "hosts",
    "secrecy",
)

# Where all cases share one attempt they run in this order: its status only rises, and ExitAU comes last.
READS, WRITES, FAILS, COMPLETES, PASSES, ENDS, ENDS_TWICE = range(7)

Run = Callable[..., None]


@dataclass(frozen=True)
class Case:
    """One requirement. `variants` are the values with which it is asked, by their names."""

    number: str
    name: str
    sends: str
    holds: str
    clause: str
    run: Run
    variants: Mapping[str, object] = field(default_factory=dict)
    order: int = WRITES

    @property
    def sort_key(self) -> tuple[int, str]:
        """Order by number, `9` before `10` and `57` before `57a`."""
        digits = "".join(each for each in self.number if each.isdigit())
        return int(digits), self.number


@dataclass(frozen=True)
class Trial:
    """A case with one of its variants: what is run, and what passes or fails."""

    case: Case
    variant: str = ""

    @property
    def label(self) -> str:
        """The number, and the variant when there are several."""
        return f"{self.case.number} [{self.variant}]" if self.variant else self.case.number

    @property
    def title(self) -> str:
        """What is sent and what must hold, in one line."""
        return f"{self.case.sends} → {self.case.holds}"

    def run(self, bench: Bench) -> None:
        """Raise Failed, NotRun or NoReply; return when everything holds."""
        if self.variant:
            self.case.run(bench, self.case.variants[self.variant])
        else:
            self.case.run(bench)


_CASES: dict[str, Case] = {}


def case(
    number: int | str,
    *,
    sends: str,
    holds: str,
    clause: str,
    variants: Mapping[str, object] | Iterable[str] = (),
    order: int = WRITES,
) -> Callable[[Run], Run]:
    """Register a function as a case; with variants it is called once for each, with the value."""
    named = variants if isinstance(variants, Mapping) else {value: value for value in variants}

    def register(run: Run) -> Run:
        key = str(number)
        assert key not in _CASES, f"two cases have the number {key}"
        _CASES[key] = Case(key, run.__name__, sends, holds, clause, run, named, order)
        return run

    return register


def list_cases() -> list[Case]:
    """Return every case in the order of the numbers."""
    for module in _MODULES:
        import_module(f".cases.{module}", __package__)
    return sorted(_CASES.values(), key=lambda each: each.sort_key)


def list_trials(cases: Iterable[Case]) -> list[Trial]:
    """Return the cases with their variants."""
    return [trial for each in cases for trial in _trials_of(each)]


def _trials_of(each: Case) -> Iterator[Trial]:
    if not each.variants:
        yield Trial(each)
    for variant in each.variants:
        yield Trial(each, variant)
