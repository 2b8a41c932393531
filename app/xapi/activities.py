"""Activities: one with its canonical definition (xAPI 1.0.3 Part 3 §2.5)."""

from __future__ import annotations

import orjson
from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from app.models.base import table_of
from app.models.store import XapiActivity
from app.prepared import Prepared
from app.settings import Settings
from app.xapi.admission import check_other, enter
from app.xapi.call import Desk, Reply
from app.xapi.concurrency import format_etag
from app.xapi.journal import keep_exchange
from app.xapi.links import digest
from app.xapi.parameter_values import parse_iri

_TABLE = table_of(XapiActivity)
_DEFINITION = Prepared(
    select(_TABLE.c.definition).where(
        _TABLE.c.integration_id == bindparam("integration_id"),
        _TABLE.c.digest == bindparam("digest"),
    )
)


def get_activity(session: Session, settings: Settings, desk: Desk) -> Reply:
    """Give an activity under the very id that was asked for, its definition if it has one."""
    call, caller = enter(session, settings, desk)
    check_other(caller, call)
    activity_id = parse_iri("activityId", call.require_parameter("activityId"), caller.version(call))
    values = {"integration_id": caller.client.integration_id, "digest": digest(activity_id)}
    row = _DEFINITION.first(session, values)
    # The definition is put in as text, so that its numbers stay as they were kept.
    definition = b"" if row is None else b',"definition":' + row.definition.encode()
    body = b'{"objectType":"Activity","id":' + orjson.dumps(activity_id) + definition + b"}"
    keep_exchange(session, caller, call, "Activity read")
    return Reply(200, body, caller.version(call), {"ETag": format_etag(body)})
