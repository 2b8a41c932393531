"""How programs' wishes are done: once however often they are asked, and only to what the client has seen."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from marshmallow import Schema
from sqlalchemy.orm import Session

from app.access.audit import Actor
from app.access.idempotency import KeyReused, Request, claim_key, keep_result
from app.access.integrations import UnknownIntegration
from app.access.organisation import Organisation
from app.api.nouns import Item, Missing
from app.api.problems import Fault, Invalid, NotFound, OtherRequest, PreconditionFailed
from app.catalog.course_rules import BadCourse
from app.catalog.service import UnknownCourse
from app.learners.values import BadLearner, UnknownLearner
from app.settings import Settings

Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Doing:
    """Who acts, where and when; `now` and `seed` are those of the first time when a request is repeated."""

    actor: Actor
    settings: Settings
    organisation: Organisation
    now: datetime
    seed: str


@dataclass(frozen=True, slots=True)
class Deed:
    """One POST: `act` returns the id of what it made, `show` gives the answer for that id, now or later."""

    name: str
    summary: str
    words: str
    tag: str
    path: str
    scope: str
    body: Schema | None
    reply: Schema
    act: Callable[[Session, Doing, Sequence[str], Body], str]
    show: Callable[[Session, Doing, str, Body], Item]
    # Whether what was made has an address of its own.
    has_address: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """One PATCH: `hold` reads what is there and keeps others from it, `act` changes it."""

    name: str
    tag: str
    one: str
    scope: str
    body: Schema
    reply: Schema
    hold: Callable[[Session, str], Item]
    act: Callable[[Session, Doing, str, Body], Item]


def do_once(
    session: Session, deed: Deed, doing: Doing, *, keys: Sequence[str], body: Body, again: Request | None
) -> tuple[str, Item]:
    """Return the id of what was made and the answer; `again` is the request when it came with a key."""
    with _told_as_problems():
        done = claim_key(session, again, now=doing.now) if again else None
        if done is not None:
            return done.made, deed.show(session, replace(doing, now=done.at), done.made, body)
        made = deed.act(session, doing, keys, body)
        if again is not None:
            keep_result(session, again, made)
        return made, deed.show(session, doing, made, body)


def change_seen(
    session: Session, change: Change, doing: Doing, *, key: str, body: Body, is_seen: Callable[[Item], bool]
) -> Item:
    """Change what is as the client has read it; raises PreconditionFailed."""
    with _told_as_problems():
        if not is_seen(change.hold(session, key)):
            raise PreconditionFailed(f"This {change.one} has changed: read it again, then change it.")
        return change.act(session, doing, key, body)


@contextmanager
def _told_as_problems() -> Iterator[None]:
    """Turn what the services refuse into problems; a name in a body that leads nowhere is a fault of it."""
    try:
        yield
    except KeyReused:
        raise OtherRequest("This Idempotency-Key came with another request; take a new one.") from None
    except Missing as error:
        raise NotFound(sentence(str(error))) from None
    except (BadLearner, BadCourse) as error:
        raise Invalid(sentence(str(error))) from None
    except UnknownIntegration:
        raise _unknown("integration") from None
    except UnknownCourse:
        raise _unknown("course") from None
    except UnknownLearner:
        raise _unknown("learner") from None


def _unknown(noun: str) -> Invalid:
    text = f"There is no such {noun}."
    return Invalid(text, errors=[Fault(f"/{noun}_id", text)])


def sentence(text: str) -> str:
    """Write what a service said as a sentence."""
    return f"{text[:1].upper()}{text[1:].removesuffix('.')}."
