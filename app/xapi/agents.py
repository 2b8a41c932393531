"""Agents: what is known of one, as a Person (xAPI 1.0.3 Part 3 §2.4)."""

from __future__ import annotations

import orjson
from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from app.models.base import table_of
from app.models.store import XapiAgent
from app.prepared import Prepared
from app.settings import Settings
from app.xapi.admission import Caller, check_other, enter
from app.xapi.call import Desk, Reply
from app.xapi.concurrency import format_etag
from app.xapi.journal import keep_exchange
from app.xapi.links import agent_text, digest
from app.xapi.parameter_values import parse_agent
from app.xapi.wire import JsonObject

_TABLE = table_of(XapiAgent)
_IDENTIFIERS = ("mbox", "mbox_sha1sum", "openid", "account")
_MOST_NAMES = 100
_NAMES = Prepared(
    select(_TABLE.c.name)
    .where(
        _TABLE.c.integration_id == bindparam("integration_id"),
        _TABLE.c.digest == bindparam("digest"),
    )
    .order_by(_TABLE.c.name)
    .limit(_MOST_NAMES)
)


def get_person(session: Session, settings: Settings, desk: Desk) -> Reply:
    """Give the Person of an agent, also of one that nobody spoke of yet."""
    call, caller = enter(session, settings, desk)
    check_other(caller, call)
    agent = parse_agent("agent", call.require_parameter("agent"), caller.version(call))
    body = orjson.dumps(_to_person(agent, _find_names(session, caller, agent)))
    keep_exchange(session, caller, call, "Person read")
    return Reply(200, body, caller.version(call), {"ETag": format_etag(body)})


def _find_names(session: Session, caller: Caller, agent: JsonObject) -> list[str]:
    """Return the name that was asked with, and those that statements of the same integration gave."""
    text = agent_text(agent)
    assert text is not None, "an agent that was judged has an identifier"
    values = {"integration_id": caller.client.integration_id, "digest": digest(text)}
    seen = [str(row.name) for row in _NAMES.all(session, values)]
    asked = agent.get("name")
    return list(dict.fromkeys([asked, *seen] if isinstance(asked, str) and asked else seen))


def _to_person(agent: JsonObject, names: list[str]) -> JsonObject:
    person: JsonObject = {"objectType": "Person"}
    if names:
        person["name"] = names
    return {**person, **{key: [agent[key]] for key in _IDENTIFIERS if key in agent}}
