"""The six bands that a percentage falls into: the same for the overview's chart and the table's filter."""

from __future__ import annotations

from dataclasses import dataclass

from app.words import worded


@dataclass(frozen=True, slots=True)
class Band:
    """Percentages from `low` up to, but without, `below`."""

    name: str
    low: float
    below: float


# 0.5 % lies in no band but 1–24: a course is at 0 % only while nothing of it was done. Two decimals are kept.
BANDS = (
    Band("0", 0, 0.01),
    Band("1-24", 0.01, 25),
    Band("25-49", 25, 50),
    Band("50-74", 50, 75),
    Band("75-99", 75, 100),
    Band("100", 100, 101),
)


def parse_band(text: str) -> Band:
    """Return the band of this name; raises ValueError."""
    for band in BANDS:
        if band.name == text:
            return band
    raise ValueError(worded("the bands are %(names)s", names=", ".join(band.name for band in BANDS)))
