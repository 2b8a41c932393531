"""A place for documents of one kind: an activity, an agent, or both, that no other case uses."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from .builders import new_agent, new_iri
from .lrs import ACTIVITY_PROFILE, AGENT_PROFILE, JSON_TYPE, STATE, Lrs, Reply

BYTES = "application/octet-stream"
RESOURCES = (STATE, ACTIVITY_PROFILE, AGENT_PROFILE)
PROFILES = (ACTIVITY_PROFILE, AGENT_PROFILE)


@dataclass
class Shelf:
    """One kind of document in a context of its own."""

    lrs: Lrs
    resource: str
    context: dict[str, str]

    @property
    def id_name(self) -> str:
        return "stateId" if self.resource == STATE else "profileId"

    def where(self, name: str) -> dict[str, str]:
        return {**self.context, self.id_name: name}

    def send(self, method: str, name: str, body: Any = None, kind: str = JSON_TYPE, **headers: str) -> Reply:
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        named = {key.replace("_", "-"): value for key, value in headers.items()}
        content_type = None if data is None else kind
        return self.lrs.send(
            method, self.resource, self.where(name), body=data, content_type=content_type, headers=named
        )

    def put(self, name: str, body: Any, kind: str = JSON_TYPE, **headers: str) -> Reply:
        """PUT over whatever is there, as both versions want it."""
        if not headers:
            found = self.get(name)
            headers = {"If_Match": found.header("etag")} if found.status == 200 else {"If_None_Match": "*"}
        return self.send("PUT", name, body, kind, **headers)

    def post(self, name: str, body: Any, kind: str = JSON_TYPE, **headers: str) -> Reply:
        return self.send("POST", name, body, kind, **headers)

    def get(self, name: str) -> Reply:
        return self.send("GET", name)

    def delete(self, name: str, **headers: str) -> Reply:
        return self.send("DELETE", name, **headers)

    def names(self, **more: str) -> list[str]:
        found: list[str] = self.lrs.get(self.resource, {**self.context, **more}).expect(200).json
        return sorted(found)


def shelf(lrs: Lrs, resource: str) -> Shelf:
    context = {
        STATE: {"activityId": new_iri(), "agent": json.dumps(new_agent())},
        ACTIVITY_PROFILE: {"activityId": new_iri()},
        AGENT_PROFILE: {"agent": json.dumps(new_agent())},
    }[resource]
    return Shelf(lrs, resource, context)
