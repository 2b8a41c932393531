"""What comes in of people who were erased: it is stored, with nobody in their place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import cast

import orjson
from sqlalchemy.orm import Session

from app.inspector.findings import Finding
from app.learners.erased import find_erased
from app.xapi.agent_names import find_named, names_of, without
from app.xapi.attachments import Part
from app.xapi.intake import Incoming
from app.xapi.raw_text import read_exactly
from app.xapi.wire import JsonObject


@dataclass(frozen=True, slots=True)
class Forgotten:
    """Statements as they may be stored; `body` is what may be kept of the request, None for all of it."""

    statements: tuple[Incoming, ...]
    parts: tuple[Part, ...]
    body: bytes | None = None
    findings: tuple[Finding, ...] = ()


def forget_erased(
    session: Session, statements: tuple[Incoming, ...], parts: tuple[Part, ...], *, is_lenient: bool
) -> Forgotten:
    """Take everybody who was erased out of statements; data that came with those is not kept."""
    names = {
        name
        for one in statements
        for agent in find_named(one.value)
        for name in names_of(agent, is_lenient=is_lenient)
    }
    erased = find_erased(session, names)
    if not erased:
        return Forgotten(statements, parts)

    def is_gone(agent: JsonObject) -> bool:
        return not erased.isdisjoint(names_of(agent, is_lenient=is_lenient))

    kept: list[Incoming] = []
    touched: list[Incoming] = []
    for one in statements:
        value = cast(JsonObject, without(one.value, is_gone))
        if value != one.value:
            text = orjson.dumps(without(read_exactly(one.text), is_gone))
            touched.append(one)
            one = replace(one, text=text, value=value)
        kept.append(one)
    finding = Finding("M8", f"{len(touched)} of {len(statements)} statements")
    return Forgotten(tuple(kept), _unclaimed(parts, touched), _join(kept), (finding,))


def _join(statements: Sequence[Incoming]) -> bytes:
    return b"[" + b",".join(one.text for one in statements) + b"]"


def _unclaimed(parts: tuple[Part, ...], statements: Sequence[Incoming]) -> tuple[Part, ...]:
    """Return the data that none of these statements speaks of."""
    spoken_of = b"".join(one.text for one in statements)
    return tuple(part for part in parts if part.sha2.encode() not in spoken_of)
