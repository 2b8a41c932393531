"""The outbox: work for receivers, written in the transaction of what it tells, or not at all.

The faces ask for the outlets in a round that goes to the database anyway; without any, nothing more is done.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, case, delete, null, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.access.organisation import load_organisation
from app.catalog.service import get_course
from app.delivery.events import (
    EVENTS,
    FAILING,
    UNMATCHED,
    describe_change,
    describe_integration,
    describe_learner,
    is_news,
    list_events,
)
from app.delivery.result_statement import Subject, make_statement
from app.learners.service import get_learner
from app.models.access import Integration
from app.models.base import new_id, table_of
from app.models.delivery import Delivery, Destination
from app.outbound.hops import MOST_HOPS, Hops
from app.prepared import Prepared
from app.progress.service import Change
from app.settings import Settings

WEBHOOK, LRS, LMS = "webhook", "lrs", "lms"
LOOP = "loop"
STATEMENT, RESULT, PUT, EXIT = "statement", "aicc_result", "aicc_put", "aicc_exit"


@dataclass(frozen=True, slots=True)
class Outlet:
    """A receiver that wants some of what happens."""

    id: str
    kind: str
    events: frozenset[str]


@dataclass(frozen=True, slots=True)
class Whose:
    """Whose results they are, and how often they were passed on before they came here."""

    integration_id: str
    learner_id: str
    course_id: str
    launch_id: str | None = None
    hops: Hops | None = None

    @property
    def has_come_far(self) -> bool:
        """Tell whether they go no further: servers that point at each other shall come to rest."""
        return self.hops is not None and self.hops.count >= MOST_HOPS


def ask_outlets(session: Session, integration_id: str) -> Callable[[], tuple[Outlet, ...]]:
    """Ask who wants the results of this integration; what is returned gives them."""
    asked = _SELECT_OUTLETS.ask(session, {"integration_id": integration_id})
    return lambda: tuple(Outlet(row.id, row.kind, split_events(row.events)) for row in asked.all())


def split_events(text: str) -> frozenset[str]:
    """Return the names of events that a destination's column holds."""
    return frozenset(text.split(",")) & frozenset(EVENTS)


def announce_change(
    session: Session, outlets: Sequence[Outlet], change: Change, whose: Whose, *, at: datetime
) -> None:
    """Tell the webhooks what a report changed: nothing for one that changed nothing."""
    events = list_events(change.before, change.after) if outlets else ()
    wanted = [(event, [one.id for one in outlets if event in one.events]) for event in events]
    if not any(ids for _, ids in wanted):
        return
    data = describe_change(session, change, whose.learner_id, whose.course_id, whose.integration_id)
    for event, ids in wanted:
        announce(session, ids, event, data, whose, at=at)


def announce(
    session: Session,
    destination_ids: Iterable[str],
    event: str,
    data: Mapping[str, Any],
    whose: Whose,
    *,
    at: datetime,
    once: str | None = None,
) -> None:
    """Put an event into the outbox of each destination; with the same `once`, only the first time."""
    stem = once or new_id()
    payload = json.dumps({"type": event, "timestamp": at.isoformat(), "data": dict(data)}, ensure_ascii=False)
    rows = [
        _row(f"msg_{stem}_{each}", each, event, whose, at=at, payload=payload) for each in destination_ids
    ]
    _put(session, rows)


def pass_on_statements(
    session: Session,
    outlets: Sequence[Outlet],
    keys: Iterable[int],
    integration_id: str,
    *,
    at: datetime,
    hops: Hops | None = None,
) -> None:
    """Put new statements into the outbox of the other record stores."""
    stores, whose = [one.id for one in outlets if one.kind == LRS], Whose(integration_id, "", "", hops=hops)
    if not stores or _ends_here(session, outlets, whose, at=at):
        return
    rows = [
        {**_row(f"st_{key}_{each}", each, STATEMENT, whose, at=at), "statement_key": key}
        for key in keys
        for each in stores
    ]
    _put(session, rows)


