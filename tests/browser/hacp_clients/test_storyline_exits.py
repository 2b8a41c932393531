"""Storyline's last messages are parallel beacons of a page that closes: they overtake each other."""

from __future__ import annotations

import random
from itertools import permutations

import pytest
from playwright.sync_api import BrowserContext

from tests.browser.hacp_clients.conftest import await_messages, open_tab
from tests.hacp_clients.school import Pupil, School
from tests.hacp_clients.scripts import FRESH
from tests.hacp_clients.test_exit_orders import BEGUN, ENDED, PASSED, STALE

ORDERS = ["".join(order) for order in permutations("psx")]


@pytest.mark.timeout(300)
def test_fifty_exits_in_any_order_lose_no_completion(
    content_host: str, school: School, learner_context: BrowserContext
) -> None:
    content = school.add_content(launch_url=f"{content_host}/storyline.html")
    dice = random.Random(50)
    arrivals: list[str] = []
    for number in range(50):
        pupil = content.enrol()
        tab = open_tab(learner_context, pupil.open().content_url or "")
        assert tab.begin() == FRESH
        tab.put(BEGUN)
        tab.leave(PASSED, order=dice.choice(ORDERS), stale=STALE)
        if number % 2:
            tab.close()
        else:
            tab.go_away()
        await_messages(pupil, tab.session_id, 5)
        arrivals.append(arrival(pupil, tab.session_id))
        assert pupil.on_record() == ENDED, f"repetition {number}: {arrivals[-1]}"
        assert [launch.end_reason for launch in pupil.launches()] == ["exit"]
    assert [order for order in arrivals if order.index("x") < order.index("p")], "nothing was overtaken"
    assert [order for order in arrivals if order.index("p") < order.index("s")], "nothing was stale"


def arrival(pupil: Pupil, session_id: str) -> str:
    """Return the order in which the server took the last three messages."""
    bodies = [exchange.request_body or b"" for exchange in pupil.exchanges(session_id)[2:]]
    return "".join(
        "x" if b"EXITAU" in body else "p" if b"Lesson_Status%3DP" in body else "s" for body in bodies
    )
