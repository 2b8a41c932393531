"""The values of query parameters, judged like those of statements (xAPI 1.0.3 Part 3 §2; Part 2 §2.4)."""

from __future__ import annotations

import re
from datetime import datetime

from app.xapi.errors import BadJson, BadRequest, BadStatement
from app.xapi.times import parse_timestamp
from app.xapi.validation import check_statement
from app.xapi.versions import Version
from app.xapi.wire import JsonObject, load_json

_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", re.ASCII)
_PLUS_AS_BLANK = re.compile(r"(?<=[0-9]) (?=[0-9]{2}:?[0-9]{2}$)", re.ASCII)
# A statement whose every part is right, for the schema to judge one of them.
_RIGHT: JsonObject = {"actor": {"openid": "urn:x"}, "verb": {"id": "urn:x"}, "object": {"id": "urn:x"}}


def parse_agent(name: str, text: str, version: Version) -> JsonObject:
    """Return an Agent, given as JSON; raises BadRequest.

    "Agent Object and not a Group" (Part 3 §2.6): a group's identifier stands within an Agent.
    """
    try:
        agent = load_json(text.encode("utf-8", "surrogatepass"))
        check_statement({**_RIGHT, "actor": agent}, version)
    except (BadJson, BadStatement) as error:
        place = (error.pointer or "").removeprefix("/actor")
        raise BadRequest(f"the query parameter {name!r} is no Agent: {place} {error.text}") from None
    assert isinstance(agent, dict)
    if agent.get("objectType") == "Group":
        raise BadRequest(f"the query parameter {name!r} must be an Agent, not a Group")
    return agent


def parse_iri(name: str, text: str, version: Version) -> str:
    """Return an IRI as it was sent; raises BadRequest."""
    try:
        check_statement({**_RIGHT, "object": {"id": text}}, version)
    except BadStatement:
        raise BadRequest(f"the query parameter {name!r} must be an IRI") from None
    return text


def parse_uuid(name: str, text: str) -> str:
    """Return a UUID in lower case; raises BadRequest."""
    if not _UUID.fullmatch(text):
        raise BadRequest(f"the query parameter {name!r} must be a UUID")
    return text.lower()


def parse_moment(name: str, text: str) -> datetime:
    """Return the moment of an ISO 8601 timestamp; raises BadRequest.

    Of clients that do not percent-encode, the plus of a zone arrives as a blank.
    """
    try:
        return parse_timestamp(_PLUS_AS_BLANK.sub("+", text))
    except ValueError:
        raise BadRequest(f"the query parameter {name!r} must be an ISO 8601 timestamp") from None
