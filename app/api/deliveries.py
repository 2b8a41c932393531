"""Deliveries: what was passed on to other systems, what waits, and what was given up."""

from __future__ import annotations

from collections.abc import Sequence

from marshmallow import fields
from sqlalchemy.orm import Session

from app.api.cursors import decode_cursor, encode_cursor
from app.api.nouns import Item, Missing, Noun, Page, Wanted, moment
from app.api.parts import ListQuery, Record, choice, query_id, query_moment
from app.delivery.queries import STATES, Delivery, UnknownDelivery, get_delivery, list_deliveries

# Digits of the greatest id.
_LONGEST_ID = 18


class DeliveryQuery(ListQuery):
    state = choice("How it stands.", *STATES)
    destination = query_id("One destination.")
    learner = query_id("One learner.")
    course = query_id("One course.")
    launch = query_id("One AICC session.")
    updated_since = query_moment("Deliveries that were made or done at this moment or later.")


class DeliverySchema(Record):
    id = fields.Integer(required=True)
    message_id = fields.String(required=True, metadata={"description": "What the receiver knows it by."})
    destination_id = fields.String(required=True)
    destination_name = fields.String(required=True)
    kind = fields.String(required=True)
    state = fields.String(required=True, metadata={"enum": list(STATES)})
    tries = fields.Integer(required=True)
    code = fields.String(required=True, metadata={"description": "Why it is not delivered, or not yet."})
    reason = fields.String(required=True)
    learner_id = fields.String(required=True, allow_none=True)
    learner_name = fields.String(required=True, allow_none=True)
    course_id = fields.String(required=True, allow_none=True)
    course_title = fields.String(required=True, allow_none=True)
    launch_id = fields.String(required=True, allow_none=True)
    created_at = fields.DateTime(required=True)
    due_at = fields.DateTime(required=True)
    done_at = fields.DateTime(required=True, allow_none=True)


def list_page(session: Session, wanted: Wanted) -> Page:
    """Return a page, the newest first; raises BadCursor."""
    values = wanted.values
    found = list_deliveries(
        session,
        state=values.get("state"),
        destination_id=values.get("destination"),
        learner_id=values.get("learner"),
        course_id=values.get("course"),
        launch_id=values.get("launch"),
        updated_since=values.get("updated_since"),
        before=decode_cursor("deliveries", wanted.cursor, int) if wanted.cursor else None,
        limit=wanted.limit + 1,
    )
    shown = found[: wanted.limit]
    mark = encode_cursor("deliveries", shown[-1].id) if len(found) > wanted.limit else None
    return Page([describe(each) for each in shown], mark)


def get(session: Session, keys: Sequence[str]) -> Item:
    """Return one; raises Missing."""
    try:
        return describe(get_delivery(session, read_id(keys[0])))
    except UnknownDelivery as error:
        raise Missing("there is no such delivery") from error


def read_id(text: str) -> int:
    """Read a delivery's number; raises UnknownDelivery for what is none."""
    if not (text.isascii() and text.isdecimal() and len(text) <= _LONGEST_ID):
        raise UnknownDelivery(text)
    return int(text)


def describe(delivery: Delivery) -> Item:
    """Return a delivery as JSON."""
    return {
        "id": delivery.id,
        "message_id": delivery.message_id,
        "destination_id": delivery.destination_id,
        "destination_name": delivery.destination_name,
        "kind": delivery.kind,
        "state": delivery.state,
        "tries": delivery.tries,
        "code": delivery.code,
        "reason": delivery.reason,
        "learner_id": delivery.learner_id,
        "learner_name": delivery.learner_name,
        "course_id": delivery.course_id,
        "course_title": delivery.course_title,
        "launch_id": delivery.launch_id,
        "created_at": moment(delivery.created_at),
        "due_at": moment(delivery.due_at),
        "done_at": moment(delivery.done_at),
    }


DELIVERIES = Noun(
    name="deliveries",
    one="delivery",
    words="Results on their way to other systems, the newest first.",
    scope="deliveries:read",
    item=DeliverySchema(),
    query=DeliveryQuery(),
    list_page=list_page,
    get=get,
)
