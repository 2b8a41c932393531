"""What a GET of statements asks for: its parameters judged and turned into links and ranges of keys.

xAPI 1.0.3 Part 3 §2.1.3: `since` leaves its own moment out, `until` takes it in, both speak of `stored`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from app.xapi.errors import BadJson, BadRequest, BadStatement
from app.xapi.identifiers import normalise_id
from app.xapi.links import Kind, Link, agent_text, digest
from app.xapi.parameter_values import parse_iri, parse_moment, parse_uuid
from app.xapi.validation import check_statement
from app.xapi.versions import Version
from app.xapi.wire import JsonObject, load_json

MAX_LIMIT = 100
LOWEST_KEY, HIGHEST_KEY = -(2**63), 2**63 - 1
_BESIDE_ID = frozenset({"format", "attachments"})
_NUMBER = re.compile(r"[0-9]{1,18}", re.ASCII)
_FLAGS = {"true": True, "false": False}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Format(StrEnum):
    """How statements are written (§2.1.3): with identifiers only, as they came, or in one language."""

    IDS = "ids"
    EXACT = "exact"
    CANONICAL = "canonical"


@dataclass(frozen=True, slots=True)
class Output:
    """What of each statement is given back, and how."""

    format: Format
    has_attachments: bool


@dataclass(frozen=True, slots=True)
class Lookup:
    """One statement is asked for by its id."""

    statement_id: str
    is_voided: bool
    output: Output


@dataclass(frozen=True, slots=True)
class Query:
    """A list is asked for: statements with all of these links whose key is in between, bounds excluded."""

    links: tuple[Link, ...]
    after: int
    before: int
    limit: int
    is_ascending: bool
    output: Output


def parse_query(parameters: Mapping[str, str], version: Version, *, is_lenient: bool) -> Lookup | Query:
    """Judge the parameters; raises BadRequest."""
    asked = [name for name in ("statementId", "voidedStatementId") if name in parameters]
    if not asked:
        return _parse_list(parameters, version, is_lenient=is_lenient)
    others = [name for name in parameters if name not in asked[:1] and name not in _BESIDE_ID]
    if others:
        raise BadRequest(f"the query parameter {others[0][:60]!r} cannot stand beside {asked[0]}")
    text = parameters[asked[0]]
    statement_id = normalise_id(text) if is_lenient else parse_uuid(asked[0], text)
    return Lookup(statement_id, asked[0] == "voidedStatementId", _parse_output(parameters))


def _parse_list(parameters: Mapping[str, str], version: Version, *, is_lenient: bool) -> Query:
    wants_agents = _parse_flag(parameters, "related_agents")
    wants_activities = _parse_flag(parameters, "related_activities")
    links: list[Link] = []
    # From what is mostly rare to what is mostly common: the first one leads the search.
    if (text := parameters.get("registration")) is not None:
        links.append((Kind.REGISTRATION, digest(parse_uuid("registration", text))))
    if (text := parameters.get("agent")) is not None:
        kind = Kind.AGENT_ANY if wants_agents else Kind.AGENT
        links.append((kind, digest(parse_agent_or_group("agent", text, version))))
    if (text := parameters.get("activity")) is not None:
        kind = Kind.ACTIVITY_ANY if wants_activities else Kind.ACTIVITY
        links.append((kind, digest(text if is_lenient else parse_iri("activity", text, version))))
    if (text := parameters.get("verb")) is not None:
        links.append((Kind.VERB, digest(text if is_lenient else parse_iri("verb", text, version))))
    since, until = parameters.get("since"), parameters.get("until")
    return Query(
        links=tuple(links),
        after=LOWEST_KEY if since is None else _last_key(parse_moment("since", since)),
        before=HIGHEST_KEY if until is None else _last_key(parse_moment("until", until)) + 1,
        limit=_parse_limit(parameters.get("limit")),
        is_ascending=_parse_flag(parameters, "ascending"),
        output=_parse_output(parameters),
    )


def parse_agent_or_group(name: str, text: str, version: Version) -> str:
    """Return the identifier of an Agent or identified Group, given as JSON; raises BadRequest."""
    right: JsonObject = {"actor": {"openid": "urn:x"}, "verb": {"id": "urn:x"}, "object": {"id": "urn:x"}}
    try:
        agent = load_json(text.encode("utf-8", "surrogatepass"))
        check_statement({**right, "actor": agent}, version)
    except (BadJson, BadStatement) as error:
        place = (error.pointer or "").removeprefix("/actor")
        raise BadRequest(f"the query parameter {name!r} is no Agent: {place} {error.text}") from None
    assert isinstance(agent, dict)
    identifier = agent_text(agent)
    if identifier is None:
        raise BadRequest(f"the query parameter {name!r} needs an identifier: an anonymous group has none")
    return identifier


def _last_key(moment: datetime) -> int:
    """Return the greatest key that a statement stored at this microsecond can have."""
    microseconds = (moment - _EPOCH) // timedelta(microseconds=1)
    return max(LOWEST_KEY, min((microseconds << 10) | 1023, HIGHEST_KEY - 1))


def _parse_limit(text: str | None) -> int:
    if text is None:
        return MAX_LIMIT
    if not _NUMBER.fullmatch(text):
        raise BadRequest("the query parameter 'limit' must be a number, 0 or more")
    return min(int(text), MAX_LIMIT) or MAX_LIMIT


def _parse_flag(parameters: Mapping[str, str], name: str) -> bool:
    text = parameters.get(name, "false")
    if text not in _FLAGS:
        raise BadRequest(f"the query parameter {name!r} must be true or false")
    return _FLAGS[text]


def _parse_output(parameters: Mapping[str, str]) -> Output:
    text = parameters.get("format", "exact")
    if text not in {each.value for each in Format}:
        raise BadRequest("the query parameter 'format' must be ids, exact or canonical")
    return Output(Format(text), _parse_flag(parameters, "attachments"))
