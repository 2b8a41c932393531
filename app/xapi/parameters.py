"""Which query parameters each resource takes for each method (xAPI 1.0.3 Part 3 §2).

"The LRS MUST reject with 400 Bad Request status any requests that use any parameters which the LRS does not
recognize in their intended context", and those that differ in case alone (§3.2).
"""

from __future__ import annotations

from collections.abc import Mapping

from app.xapi.call import Call, Resource
from app.xapi.errors import BadRequest

_STATEMENT_FILTERS = frozenset(
    {
        "statementId",
        "voidedStatementId",
        "agent",
        "verb",
        "activity",
        "registration",
        "related_activities",
        "related_agents",
        "since",
        "until",
        "limit",
        "ascending",
        "format",
        "attachments",
        # The cursor of our own `more` links.
        "more",
    }
)
_STATE = frozenset({"activityId", "agent", "registration", "stateId"})
_ACTIVITY_PROFILE = frozenset({"activityId", "profileId"})
_AGENT_PROFILE = frozenset({"agent", "profileId"})

PARAMETERS: Mapping[Resource, Mapping[str, frozenset[str]]] = {
    Resource.STATEMENTS: {
        "GET": _STATEMENT_FILTERS,
        "PUT": frozenset({"statementId"}),
        "POST": frozenset(),
    },
    Resource.STATE: {"GET": _STATE | {"since"}, "PUT": _STATE, "POST": _STATE, "DELETE": _STATE},
    Resource.ACTIVITY_PROFILE: {
        "GET": _ACTIVITY_PROFILE | {"since"},
        "PUT": _ACTIVITY_PROFILE,
        "POST": _ACTIVITY_PROFILE,
        "DELETE": _ACTIVITY_PROFILE,
    },
    Resource.AGENT_PROFILE: {
        "GET": _AGENT_PROFILE | {"since"},
        "PUT": _AGENT_PROFILE,
        "POST": _AGENT_PROFILE,
        "DELETE": _AGENT_PROFILE,
    },
    Resource.ACTIVITIES: {"GET": frozenset({"activityId"})},
    Resource.AGENTS: {"GET": frozenset({"agent"})},
    Resource.ABOUT: {"GET": frozenset()},
}


def check_parameters(call: Call) -> None:
    """Refuse a parameter that is unknown here, repeated or unreadable."""
    if not call.is_query_readable:
        raise BadRequest("the query string is not UTF-8")
    check_names(call.parameters, PARAMETERS[call.resource][call.method])


def check_names(parameters: tuple[tuple[str, str], ...], allowed: frozenset[str]) -> None:
    """Refuse a parameter that is not among the allowed ones, repeated, or holds U+0000."""
    seen: set[str] = set()
    for name, value in parameters:
        if name not in allowed:
            raise BadRequest(f"there is no query parameter {name[:60]!r} here")
        if name in seen:
            raise BadRequest(f"the query parameter {name!r} is repeated")
        if "\x00" in value:
            raise BadRequest(f"the query parameter {name!r} holds U+0000")
        seen.add(name)
