"""Storyline's last messages leave at once and arrive in any order: every order ends the same way."""

from __future__ import annotations

from itertools import permutations

import pytest

from tests.hacp_clients.client import Wire
from tests.hacp_clients.rustici import Storyline
from tests.hacp_clients.school import School
from tests.hacp_clients.scripts import FRESH, OnRecord, State

BEGUN = State("1", "not attempted", "", 60, "begun")
STALE = State("8", "not attempted", "", 598, "older")
PASSED = State("end", "passed", "90", 600, "final")
ENDED = OnRecord("passed", "end", "final", "90", 600, "passed", 100, 90)


@pytest.mark.parametrize("order", ["".join(order) for order in permutations("psx")])
def test_a_completion_survives_any_order_of_the_last_three_messages(
    school: School, wire: Wire, order: str
) -> None:
    pupil = school.add_content(launch_url="https://content.example/go").enrol()
    session_id = pupil.open().session_id
    player = Storyline(session_id, wire, order=order, stale=STALE)
    assert player.begin() == FRESH
    player.put(BEGUN)
    player.leave(PASSED)
    assert pupil.on_record() == ENDED
    assert [launch.end_reason for launch in pupil.launches()] == ["exit"]
    exchanges = pupil.exchanges(session_id)
    assert [exchange.result for exchange in exchanges if exchange.result.startswith("Refused")] == []
    assert len(exchanges) == 5
    seen = Storyline(pupil.open().session_id, wire).begin()
    assert (seen.status, seen.location, seen.suspend, seen.time) == ("passed", "end", "final", "00:10:00")
