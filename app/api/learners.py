"""Learners: who they are and how sources name them."""

from __future__ import annotations

from collections.abc import Sequence

from marshmallow import RAISE, Schema, fields, validate
from sqlalchemy.orm import Session

from app.api.cursors import decode_cursor, encode_cursor
from app.api.nouns import Item, Missing, Noun, Page, Wanted, moment
from app.api.parts import ListQuery, Record, Text, choice, query_moment, query_text
from app.learners.feed import list_after
from app.learners.service import get_learner
from app.learners.values import Learner, UnknownLearner


class LearnerQuery(ListQuery):
    q = query_text("diaz", "Text in a name or an identity.")
    group = query_text("Sales", "The group, as it is written.")
    provisional = choice("Whether nobody has said yet who this is.", "yes", "no")
    created_since = query_moment("Learners that were made at this moment or later.")


class IdentitySchema(Schema):
    kind = fields.String(required=True, metadata={"example": "email"})
    value = fields.String(required=True, metadata={"example": "ana@example.com"})


class LearnerSchema(Record):
    id = fields.String(required=True)
    name = fields.String(required=True, metadata={"example": "Diaz, Ana"})
    email = fields.String(required=True, metadata={"description": "The first one; empty when none is known."})
    user_id = fields.String(required=True)
    group = fields.String(required=True)
    manager = fields.String(required=True)
    provisional = fields.Boolean(
        required=True, metadata={"description": "Seen in messages, and nobody has said yet who it is."}
    )
    ignored = fields.Boolean(required=True)
    demo = fields.Boolean(required=True)
    created_at = fields.DateTime(required=True)
    identities = fields.List(fields.Nested(IdentitySchema), required=True)


class NewLearner(Schema):
    """A learner to add; one whom the e-mail address or user id names already is completed."""

    class Meta:
        unknown = RAISE

    name = Text(
        required=True,
        validate=validate.Length(1, 300),
        metadata={"example": "Diaz, Ana", "description": "Last, First."},
    )
    email = Text(validate=validate.Length(max=800), metadata={"example": "ana@example.com"})
    user_id = Text(
        validate=validate.Length(max=800), metadata={"description": "What single sign-on names them by."}
    )


class LearnerChange(Schema):
    """What to change; what is left out stays."""

    class Meta:
        unknown = RAISE

    name = Text(validate=validate.Length(1, 300))
    group = Text(validate=validate.Length(max=200), metadata={"description": "Empty for none."})
    manager = Text(validate=validate.Length(max=300))


def list_page(session: Session, wanted: Wanted) -> Page:
    """Return a page; raises BadCursor."""
    values = wanted.values
    after = decode_cursor("learners", wanted.cursor, str) if wanted.cursor else None
    provisional = values.get("provisional")
    found = list_after(
        session,
        after,
        limit=wanted.limit + 1,
        text=values.get("q") or "",
        group=values.get("group") or "",
        is_provisional=None if provisional is None else provisional == "yes",
        created_since=values.get("created_since"),
    )
    shown = found[: wanted.limit]
    mark = encode_cursor("learners", shown[-1].id) if len(found) > wanted.limit else None
    return Page([describe(each) for each in shown], mark)


def get(session: Session, keys: Sequence[str]) -> Item:
    """Return one; the id of one who was merged gives the other. Raises Missing."""
    try:
        return describe(get_learner(session, keys[0]))
    except UnknownLearner as error:
        raise Missing("there is no such learner") from error


def describe(learner: Learner) -> Item:
    """Return a learner as JSON."""
    return {
        "id": learner.id,
        "name": learner.name,
        "email": _first(learner, "email"),
        "user_id": _first(learner, "user_id"),
        "group": learner.group,
        "manager": learner.manager,
        "provisional": learner.is_provisional,
        "ignored": learner.is_ignored,
        "demo": learner.is_demo,
        "created_at": moment(learner.created_at),
        "identities": [{"kind": kind, "value": value} for kind, value in learner.identities],
    }


def _first(learner: Learner, kind: str) -> str:
    return next((value for each, value in learner.identities if each == kind), "")


LEARNERS = Noun(
    name="learners",
    one="learner",
    words="People who learn, in the order in which they were first seen.",
    scope="learners:read",
    item=LearnerSchema(),
    query=LearnerQuery(),
    list_page=list_page,
    get=get,
)
