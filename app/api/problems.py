"""What the API answers when it refuses: RFC 9457 problem details; each class is one row of /api/problems."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

CONTENT_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: a JSON pointer into the body, or the name of a query parameter after `/`."""

    pointer: str
    message: str


class Problem(Exception):
    """A refusal: `detail` is for whoever wrote the client and holds no secret."""

    status = 400
    code = "bad-request"
    title = "The request cannot be understood"
    # What happened, who fixes it and how, for people.
    advice = (
        "A parameter, a header or the body is not written as it must be: `errors` names each, and "
        "whoever wrote the program puts it right. Nothing was changed."
    )

    def __init__(
        self, detail: str, *, errors: Sequence[Fault] = (), headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.errors = tuple(errors)
        self.headers = dict(headers or {})


class NotAuthenticated(Problem):
    status, code, title = 401, "not-authenticated", "A good token is needed"
    advice = (
        "No token came, or one that is unknown, has expired or was revoked. An engineer makes a new "
        "one under API tokens; the program sends it as “Authorization: Bearer …”, or as the password "
        "of Basic."
    )


class NotAllowed(Problem):
    status, code, title = 403, "missing-scope", "The token lacks the scope for this"
    advice = (
        "The token is good, and this is not among the things that it may do. `detail` says which "
        "scope is missing; scopes of a token cannot be changed, so make a new token with it."
    )


class NotFound(Problem):
    status, code, title = 404, "not-found", "There is nothing at this address"
    advice = (
        "The address is misspelled, or the row is gone: learners are merged and erased. Look for it "
        "in the list again."
    )


class MethodNotAllowed(Problem):
    status, code, title = 405, "method-not-allowed", "This address does not take that method"
    advice = "The address is right and does not take this method. The API's docs say what it takes."


class Conflict(Problem):
    status, code, title = 409, "conflict", "It cannot be done as things are"
    advice = (
        "The request is right, and something else has to be done first: `detail` says what, for "
        "example that the course needs a launch URL."
    )


class PreconditionFailed(Problem):
    status, code, title = 412, "changed-meanwhile", "It has changed since you read it"
    advice = (
        "Somebody changed it after the program had read it. Read it again, look whether the change "
        "still makes sense, and send it with the new ETag."
    )


class TooLarge(Problem):
    status, code, title = 413, "too-large", "The body is too large"
    advice = "A body may have 64 kB. Send rows one by one, or import a list of learners in the pages."


class UnsupportedType(Problem):
    status, code, title = 415, "unsupported-type", "The body must be JSON"
    advice = "Send the body as JSON, with the header “Content-Type: application/json”."


class Misdirected(Problem):
    status, code, title = 421, "wrong-host", "The API is not at this host name"
    advice = (
        "The request came under a host name other than that of the public address. Use the address "
        "that the docs show; an owner changes the public address under Settings."
    )


class OtherRequest(Problem):
    status, code, title = 422, "key-reused", "The Idempotency-Key came with another request"
    advice = (
        "This key belongs to a request with another body or address, of the last 24 hours. Take a new "
        "key for each thing to be done, and repeat only the very same request under it."
    )


class Invalid(Problem):
    status, code, title = 422, "invalid", "What the body says cannot be kept"
    advice = (
        "The body is JSON and says something that cannot be kept. `errors` points at each value, "
        "`detail` says why. Nothing was changed."
    )


class PreconditionRequired(Problem):
    status, code, title = 428, "if-match-required", "Say which version you change"
    advice = (
        "A change names what it is based on, so that nobody's work is overwritten unseen: send the "
        "ETag of what was read as “If-Match”."
    )


class TooManyTries(Problem):
    status, code, title = 429, "too-many-tries", "Too many tries with bad tokens"
    advice = (
        "Twenty bad tokens came from this address. Put the token right in the program; `Retry-After` "
        "says in how many seconds the next try is looked at. A good token never waits."
    )


class ServerFault(Problem):
    status, code, title = 500, "server-fault", "The server made a mistake"
    advice = (
        "This is a fault of Waymark's. Nothing was changed. Send the request id (`instance`) to "
        "whoever runs the server: the log names it."
    )


class Unavailable(Problem):
    status, code, title = 503, "unavailable", "The server cannot reach its data just now"
    advice = (
        "The database cannot be reached or has no room. Nothing was changed: repeat the request after "
        "`Retry-After` seconds. Whoever runs the server finds the reason in its log."
    )


KINDS: tuple[type[Problem], ...] = (
    Problem,
    NotAuthenticated,
    NotAllowed,
    NotFound,
    MethodNotAllowed,
    Conflict,
    PreconditionFailed,
    TooLarge,
    UnsupportedType,
    Misdirected,
    # Before the other 422: of those that share a status, the last is the general one.
    OtherRequest,
    Invalid,
    PreconditionRequired,
    TooManyTries,
    ServerFault,
    Unavailable,
)
_BY_STATUS = {kind.status: kind for kind in KINDS}


def problem_of(status: int, text: str, headers: Mapping[str, str]) -> Problem:
    """Return the problem for an HTTP error that was raised outside the API's own code."""
    kind = _BY_STATUS.get(status, ServerFault if status >= 500 else Problem)
    problem = kind(text, headers=headers)
    problem.status = status
    return problem


def describe_problem(problem: Problem, request_id: str) -> dict[str, Any]:
    """Return the body; `instance` is the request id, by which the server's log names it too."""
    body: dict[str, Any] = {
        "type": f"/api/problems#{problem.code}",
        "title": problem.title,
        "status": problem.status,
        "detail": problem.detail,
        "instance": request_id,
    }
    if problem.errors:
        body["errors"] = [{"pointer": each.pointer, "message": each.message} for each in problem.errors]
    return body
