"""Twenty messages at once to a real server: all are answered, nothing of them is lost, nothing is doubled."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models.launches import Attempt
from tests.hacp_clients.client import FORM, Post, Wire, clock_text
from tests.hacp_clients.encodings import encode_uri_component
from tests.hacp_clients.rustici import Rustici
from tests.hacp_clients.school import Pupil, School
from tests.hacp_clients.scripts import Answer

LAUNCH_URL = "https://content.example/go"
MANY = 20
STATUSES = ("incomplete", "failed", "not attempted", "completed", "browsed")
ANSWERED = b"error=0\r\nerror_text=Successful\r\n"


def test_twenty_putparams_at_once_lose_nothing(served_school: School, to_server: Wire) -> None:
    pupil = served_school.add_content(launch_url=LAUNCH_URL).enrol()
    session_id = pupil.open().session_id
    to_server(message(session_id, "GetParam"))
    sent = {n: f"suspend {n} " + f"<{n};é€>" * 500 for n in range(MANY)}
    puts = [message(session_id, "PutParam", put_data(n, sent[n])) for n in range(MANY)]
    assert at_once(to_server, puts) == {ANSWERED: MANY}
    record = pupil.on_record()
    assert record.suspend in sent.values()
    winner = int(record.suspend.split()[1])
    assert record.location == f"page-{winner}"
    assert (record.lesson_status, record.status, record.percent) == ("completed", "completed", 100)
    assert record.seconds == 60 * MANY
    assert [len(attempts_of(pupil)), record_count(pupil, session_id)] == [1, MANY + 1]


def test_twenty_different_commands_at_once_lose_nothing(served_school: School, to_server: Wire) -> None:
    pupil = served_school.add_content(launch_url=LAUNCH_URL).enrol()
    session_id = pupil.open().session_id
    to_server(message(session_id, "GetParam"))
    mixed: list[Post] = []
    for n in range(MANY // 4):
        mixed += [
            message(session_id, "GetParam"),
            message(session_id, "PutParam", put_data(n, f"suspend {n}")),
            *captured(lambda wire, n=n: Rustici(session_id, wire).answer(answers(n))),
            message(session_id, "ExitAU"),
        ]
    assert at_once(to_server, mixed) == {ANSWERED: MANY}
    record = pupil.on_record()
    assert record.suspend in {f"suspend {n}" for n in range(MANY // 4)}
    assert (record.lesson_status, record.percent) == ("completed", 100)
    # Each GetParam begins a new segment of time, so the puts count together or apart.
    assert 60 * (MANY // 4) <= record.seconds <= 60 * sum(range(1, MANY // 4 + 1))
    assert len(pupil.records("putinteractions")) == MANY // 4
    assert sorted(row["interaction_id"] for row in pupil.interactions()) == sorted(
        answer.name for n in range(MANY // 4) for answer in answers(n)
    )
    assert record_count(pupil, session_id) == MANY + 1


def test_twenty_sessions_that_begin_at_once_share_one_attempt(served_school: School, to_server: Wire) -> None:
    content = served_school.add_content(launch_url=LAUNCH_URL)
    for command, data in (("GetParam", None), ("PutParam", put_data(4, "x")), ("ExitAU", None)):
        pupil = content.enrol()
        opened = [pupil.open().session_id for _ in range(MANY)]
        firsts = [message(session_id, command, data) for session_id in opened]
        assert at_once(to_server, firsts) == {ANSWERED: MANY}
        (attempt,) = attempts_of(pupil)
        assert {launch.attempt_id for launch in pupil.launches()} == {attempt.id}
        assert [record_count(pupil, session_id) for session_id in opened] == [1] * MANY
        seconds = pupil.on_record().seconds
        assert seconds == (MANY * 5 * 60 if command == "PutParam" else 0)


def message(session_id: str, command: str, data: str | None = None) -> Post:
    body = f"command={command}&version=4.0&session_id={session_id}"
    if data is not None:
        body += f"&aicc_data={encode_uri_component(data)}"
    return Post(body.encode(), FORM)


def put_data(number: int, suspend: str) -> str:
    """Return a PutParam's data: a status of all sorts, a minute more for each number."""
    status = STATUSES[(number + 4) % len(STATUSES)]
    return (
        f"[core]\r\nlesson_location=page-{number}\r\nlesson_status={status}\r\nscore={number}\r\n"
        f"time={clock_text(60 * (number + 1))}\r\n[core_lesson]\r\n{suspend}\r\n"
    )


def answers(number: int) -> tuple[Answer, ...]:
    return tuple(
        Answer(f"question_{number}_{letter}", "choice", "a", "b", "wrong", number) for letter in "ab"
    )


def captured(act: Callable[[Wire], None]) -> list[Post]:
    """Return what a client would send."""
    posts: list[Post] = []

    def keep(post: Post) -> str:
        posts.append(post)
        return ""

    act(keep)
    return posts


def at_once(wire: Wire, posts: Sequence[Post]) -> Counter[bytes]:
    """Send every request at the same moment, each from a thread of its own; count how replies begin."""
    together = Barrier(len(posts))

    def send(post: Post) -> bytes:
        together.wait(30)
        return wire(post).encode()[: len(ANSWERED)]

    with ThreadPoolExecutor(len(posts)) as threads:
        return Counter(threads.map(send, posts))


def attempts_of(pupil: Pupil) -> list[Attempt]:
    with Session(pupil.content.school.engine) as session:
        return list(session.scalars(select(Attempt).where(Attempt.learner_id == pupil.learner_id)))


def record_count(pupil: Pupil, session_id: str) -> int:
    """Count the exchanges of a session; none may have been refused or parked."""
    exchanges = pupil.exchanges(session_id)
    assert [e.result for e in exchanges if e.is_parked or e.result.startswith("Refused")] == []
    return len(exchanges)
