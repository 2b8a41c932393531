"""Cases from tables: what must be taken and what must not, at every place where it may stand.

Every value is sent at every place, in turn by POST and by PUT, so that each value and each place meets both.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from ..checks import Failed, expect_equal
from .builders import Json, new_uuid
from .likeness import settled
from .lrs import STATEMENTS, Lrs, Reply
from .places import Place
from .registry import VERSIONS, case

Named = Iterable[tuple[str, Json]]

_METHODS = ("POST", "PUT")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def rule(
    number: str,
    *,
    section: str,
    holds: str,
    places: Mapping[str, Place],
    good: Iterable[Any] = (),
    bad: Iterable[Any] = (),
    versions: Iterable[str] = VERSIONS,
) -> None:
    """Register a case: at each place the store takes what is good and refuses what is bad."""
    numbered = {name: (position, place) for position, (name, place) in enumerate(places.items())}
    right, wrong = tuple(good), tuple(bad)

    @case(number, section=section, holds=holds, variants=numbered, versions=versions)
    def judge(lrs: Lrs, variant: tuple[int, Place]) -> None:
        position, place = variant
        # Of version 1.0.3 these are unknown members, whatever they hold.
        is_unknown = not lrs.is_v2 and _is_of_version_2(place)
        for turn in (position,) if len(places) > 1 else (0, 1):
            (refuse_all if is_unknown else take_all)(lrs, _at(place, right), turn=turn)
            refuse_all(lrs, _at(place, wrong), turn=turn)


def take_all(lrs: Lrs, statements: Named, *, turn: int = 0) -> None:
    """Fail unless each is taken, by POST and by PUT in turn, and given back as it was sent."""
    for position, (name, value) in enumerate(statements):
        with naming(name):
            take(lrs, value, _METHODS[(position + turn) % 2])


def take(lrs: Lrs, value: Json, *methods: str) -> None:
    """Fail unless a statement is taken and given back as it was sent, by each of the methods or by both."""
    for method in methods or _METHODS:
        sent = {**value, "id": new_uuid()}
        _send(lrs, method, sent, sent["id"]).expect(204 if method == "PUT" else 200)
        found = lrs.find(sent["id"]).expect(200).json
        expect_equal(f"the statement after {method}", settled(found, like=sent), settled(sent, like=sent))


def refuse_all(lrs: Lrs, statements: Named, *, turn: int = 0) -> None:
    """Fail unless each is answered with 400, by POST and by PUT in turn, and none of them is stored."""
    statement_id = new_uuid()
    for position, (name, value) in enumerate(statements):
        # Where the id is what is wrong it stays.
        is_right = isinstance(value.get("id"), str) and _UUID.fullmatch(value["id"])
        sent = {**value, "id": statement_id} if is_right else value
        method = _METHODS[(position + turn) % 2]
        with naming(name):
            reply = _send(lrs, method, sent, statement_id)
            if reply.status != 400:
                raise Failed(f"{method} to be answered with 400", f"{reply.status} {reply.body[:200]!r}")
    expect_equal("the status of a GET of what was refused", lrs.find(statement_id).status, 404)


@contextmanager
def naming(name: str) -> Iterator[None]:
    """Say in a failure with which value it came about."""
    try:
        yield
    except Failed as failed:
        raise Failed(f"with {name[:200]}: {failed.expected}", failed.received) from None


def _at(place: Place, values: Iterable[Any]) -> Iterator[tuple[str, Json]]:
    for value in values:
        yield value if isinstance(value, str) else json.dumps(value, ensure_ascii=False), place(value)


def _is_of_version_2(place: Place) -> bool:
    return any(f'"{name}"' in json.dumps(place({})) for name in ("contextAgents", "contextGroups"))


def _send(lrs: Lrs, method: str, value: Json, statement_id: str) -> Reply:
    params = {"statementId": statement_id} if method == "PUT" else None
    return lrs.send(method, STATEMENTS, params, json_body=value)
