"""A request to the record store as it arrived, what is known of it on its way, and what it is answered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from app.access.authorization_header import Basic, Bearer
from app.inspector.exchanges import NewExchange
from app.outbound.hops import Hops
from app.settings import Settings
from app.xapi.errors import BadRequest
from app.xapi.versions import Version

if TYPE_CHECKING:
    from app.xapi.admission import Caller


class Resource(StrEnum):
    """What the store offers; the value is the path under /xapi/."""

    STATEMENTS = "statements"
    STATE = "activities/state"
    ACTIVITY_PROFILE = "activities/profile"
    AGENT_PROFILE = "agents/profile"
    ACTIVITIES = "activities"
    AGENTS = "agents"
    ABOUT = "about"


DOCUMENTS = frozenset({Resource.STATE, Resource.ACTIVITY_PROFILE, Resource.AGENT_PROFILE})


@dataclass(frozen=True, slots=True)
class Call:
    """A request as it was meant: 1.0.3's alternate syntax is decoded, and HEAD arrives as GET.

    `draft` holds what the exchange log keeps of any request, with the method that was really sent.
    """

    draft: NewExchange
    resource: Resource
    method: str
    authorization: Basic | Bearer
    body: bytes
    parameters: tuple[tuple[str, str], ...]
    version_header: str | None
    # Content-Type whole, and in short: lower case, without parameters.
    content_type: str
    media_type: str
    if_match: str | None = None
    if_none_match: str | None = None
    accept_language: str | None = None
    # False when the query string is not UTF-8; then `parameters` holds replacement characters.
    is_query_readable: bool = True
    # How often it was passed on before it came here.
    hops: Hops | None = None

    def find_parameter(self, name: str) -> str | None:
        """Return the first value of a query parameter."""
        return next((value for key, value in self.parameters if key == name), None)

    def require_parameter(self, name: str) -> str:
        """Return the value of a query parameter that must be there; raises BadRequest."""
        value = self.find_parameter(name)
        if value is None:
            raise BadRequest(f"the query parameter {name!r} is missing")
        return value


@dataclass(slots=True)
class Desk:
    """One request on its way: what is known of it so far, also when it is refused half-way."""

    draft: NewExchange
    version_header: str | None = None
    call: Call | None = None
    caller: Caller | None = None
    # In microseconds: until when the store is complete, if that was asked.
    horizon: int | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """What is answered; `counts` says how many statements were stored, repeated, parked."""

    status: int
    body: bytes
    version: Version
    headers: Mapping[str, str] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)
    content_type: str = "application/json"


Act = Callable[[Session, Settings, Desk], Reply]
