"""Each client plays its course in Chromium, from another origin, with real ends of pages."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext

from tests.browser.hacp_clients.conftest import await_messages, open_tab
from tests.hacp_clients.school import Pupil, School
from tests.hacp_clients.scripts import (
    ADAPT_NEW,
    ADAPT_OLD,
    COURSELAB,
    RUSTICI,
    RUSTICI_FORM,
    SOUTH_RIVER,
    STORYLINE,
    Answer,
    OnRecord,
    Script,
    Seen,
    State,
)
from tests.hacp_clients.test_full_courses import check_answers

# The page, the script, and how many messages surely come as the client leaves.
CLIENTS = {
    "rustici": ("rustici.html?course=7", RUSTICI, 2),
    "rustici_form": ("rustici.html?transport=form", RUSTICI_FORM, 2),
    "storyline": ("storyline.html", STORYLINE, 2),
    "adapt_old": ("adapt.html?build=old", ADAPT_OLD, 1),
    "adapt_new": ("adapt.html?build=new", ADAPT_NEW, 1),
    "courselab": ("courselab.html", COURSELAB, 2),
}


@pytest.mark.parametrize(("page", "script", "last_messages"), CLIENTS.values(), ids=CLIENTS)
def test_a_course_is_played_in_two_sessions(
    content_host: str, school: School, learner_context: BrowserContext, page: str, script: Script,
    last_messages: int,
) -> None:  # fmt: skip
    pupil = school.add_content(kind=script.kind, launch_url=f"{content_host}/{page}").enrol()
    play = Playing(pupil, learner_context, last_messages)
    assert play(script.first) == script.seen_at_first
    assert pupil.on_record() == script.after_first
    assert play(script.second, script.answers) == script.seen
    assert pupil.on_record() == script.after_second
    assert [launch.end_reason for launch in pupil.launches()] == ["exit", "exit"]
    check_answers(pupil, script)


class Playing:
    """Plays sessions of one course through its launch link, from GetParam to the closing of the tab."""

    def __init__(self, pupil: Pupil, context: BrowserContext, last_messages: int) -> None:
        self.pupil = pupil
        self.context = context
        self.last_messages = last_messages

    def __call__(self, states: tuple[State, ...], answers: tuple[Answer, ...] = ()) -> Seen:
        tab = open_tab(self.context, self.pupil.link())
        seen = tab.begin()
        for state in states[:-1]:
            tab.put(state)
        if answers:
            tab.answer(answers)
        tab.leave(states[-1])
        tab.close()
        number = 1 + len(states[:-1]) + bool(answers) + self.last_messages
        await_messages(self.pupil, tab.session_id, number)
        return seen


def test_south_river_loses_no_more_than_its_exit(
    content_host: str, school: School, learner_context: BrowserContext
) -> None:
    """Its ExitAU is an ordinary request of a page that goes away: it may come, or not."""
    script = SOUTH_RIVER
    pupil = school.add_content(launch_url=f"{content_host}/south_river.html").enrol()
    for states, seen, after in (
        (script.first, script.seen_at_first, script.after_first),
        (script.second, script.seen, script.after_second),
    ):
        tab = open_tab(learner_context, pupil.link())
        assert tab.begin() == seen
        for state in states:
            tab.put(state)
        tab.close()
        assert pupil.on_record() == after


def test_a_rustici_tab_that_is_closed_keeps_what_it_said(
    content_host: str, school: School, learner_context: BrowserContext
) -> None:
    """Browsers refuse a synchronous request of a page that goes away, so ExitAU never comes."""
    pupil = school.add_content(launch_url=f"{content_host}/rustici.html").enrol()
    tab = open_tab(learner_context, pupil.link())
    tab.begin()
    for state in RUSTICI.first:
        tab.put(state)
    tab.close()
    assert pupil.on_record() == RUSTICI.after_first
    tab = open_tab(learner_context, pupil.link())
    assert tab.begin() == RUSTICI.seen
    tab.put(RUSTICI.second[-1])
    assert pupil.on_record() == RUSTICI.after_second
    assert [launch.end_reason for launch in pupil.launches()] == [None, None]


def test_an_adapt_page_that_is_left_for_another_says_so(
    content_host: str, school: School, learner_context: BrowserContext
) -> None:
    pupil = school.add_content(launch_url=f"{content_host}/adapt.html?build=new").enrol()
    tab = open_tab(learner_context, pupil.open().content_url or "")
    tab.begin()
    tab.leave(State("co-09", "completed", "", 60, "all"))
    tab.go_away()
    await_messages(pupil, tab.session_id, 2)
    assert pupil.on_record() == OnRecord(
        "completed", "co-09", "suspend_data=all", "", 60, "completed", 100, None
    )