def pass_on_result(
    session: Session,
    settings: Settings,
    outlets: Sequence[Outlet],
    change: Change,
    whose: Whose,
    *,
    message_id: str,
    at: datetime,
) -> None:
    """Put a statement that we make of what an AICC message changed into the outbox of the record stores."""
    stores = [one.id for one in outlets if one.kind == LRS]
    if not stores or not is_news(change.before, change.after) or _ends_here(session, outlets, whose, at=at):
        return
    learner, course = get_learner(session, whose.learner_id), get_course(session, whose.course_id)
    statement = make_statement(
        Subject(learner.id, learner.name, learner.identities, course.activity_id, course.title),
        change.after,
        home_page=load_organisation(session, settings).public_url,
        launch_id=whose.launch_id or "",
        exchange_id=message_id,
        at=at,
    )
    payload = json.dumps(statement, ensure_ascii=False)
    _put(
        session,
        [_row(f"re_{message_id}_{each}", each, RESULT, whose, at=at, payload=payload) for each in stores],
    )


def announce_stranger(session: Session, outlets: Sequence[Outlet], whose: Whose, *, at: datetime) -> None:
    """Tell the webhooks, once, of a learner whom nobody here knows yet."""
    ids = [one.id for one in outlets if UNMATCHED in one.events]
    if ids:
        data = {
            "learner": describe_learner(session, whose.learner_id),
            "integration": describe_integration(session, whose.integration_id),
        }
        announce(session, ids, UNMATCHED, data, whose, at=at, once=f"un_{whose.learner_id}")


def pass_up(
    session: Session,
    destination_id: str,
    whose: Whose,
    *,
    at: datetime,
    is_exit: bool,
    delay: timedelta,
) -> None:
    """Put what an AICC session reported into the outbox of its LMS: one row for each session, and one ExitAU.

    What is sent is read from the attempt when it is sent: several reports within `delay` make one of ours.
    """
    launch_id = whose.launch_id
    assert launch_id is not None, "only a session has an LMS"
    put = _row(f"{launch_id}_put", destination_id, PUT, whose, at=at, order_key=launch_id)
    _PUT_AGAIN.run(session, {**put, "due_at": at if is_exit else at + delay})
    if is_exit:
        exit_ = _row(f"{launch_id}_exit", destination_id, EXIT, whose, at=at, order_key=launch_id)
        _put(session, [{**exit_, "due_at": at + delay}])


def put_off_exits(session: Session, launch_ids: Sequence[str], *, until: datetime) -> None:
    """Let ExitAUs that have not been tried yet wait: their LMS's session may go on in another launch."""
    session.execute(update(Delivery).where(_are_fresh_exits(launch_ids)).values(due_at=until))


def withdraw_exits(session: Session, launch_ids: Sequence[str]) -> None:
    """Take back ExitAUs that have not been tried yet: their LMS's session goes on."""
    session.execute(delete(Delivery).where(_are_fresh_exits(launch_ids)))


def _are_fresh_exits(launch_ids: Sequence[str]) -> ColumnElement[bool]:
    return and_(
        Delivery.message_id.in_([f"{launch_id}_exit" for launch_id in launch_ids]),
        Delivery.state.in_(("pending", "held")),
        Delivery.tries == 0,
    )


def find_lms(session: Session, integration_id: str, host: str, *, at: datetime) -> str:
    """Return the receiver that stands for an LMS, by the host its launches come from; made at its first."""
    url = f"https://{host}"
    query = select(Destination.id).where(
        Destination.kind == LMS, Destination.integration_id == integration_id, Destination.url == url
    )
    # Two first launches at once must not both make one: the second waits here, then finds it.
    found = session.scalar(query)
    if found is None:
        lock = select(Integration.id).where(Integration.id == integration_id)
        session.execute(lock.with_for_update(key_share=True))
        found = session.scalar(query)
    if found is None:
        row = Destination(name=host[:200], kind=LMS, integration_id=integration_id, url=url, created_at=at)
        session.add(row)
        session.flush()
        found = row.id
    return found


def take_over_owed(
    session: Session, destination_id: str, learner_id: str, course_id: str, *, at: datetime
) -> int:
    """Mark results that an earlier session of an LMS never got: the learner's new one takes them along.

    Returns how many there were; whoever asks passes them up with the new session.
    """
    owed = (
        update(Delivery)
        .where(
            Delivery.destination_id == destination_id,
            Delivery.learner_id == learner_id,
            Delivery.course_id == course_id,
            Delivery.kind.in_((PUT, EXIT)),
            Delivery.state == "dead",
        )
        .values(state="delivered", done_at=at, reason="taken along by the learner's next session")
        .returning(Delivery.kind)
    )
    return sum(kind == PUT for kind in session.scalars(owed).all())


