"""Courses as tables: what each client's course says, what is on record then, and what a relaunch gives back.

The same tables are played in Python on both databases (here) and in Chromium (tests/browser/hacp_clients).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

from app.access.integrations import Kind

NAME = "Diaz, Ana"


@dataclass(frozen=True)
class State:
    """What a course wants kept; each client says it in words of its own."""

    location: str
    status: str
    score: str
    seconds: int
    suspend: str

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Answer:
    """One question and what Ana answered."""

    name: str
    type: str
    right: str
    given: str
    result: str
    seconds: int

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class OnRecord:
    """What attempt and progress hold of one learner and course."""

    lesson_status: str
    location: str
    suspend: str
    score: str
    seconds: float
    status: str
    percent: float
    score_number: float | None


@dataclass(frozen=True)
class Seen:
    """What a client made of a reply to GetParam."""

    name: str
    location: str
    status: str
    entry: str
    score: str
    time: str
    suspend: str


FRESH = Seen(NAME, "", "not attempted", "ab-initio", "", "00:00:00", "")
_NOTHING = Seen("", "", "", "", "", "", "")


@dataclass(frozen=True)
class Script:
    """Two sessions of one course: the last state of each is what the client sends as it leaves."""

    first: tuple[State, ...]
    after_first: OnRecord
    seen: Seen
    second: tuple[State, ...]
    after_second: OnRecord
    answers: tuple[Answer, ...] = ()
    kind: Kind = Kind.AICC
    seen_at_first: Seen = FRESH


ANSWERS = (
    Answer("knots_1", "choice", "a,b", "a,c", "wrong", 3),
    Answer("knots_2", "fill-in", "bowline, twice", "bowline, twice", "correct", 75),
)

_RUSTICI_SUSPEND = '2;7|visited=1,0,1\r\n\r\n  note: Ana said “café €5” 😀\r\na=b&c;d<e>"f" [1] %'
RUSTICI = Script(
    first=(
        State("slide-3", "incomplete", "40", 120, "2;3|visited=1"),
        State("slide-7", "incomplete", "66.67", 754, _RUSTICI_SUSPEND),
    ),
    answers=ANSWERS,
    after_first=OnRecord(
        "incomplete", "slide-7", _RUSTICI_SUSPEND, "66.67,100,0", 754, "in_progress", 0, 66.67
    ),
    seen=Seen(NAME, "slide-7", "incomplete", "resume", "66.67", "00:12:34", _RUSTICI_SUSPEND),
    second=(
        State("slide-8", "incomplete", "70", 30, _RUSTICI_SUSPEND),
        State("slide-9", "passed", "92.5", 61, "done"),
    ),
    after_second=OnRecord("passed", "slide-9", "done", "92.5,100,0", 815, "passed", 100, 92.5),
)

RUSTICI_FORM = Script(
    first=RUSTICI.first,
    answers=ANSWERS,
    after_first=OnRecord("incomplete", "slide-7", _RUSTICI_SUSPEND, "66", 754, "in_progress", 0, 66),
    seen_at_first=_NOTHING,
    seen=_NOTHING,
    second=RUSTICI.second,
    after_second=OnRecord("passed", "slide-9", "done", "92", 815, "passed", 100, 92),
)

_STORYLINE_SUSPEND = "2n5c3~$1^" + "|8b_0(2Rt)7~" * 500
STORYLINE = Script(
    first=(
        State("6bCBc7", "not attempted", "", 60, "2n5c3~"),
        State("5xPq01", "not attempted", "", 300, _STORYLINE_SUSPEND),
    ),
    after_first=OnRecord("incomplete", "5xPq01", _STORYLINE_SUSPEND, "", 300, "in_progress", 0, None),
    seen=Seen(NAME, "5xPq01", "incomplete", "resume", "", "00:05:00", _STORYLINE_SUSPEND),
    answers=ANSWERS,
    second=(
        State("5xPq02", "not attempted", "", 200, _STORYLINE_SUSPEND + "x"),
        State("5xPq09", "passed", "90", 600, _STORYLINE_SUSPEND + "y"),
    ),
    after_second=OnRecord("passed", "5xPq09", _STORYLINE_SUSPEND + "y", "90", 900, "passed", 100, 90),
)

_ADAPT_SUSPEND = 'co-05 "é" 1+1 [2] {true;false}'
_ADAPT_KEPT = f"suspend_data={_ADAPT_SUSPEND}"
ADAPT_OLD = Script(
    first=(
        State("co-02", "incomplete", "", 45, "co-02"),
        State("co-05", "incomplete", "", 125, _ADAPT_SUSPEND),
    ),
    after_first=OnRecord("incomplete", "co-05", _ADAPT_KEPT, "", 125, "in_progress", 0, None),
    seen=Seen(NAME, "co-05", "incomplete", "resume", "", "00:02:05", _ADAPT_SUSPEND),
    second=(
        State("co-07", "incomplete", "40.9", 10, _ADAPT_SUSPEND),
        State("co-09", "completed", "87.6", 3600, "all"),
    ),
    after_second=OnRecord("completed", "co-09", "suspend_data=all", "87", 3725, "completed", 100, 87),
)
ADAPT_NEW = Script(
    first=ADAPT_OLD.first,
    after_first=ADAPT_OLD.after_first,
    # Since January 2021 this client never takes its suspend data back.
    seen=Seen(NAME, "co-05", "incomplete", "resume", "", "00:02:05", ""),
    second=ADAPT_OLD.second,
    after_second=ADAPT_OLD.after_second,
)

_SOUTH_RIVER_SUSPEND = "Größe 5 €; 1+1=2\r\n\r\n[1,2] ;x"
_SOUTH_RIVER_KEPT = f"suspend_data={_SOUTH_RIVER_SUSPEND}"
SOUTH_RIVER = Script(
    first=(
        State("page-2", "incomplete", "", 0, ""),
        State("page-4", "incomplete", "50", 0, _SOUTH_RIVER_SUSPEND),
    ),
    seen_at_first=replace(FRESH, time=""),
    after_first=OnRecord("incomplete", "page-4", _SOUTH_RIVER_KEPT, "50", 0, "in_progress", 0, 50),
    seen=Seen(NAME, "page-4", "incomplete", "resume", "50", "", _SOUTH_RIVER_SUSPEND),
    second=(State("page-9", "complete", "75", 0, "end"),),
    after_second=OnRecord("completed", "page-9", "suspend_data=end", "75", 0, "completed", 100, 75),
)

_COURSELAB_SUSPEND = "1,0,1;Узлы = да\r\nstep:4+"
COURSELAB = Script(
    first=(
        State("1_2", "incomplete", "10", 15, "0,0,0"),
        State("1_4", "incomplete", "45", 615, _COURSELAB_SUSPEND),
    ),
    after_first=OnRecord("incomplete", "1_4", _COURSELAB_SUSPEND, "45,100,0", 615, "in_progress", 0, 45),
    seen=Seen(NAME, "1_4", "incomplete", "resume", "45,100,0", "00:10:15", _COURSELAB_SUSPEND),
    second=(State("1_9", "failed", "45", 5, "x"), State("2_1", "passed", "80", 65, "end")),
    after_second=OnRecord("passed", "2_1", "end", "80,100,0", 680, "passed", 100, 80),
)

_SERVER_SUSPEND = "at=4+1 & 100%25 %41 é€😀\r\n\r\n  ;x\r\n[1,2] [core] {}"
SERVER_TO_SERVER = Script(
    kind=Kind.LINKEDIN_LEARNING,
    first=(
        State("video-2", "incomplete", "10", 60, "at=2"),
        State("video-4", "incomplete", "35", 1800, _SERVER_SUSPEND),
    ),
    after_first=OnRecord("incomplete", "video-4", _SERVER_SUSPEND, "35", 1800, "in_progress", 35, None),
    seen=Seen(NAME, "video-4", "incomplete", "resume", "35", "00:30:00", _SERVER_SUSPEND),
    second=(State("video-9", "completed", "100", 3600, "at=9"),),
    after_second=OnRecord("completed", "video-9", "at=9", "100", 5400, "completed", 100, None),
)

CAPTIVATE_RELAY = Script(
    kind=Kind.LINKEDIN_LEARNING,
    first=RUSTICI.first,
    answers=ANSWERS,
    after_first=OnRecord(
        "incomplete", "slide-7", _RUSTICI_SUSPEND, "66.67,100,0", 754, "in_progress", 66.67, None
    ),
    seen=RUSTICI.seen,
    second=RUSTICI.second,
    after_second=OnRecord("passed", "slide-9", "done", "92.5,100,0", 815, "passed", 100, None),
)
