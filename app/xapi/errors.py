"""What the xAPI face answers when it refuses; each class carries its HTTP status (xAPI 1.0.3 Part 3 §3.2)."""

from __future__ import annotations

import html
from collections.abc import Collection

import orjson

# Plain text, HTML and JSON "using content negotiation" (§3.2); the first where a client has no wish.
ERROR_TYPES = ("application/json", "text/plain", "text/html")


class XapiError(Exception):
    """A refusal: `text` says which rule and never a secret, `pointer` where in the body (RFC 6901).

    `finding` is the code under which the log explains it.
    """

    status = 400
    finding: str | None = None

    def __init__(self, text: str, *, pointer: str | None = None) -> None:
        super().__init__(text)
        self.text = text
        self.pointer = pointer


class BadRequest(XapiError):
    """The request itself is wrong: a header, a parameter, a version."""


class BadJson(XapiError):
    """The body is not the JSON that the standard allows."""

    finding = "X4"


class BadStatement(XapiError):
    """The JSON is no valid statement."""

    finding = "X4"


class NotAuthenticated(XapiError):
    """No usable credentials; `is_bearer` chooses the challenge (RFC 6750 §3).

    `integration_id` when they were right once, or would be if the integration were not switched off.
    """

    status = 401

    def __init__(self, text: str, *, is_bearer: bool, integration_id: str | None = None) -> None:
        super().__init__(text)
        self.is_bearer = is_bearer
        self.integration_id = integration_id
        self.finding = "I1" if integration_id else "X3" if is_bearer else "X1"


class NotAllowed(XapiError):
    """Good credentials without the scope that this needs."""

    status = 403
    finding = "X7"


class NotFound(XapiError):
    """Nothing stored under that id for this integration."""

    status = 404


class MethodNotAllowed(XapiError):
    """The resource has no such method; `methods` are those that it has."""

    status = 405

    def __init__(self, methods: Collection[str]) -> None:
        self.methods = (*methods, "HEAD") if "GET" in methods else tuple(methods)
        super().__init__(f"this resource takes {', '.join(self.methods)}")


class StatementConflict(XapiError):
    """The id is taken by a statement with other content (xAPI 1.0.3 Part 3 §2.1.1)."""

    status = 409
    finding = "X6"


class DocumentConflict(XapiError):
    """A document would be overwritten by somebody who may not know it (xAPI 1.0.3 Part 3 §3.1)."""

    status = 409


class PreconditionFailed(XapiError):
    """If-Match or If-None-Match does not hold."""

    status = 412


class BodyTooLarge(XapiError):
    """More bytes than this resource takes."""

    status = 413


class StoreFull(XapiError):
    """An integration's attachments have no room left."""

    status = 413


class MisdirectedHost(XapiError):
    """The Host is registered on no integration."""

    status = 421
    finding = "H1"


def format_error(error: XapiError, media_type: str = ERROR_TYPES[0]) -> bytes:
    """Write the reply to a refused request, as one of ERROR_TYPES."""
    if media_type == "application/json":
        body: dict[str, object] = {"error": error.text, "status": error.status}
        if error.pointer is not None:
            body["pointer"] = error.pointer
        return orjson.dumps(body)
    line = f"{error.status}: {error.pointer or ''} {error.text}".replace("  ", " ")
    if media_type == "text/html":
        line = f"<!doctype html><title>{error.status}</title><p>{html.escape(line)}"
    return f"{line}\n".encode()
