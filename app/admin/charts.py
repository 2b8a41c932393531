"""Numbers turned into bars: what `macros/charts.html` draws. Pure.

A chart's width is stretched to the room there is, so its words stand beside the drawing, never in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

# Of the drawing's own units: what stands for one bar and the gap beside it, and for the whole height.
_STEP = 10
_GAP = 2
HEIGHT = 100
# What is there must be seen, however small beside the rest.
_LEAST = 2


@dataclass(frozen=True, slots=True)
class Point:
    """One place on the axis: its name, one number for each series, where its rows are; several in words."""

    name: str
    values: tuple[int, ...]
    href: str | None = None
    words: str = ""


@dataclass(frozen=True, slots=True)
class Piece:
    """A rectangle; `series` is the number of what it stands for, from 0."""

    series: int
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Bar:
    """A point with its rectangles, the first series at the bottom."""

    point: Point
    x: int
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars under a scale that ends at `top`; `ticks` are the names that fit under the axis."""

    bars: tuple[Bar, ...]
    top: int
    ticks: tuple[str, ...]

    @property
    def width(self) -> int:
        return len(self.bars) * _STEP

    @property
    def bar_width(self) -> int:
        return _STEP - _GAP

    @property
    def is_empty(self) -> bool:
        return not any(any(bar.point.values) for bar in self.bars)


def make_chart(points: Sequence[Point]) -> Chart:
    """Stand bars side by side, scaled to the highest."""
    top = round_up(max((sum(point.values) for point in points), default=0))
    middle = len(points) // 2
    return Chart(
        bars=tuple(
            Bar(point, number * _STEP + _GAP // 2, _stack(point.values, top))
            for number, point in enumerate(points)
        ),
        top=top,
        ticks=tuple(points[place].name for place in (0, middle, -1)) if points else (),
    )


def share(number: int, numbers: Sequence[int]) -> float:
    """Return how long the bar of one of these numbers is, of 100 for the largest."""
    largest = max(numbers, default=0)
    return max(_LEAST, round(100 * number / largest, 1)) if number else 0


def round_up(number: int) -> int:
    """Return the next number that ends a scale well: 1, 2, 4, 5, 6, 8 or 10 times a power of ten."""
    power = 1
    while number > 10 * power:
        power *= 10
    return next(step * power for step in (1, 2, 4, 5, 6, 8, 10) if step * power >= number)


def _stack(values: Sequence[int], top: int) -> tuple[Piece, ...]:
    pieces, floor = [], float(HEIGHT)
    for series, value in enumerate(values):
        if value:
            height = max(_LEAST, round(HEIGHT * value / top, 1))
            floor = max(0.0, round(floor - height, 1))
            pieces.append(Piece(series, floor, height))
    return tuple(pieces)
