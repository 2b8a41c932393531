"""The session id is all that authorises: it is not told to anybody else."""

from __future__ import annotations

import time
from pathlib import Path

from ...checks import NotRun, expect, expect_equal
from ..bench import Bench, aicc_data
from ..encoding import form
from ..registry import READS, case

PATIENCE_SECONDS = 3


@case(
    "84a",
    sends="messages, good and bad, with the session id in the body, the query string and the launch address",
    holds="no session id stands in the server's log",
    clause="practice: whoever reads a log could report for the learner; see --log",
)
def log(bench: Bench) -> None:
    if not bench.desk.log_files:
        raise NotRun("it needs the server's log: see --log")
    content = bench.open()
    content.put("lesson_location=logged")
    content.send("Foo").refused(1)
    content.post(None, None, query=form(content.fields("GetParam")), method="GET")
    content.post(b"", query=form(content.fields("GetParam"))).accepted()
    content.send("GetParam", session_id=content.launch.session_id[:-1] + "é").refused(3)
    _is_absent(bench, content.launch.session_id)


@case(
    "84b",
    sends="session ids that differ from a good one in one character, and in case",
    holds="error=3; ids are long enough not to be guessed, and no two launches share one",
    clause="practice: ids are bearer secrets; CMI001 chapter 9 (CMIIdentifier)",
    order=READS,
)
def guessing(bench: Bench) -> None:
    content = bench.open()
    good = content.launch.session_id
    for guess in (good[:-1], good + "0", good[:-1] + ("a" if good[-1] != "a" else "b"), good.swapcase()):
        if guess != good:
            content.send("GetParam", session_id=guess).refused(3)
    expect(len(good) >= 16, "a session id of at least 16 characters", len(good))
    expect_equal("the times that the id was given", bench.desk.session_ids.count(good), 1)


@case(
    "84c",
    sends="each kind of message, good and bad",
    holds="no reply repeats the session id",
    clause="practice: replies end up in logs and screens",
)
def replies(bench: Bench) -> None:
    content = bench.open()
    good = content.launch.session_id
    for reply in (
        content.get(),
        content.send("Foo"),
        content.send("PutParam", aicc_data("lesson_location=1")),
        content.send("GetParam", session_id=good + "x"),
        content.post(None, None, query=form(content.fields("GetParam")), method="GET"),
    ):
        whole = reply.text + " ".join(reply.http.headers.values())
        expect(good not in whole, "no session id in the reply", "one")


def _is_absent(bench: Bench, session_id: str) -> None:
    """Look at once and a little later: a server writes its log behind the reply."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    size = -1
    while True:
        texts = [Path(name).read_bytes() for name in bench.desk.log_files]
        expect(not any(session_id.encode() in text for text in texts), "no session id in the log", "one")
        if sum(map(len, texts)) == size or time.monotonic() > deadline:
            return
        size = sum(map(len, texts))
        time.sleep(0.2)
