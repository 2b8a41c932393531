"""Hops: two servers that pass everything on to each other stop."""

from __future__ import annotations

import pytest
from hypothesis import given, settings, strategies as st

from app.outbound.hops import MOST_HOPS, Hops, TooManyHops, next_hops, parse_hops


def test_two_servers_that_point_at_each_other_stop_after_three_hops() -> None:
    received, sent = None, []
    for instance in ("ana", "ben", "ana"):
        sent.append(str(next_hops(received, instance_id=instance)))
        received = parse_hops(sent[-1])
    assert sent == ["1 ana", "2 ana", "3 ana"]
    with pytest.raises(TooManyHops) as stopped:
        next_hops(received, instance_id="ben")
    assert stopped.value.hops == Hops("ana", MOST_HOPS)
    assert not stopped.value.is_ours


def test_a_message_that_came_back_is_known_as_our_own() -> None:
    with pytest.raises(TooManyHops, match="began here and came back") as stopped:
        next_hops(Hops("ana", 3), instance_id="ana")
    assert stopped.value.is_ours


def test_a_count_beyond_all_bounds_is_refused_too() -> None:
    with pytest.raises(TooManyHops):
        next_hops(parse_hops("999 ben"), instance_id="ana")


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        " ",
        "2",
        "ana",
        "0 ana",
        "-1 ana",
        "1000 ana",
        "1  ana",
        "1 a b",
        "1 a\nX: y",
        "1 " + "a" * 65,
    ],
)
def test_what_no_waymark_writes_counts_as_nothing(header: str | None) -> None:
    assert parse_hops(header) is None


@given(st.from_regex(r"[A-Za-z0-9_-]{1,64}", fullmatch=True), st.integers(1, 999))
@settings(max_examples=20)
def test_what_is_written_is_read_again(origin: str, count: int) -> None:
    assert parse_hops(str(Hops(origin, count))) == Hops(origin, count)
