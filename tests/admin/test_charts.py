"""The geometry of bars."""

from __future__ import annotations

import pytest

from app.admin.charts import HEIGHT, Point, make_chart, round_up, share


@pytest.mark.parametrize(
    ("number", "top"), [(0, 1), (1, 1), (3, 4), (7, 8), (9, 10), (11, 20), (61, 80), (412, 500), (1001, 2000)]
)
def test_a_scale_ends_at_a_round_number_above_the_highest_bar(number: int, top: int) -> None:
    assert round_up(number) == top


def test_bars_stand_on_the_ground_and_upon_each_other() -> None:
    chart = make_chart([Point("a", (30, 10)), Point("b", (0, 0)), Point("c", (0, 1))])
    a, b, c = chart.bars
    assert [(piece.series, piece.y, piece.height) for piece in a.pieces] == [(0, 25.0, 75.0), (1, 0.0, 25.0)]
    assert b.pieces == ()
    assert [(piece.series, piece.y + piece.height) for piece in c.pieces] == [(1, HEIGHT)]
    assert (chart.top, chart.width, chart.ticks) == (40, 30, ("a", "b", "c"))


def test_what_is_there_is_seen_however_small_it_is() -> None:
    numbers = (1_000_000, 1, 0)
    assert [share(number, numbers) for number in numbers] == [100, 2, 0]
    smallest = make_chart([Point("much", (1_000_000,)), Point("one", (1,))]).bars[1].pieces[0]
    assert smallest.height == 2


def test_a_chart_without_anything_says_so() -> None:
    assert make_chart([]).is_empty
    assert make_chart([Point("a", (0, 0))]).is_empty
    assert not make_chart([Point("a", (0, 1))]).is_empty
