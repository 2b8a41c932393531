"""Every demand of the standard that a record store can keep or break, and the cases that ask for it."""

from __future__ import annotations

import pkgutil
from dataclasses import dataclass
from importlib import import_module

from . import requirements


@dataclass(frozen=True)
class Requirement:
    """One MUST of a section: the cases that ask for it or, where there are none, the reason why."""

    section: str
    demands: str
    cases: tuple[str, ...] = ()
    reason: str = ""


def must(section: str, demands: str, *cases: str, reason: str = "") -> Requirement:
    """Write one requirement: `must("Part 3 §2.1.2", "answers 200 with ids", "C12", "C13")`."""
    return Requirement(section, demands, cases, reason)


def list_requirements() -> list[Requirement]:
    """Return the requirements of every file in `requirements`, whose name for them is REQUIREMENTS."""
    found: list[Requirement] = []
    for module in sorted(pkgutil.iter_modules(requirements.__path__), key=lambda each: each.name):
        found += import_module(f"{requirements.__name__}.{module.name}").REQUIREMENTS
    return found
