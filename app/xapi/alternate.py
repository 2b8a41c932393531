"""1.0.3's alternate request syntax: any request sent as a POSTed form (xAPI 1.0.3 Part 3 §1.3).

Browsers that could set neither methods nor headers across origins needed it; 2.0 has dropped it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from app.xapi.errors import BadRequest
from app.xapi.versions import Version, find_version

Pairs = tuple[tuple[str, str], ...]

METHODS = ("GET", "PUT", "POST", "DELETE")
_WITH_CONTENT = ("PUT", "POST")
# "The LRS MUST treat the form parameters listed above as header parameters"; all others are parameters.
_HEADERS = frozenset(
    {
        "authorization",
        "x-experience-api-version",
        "content-type",
        "content-length",
        "if-match",
        "if-none-match",
    }
)
# The form's own Content-Type is only a SHOULD: the browsers in question sent text/plain or nothing.
_FORM_TYPES = ("application/x-www-form-urlencoded", "text/plain", "")
_MOST_FIELDS = 100


@dataclass(frozen=True, slots=True)
class Message:
    """What of an HTTP request counts here; header names in lower case."""

    method: str
    parameters: Pairs
    headers: Mapping[str, str]
    body: bytes = b""
    # False when the query was not UTF-8.
    is_query_readable: bool = True


def is_alternate(message: Message) -> bool:
    """Tell whether a request, its body not yet read, is in the alternate syntax."""
    is_form = short_type(message.headers.get("content-type", "")) in _FORM_TYPES
    return message.method == "POST" and is_form and any(name == "method" for name, _ in message.parameters)


def decode(message: Message) -> Message:
    """Return the request that a form stands for; raises BadRequest.

    The form's headers override the real ones. Without a Content-Type of its own `content` is JSON.
    """
    method = _find_method(message)
    fields = _parse_form(message.body)
    given = _unique([(name.lower(), value) for name, value in fields if name.lower() in _HEADERS])
    contents = [value for name, value in fields if name == "content"]
    parameters = [(name, value) for name, value in fields if name != "content" and name.lower() not in given]
    if len(contents) > 1:
        raise BadRequest("the form field 'content' is repeated")
    if not contents and method in _WITH_CONTENT:
        raise BadRequest("the form field 'content' is missing")
    outer = {name: value for name, value in message.headers.items() if not name.startswith("content-")}
    headers = {**outer, "content-type": "application/json", **given}
    if find_version(headers.get("x-experience-api-version")) is Version.V2:
        raise BadRequest("xAPI 2.0 has no alternate request syntax")
    return Message(method, tuple(parameters), headers, contents[0].encode() if contents else b"")


def short_type(content_type: str) -> str:
    """Return a Content-Type in lower case, without its parameters."""
    return content_type.partition(";")[0].strip().lower()


def _find_method(message: Message) -> str:
    if find_version(message.headers.get("x-experience-api-version")) is Version.V2:
        raise BadRequest("xAPI 2.0 has no alternate request syntax")
    if len(message.parameters) != 1:
        raise BadRequest("in the alternate request syntax 'method' must be the only query parameter")
    [(_, method)] = message.parameters
    if method not in METHODS:
        raise BadRequest(f"the query parameter 'method' must be one of {', '.join(METHODS)}")
    return method


def _unique(pairs: list[tuple[str, str]]) -> dict[str, str]:
    headers = dict(pairs)
    if len(headers) != len(pairs):
        raise BadRequest("a header is repeated in the form")
    return headers


def _parse_form(body: bytes) -> list[tuple[str, str]]:
    if body.count(b"&") > _MOST_FIELDS:
        raise BadRequest(f"the form has more than {_MOST_FIELDS} fields")
    fields = []
    for piece in body.split(b"&"):
        name, equals, value = piece.partition(b"=")
        if piece.strip() and not equals:
            raise BadRequest("the body is not the form that the alternate request syntax needs")
        if equals:
            fields.append((_text(name), _text(value)))
    return fields


def _text(raw: bytes) -> str:
    try:
        return unquote_to_bytes(raw.replace(b"+", b" ")).decode()
    except UnicodeDecodeError:
        raise BadRequest("the form is not UTF-8") from None
