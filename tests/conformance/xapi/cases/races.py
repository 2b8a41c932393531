"""Requests at the same moment: what is judged and what is written are one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from ...checks import expect_equal
from ..builders import new_verb, statement
from ..lrs import Lrs, Reply
from ..registry import case
from ..shelf import RESOURCES, Shelf, shelf

CLIENTS = 8
Work = Callable[[Lrs], Reply]


@case(
    "C240",
    section="Part 3 §3.1",
    holds="of many who make a document with If-None-Match: * at once one does",
    variants=RESOURCES,
)
def one_makes_a_document(lrs: Lrs, resource: str) -> None:
    place = shelf(lrs, resource)

    def work(number: int) -> Work:
        return lambda own: _at(place, own).send("PUT", "x", {"number": number}, If_None_Match="*")

    replies = at_once(lrs, [work(number) for number in range(CLIENTS)])
    expect_equal("the statuses", _statuses(replies), {204: 1, 412: CLIENTS - 1})
    winner = next(number for number, reply in enumerate(replies) if reply.status == 204)
    expect_equal("the document", place.get("x").json, {"number": winner})


@case(
    "C241",
    section="Part 3 §3.1",
    holds="of many who change the same document with its ETag at once one does",
    variants=RESOURCES,
)
def one_changes_a_document(lrs: Lrs, resource: str) -> None:
    place = shelf(lrs, resource)
    place.post("x", {"number": None}).expect(204)
    etag = place.get("x").header("etag")

    def work(number: int) -> Work:
        return lambda own: _at(place, own).send("PUT", "x", {"number": number}, If_Match=etag)

    replies = at_once(lrs, [work(number) for number in range(CLIENTS)])
    expect_equal("the statuses", _statuses(replies), {204: 1, 412: CLIENTS - 1})
    winner = next(number for number, reply in enumerate(replies) if reply.status == 204)
    expect_equal("the document", place.get("x").json, {"number": winner})


@case("C242", section="Part 3 §2.2", holds="of many who merge at once none is lost", variants=RESOURCES)
def every_merge_counts(lrs: Lrs, resource: str) -> None:
    place = shelf(lrs, resource)

    def work(number: int) -> Work:
        return lambda own: _at(place, own).post("x", {str(number): number})

    replies = at_once(lrs, [work(number) for number in range(CLIENTS)])
    expect_equal("the statuses", _statuses(replies), {204: CLIENTS})
    expect_equal("the document", place.get("x").json, {str(number): number for number in range(CLIENTS)})


@case("C71", section="Part 3 §2.1.1", holds="of many statements with one id that come at once one is stored")
def one_statement_is_stored(lrs: Lrs) -> None:
    value = statement()
    others = [{**value, "verb": new_verb()} for _ in range(CLIENTS)]

    def work(number: int) -> Work:
        return lambda own: own.post(others[number]) if number % 2 else own.put(others[number])

    replies = at_once(lrs, [work(number) for number in range(CLIENTS)])
    winners = [number for number, reply in enumerate(replies) if reply.status != 409]
    expect_equal("the number of those taken", len(winners), 1)
    replies[winners[0]].expect(200, 204)
    expect_equal("the verb", lrs.find(value["id"]).expect(200).json["verb"], others[winners[0]]["verb"])


@case(
    "C72",
    section="Part 3 §2.1.1",
    holds="the same statement from many at once is stored once, and taken from all",
)
def repeats_at_once(lrs: Lrs) -> None:
    value = statement()
    replies = at_once(lrs, [lambda own: own.post([value, statement()])] * CLIENTS)
    expect_equal("the statuses", _statuses(replies), {200: CLIENTS})
    expect_equal("the ids", lrs.ids(verb=value["verb"]["id"]), [value["id"]])


def at_once(lrs: Lrs, works: Sequence[Work]) -> list[Reply]:
    """Let each work have a connection of its own, all together; return the replies in their order."""
    twins = [lrs.twin() for _ in works]
    try:
        with ThreadPoolExecutor(len(works)) as pool:
            return list(pool.map(lambda pair: pair[0](pair[1]), zip(works, twins, strict=True)))
    finally:
        for twin in twins:
            lrs.exchanges += twin.exchanges
            twin.client.close()


def _at(place: Shelf, lrs: Lrs) -> Shelf:
    return Shelf(lrs, place.resource, place.context)


def _statuses(replies: Sequence[Reply]) -> dict[int, int]:
    return dict(Counter(reply.status for reply in replies))
