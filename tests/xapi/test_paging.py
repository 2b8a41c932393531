"""Lists read page by page while others write, over HTTP with several processes, on both databases.

xAPI 1.0.3 Part 3 §2.1.3: whatever was stored by X-Experience-API-Consistent-Through is in the list.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.conformance.xapi.builders import new_iri, statement
from tests.conformance.xapi.lrs import CONSISTENT, STATEMENTS, Lrs, Reply, moment
from tests.conformance.xapi.waymark import running_store
from tests.xapi.statements import Json

WRITERS = 4
# Each writer's requests, by turns of one statement and of three.
REQUESTS = 30
VERBS = [{"id": new_iri("verbs")} for _ in range(2)]


@pytest.fixture(params=["sqlite", "postgresql"])
def store(
    request: pytest.FixtureRequest, tmp_path: Path, separate_database: Callable[[str, Path], str]
) -> Iterator[Lrs]:
    with running_store(separate_database(request.param, tmp_path), tmp_path, workers=2) as running:
        yield running


def write(store: Lrs) -> list[str]:
    """Store statements on a connection of one's own; returns their ids."""
    mine = store.twin()
    written: list[str] = []
    for number in range(REQUESTS):
        batch = [statement(verb=VERBS[number % 4 // 2]) for _ in range(1 + number % 2 * 2)]
        mine.store(*batch)
        written += [one["id"] for one in batch]
    mine.client.close()
    return written


@contextmanager
def writing(store: Lrs) -> Iterator[list[Future[list[str]]]]:
    with ThreadPoolExecutor(WRITERS) as pool:
        yield [pool.submit(write, store) for _ in range(WRITERS)]


def read_while(writers: list[Future[list[str]]]) -> Iterator[None]:
    """Go on until the writers are done, and then once more."""
    while not all(writer.done() for writer in writers):
        yield
    yield


def pages(store: Lrs, **params: str) -> Iterator[Reply]:
    page = store.get(STATEMENTS, {"limit": "7", **params}).expect(200)
    yield page
    while page.json["more"]:
        page = store.follow(page.json["more"]).expect(200)
        yield page


def statements(replies: list[Reply]) -> list[Json]:
    return [each for page in replies for each in page.json["statements"]]


def test_whoever_asks_for_what_is_new_gets_everything_once(store: Lrs) -> None:
    seen: list[str] = []
    since: dict[str, str] = {}
    with writing(store) as writers:
        for _ in read_while(writers):
            new = statements(list(pages(store, ascending="true", **since)))
            seen += [each["id"] for each in new]
            since = {"since": new[-1]["stored"]} if new else since
    assert len(seen) == len(set(seen))
    assert set(seen) == {text for writer in writers for text in writer.result()}


def test_a_walk_from_the_newest_repeats_nothing_and_skips_nothing_promised(store: Lrs) -> None:
    queries = [{}, {"verb": VERBS[0]["id"]}, {"until": "2999-01-01T00:00:00Z"}]
    walks = []
    with writing(store) as writers:
        for _ in read_while(writers):
            walks += [(query, list(pages(store, **query))) for query in queries]
    kept = statements(list(pages(store)))
    assert {each["id"] for each in kept} == {text for writer in writers for text in writer.result()}
    for query, replies in walks:
        through = moment(replies[0].header(CONSISTENT))
        seen = [each["id"] for each in statements(replies)]
        asked = [each for each in kept if query.get("verb") in (None, each["verb"]["id"])]
        promised = {each["id"] for each in asked if moment(each["stored"]) <= through}
        assert promised <= set(seen)
        # A walk is a part of the whole list, in the whole list's order.
        assert seen == [each["id"] for each in asked if each["id"] in set(seen)]