def alert_loop(
    session: Session, integration_id: str, *, at: datetime, outlets: Sequence[Outlet] | None = None
) -> None:
    """Tell the webhooks, once for each integration, that servers are each other's receivers."""
    outlets = ask_outlets(session, integration_id)() if outlets is None else outlets
    ids = [one.id for one in outlets if FAILING in one.events]
    if ids:
        data = {
            "integration": describe_integration(session, integration_id),
            "reason": LOOP,
            "sentence": "What comes here was passed on three times already and goes no further: "
            "two servers are probably each other's receivers.",
        }
        whose = Whose(integration_id, "", "")
        announce(session, ids, FAILING, data, whose, at=at, once=f"lo_{integration_id}")


def _ends_here(session: Session, outlets: Sequence[Outlet], whose: Whose, *, at: datetime) -> bool:
    """Tell whether results have come far enough, and say so once: two servers are each other's receivers."""
    if whose.hops is None or not whose.has_come_far:
        return False
    alert_loop(session, whose.integration_id, at=at, outlets=outlets)
    return True


def _put(session: Session, rows: Iterable[dict[str, Any]]) -> None:
    for row in rows:
        _PUT_ONCE.run(session, row)


def _row(
    message_id: str,
    destination_id: str,
    kind: str,
    whose: Whose,
    *,
    at: datetime,
    payload: str = "",
    order_key: str = "",
) -> dict[str, Any]:
    return {
        "message_id": message_id,
        "destination_id": destination_id,
        "kind": kind,
        "order_key": order_key,
        "integration_id": whose.integration_id or None,
        "learner_id": whose.learner_id or None,
        "course_id": whose.course_id or None,
        "launch_id": whose.launch_id,
        "statement_key": None,
        "payload": payload,
        "hops": str(whose.hops or ""),
        "state": "pending",
        "revision": 0,
        "tries": 0,
        "due_at": at,
        "created_at": at,
        "done_at": None,
        "waits_for_lane": False,
        "code": "",
        "reason": "",
    }


_DESTINATION, _DELIVERY = table_of(Destination), table_of(Delivery)
_SELECT_OUTLETS = Prepared(
    select(_DESTINATION.c.id, _DESTINATION.c.kind, _DESTINATION.c.events).where(
        _DESTINATION.c.kind != LMS,
        # What is paused keeps its work; what was switched off gets no more.
        _DESTINATION.c.state != "disabled",
        or_(
            _DESTINATION.c.integration_id.is_(None),
            _DESTINATION.c.integration_id == bindparam("integration_id"),
        ),
    )
)
_MAKERS = (("postgresql", postgresql.insert), ("sqlite", sqlite.insert))
_PUT_ONCE = Prepared(
    {name: make(_DELIVERY).on_conflict_do_nothing(index_elements=["message_id"]) for name, make in _MAKERS}
)
_is_pending = _DELIVERY.c.state == "pending"


def _put_again(make: Callable[..., Any]) -> Any:
    """Return the statement that adds a row, or says of the one there that there is more to tell."""
    new = make(_DELIVERY)
    # What waits for a receiver in trouble goes on waiting, and nothing is put off by what follows it.
    stays = _is_pending & ((_DELIVERY.c.tries > 0) | (_DELIVERY.c.due_at <= new.excluded.due_at))
    return new.on_conflict_do_update(
        index_elements=["message_id"],
        set_={
            "revision": _DELIVERY.c.revision + 1,
            "due_at": case((stays, _DELIVERY.c.due_at), else_=new.excluded.due_at),
            "tries": case((_is_pending, _DELIVERY.c.tries), else_=0),
            "hops": new.excluded.hops,
            "state": case((_DELIVERY.c.state == "held", "held"), else_="pending"),
            "done_at": null(),
            "waits_for_lane": case((_is_pending, _DELIVERY.c.waits_for_lane), else_=False),
        },
    )


_PUT_AGAIN = Prepared({name: _put_again(make) for name, make in _MAKERS})
