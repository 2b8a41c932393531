"""From request bytes to statements: only the JSON that can be stored and given back (RFC 8259).

The checks run from cheap to dear, each linear in the size of the body: size, depth, UTF-8 and grammar
(orjson), then the two things orjson lets pass: NUL characters and duplicate keys.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass

import orjson

from app.xapi import raw_text
from app.xapi.errors import BadJson, BodyTooLarge

MAX_BODY_BYTES = 10 * 1024 * 1024
MAX_DEPTH = 64

JsonObject = dict[str, object]

# A string that is never closed runs to the end, so that a body of nothing but escaped quotes stays linear.
_STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)', re.DOTALL)
_TO_SQUARE = bytes.maketrans(b"{}", b"[]")
_NOT_BRACKETS = bytes(code for code in range(256) if code not in b"[]{}")


@dataclass(frozen=True, slots=True)
class Item:
    """One statement: its own text exactly as it was sent, and what it says."""

    text: bytes
    value: JsonObject


@dataclass(frozen=True, slots=True)
class Body:
    """The statements of one request; `is_batch` when they came in an array."""

    items: tuple[Item, ...]
    is_batch: bool


def parse_body(body: bytes) -> Body:
    """Read one statement or an array of statements; raises BadJson or BodyTooLarge."""
    value = load_json(body)
    if isinstance(value, dict):
        return Body((Item(body.strip(b" \t\r\n"), value),), is_batch=False)
    if not isinstance(value, list):
        raise BadJson("the body must be a statement object or an array of them", pointer="")
    for position, element in enumerate(value):
        if not isinstance(element, dict):
            raise BadJson("a statement must be a JSON object", pointer=f"/{position}")
    texts = raw_text.split_array(body)
    return Body(tuple(Item(text, element) for text, element in zip(texts, value, strict=True)), is_batch=True)


def load_json(body: bytes) -> object:
    """Parse strict JSON: UTF-8 without BOM, finite numbers, no NUL, no duplicate keys, at most 64 deep."""
    if len(body) > MAX_BODY_BYTES:
        raise BodyTooLarge(f"the body is larger than {MAX_BODY_BYTES} bytes")
    if not body.strip(b" \t\r\n"):
        raise BadJson("the body is empty")
    _check_depth(body)
    try:
        value: object = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise BadJson(f"the body is not valid JSON: {error}") from None
    if b"\\u0000" in body:
        _check_nul(value, "")
    _check_duplicate_keys(body, value)
    return value


def _check_depth(body: bytes) -> None:
    """Refuse nesting beyond 64 before any parser recurses into it."""
    if body.count(b"[") + body.count(b"{") <= MAX_DEPTH:
        return
    brackets = _STRING.sub(b"", body).translate(_TO_SQUARE, _NOT_BRACKETS)
    for _ in range(MAX_DEPTH):
        # Each round peels exactly the innermost level of what is still there.
        brackets = brackets.replace(b"[]", b"")
        if not brackets:
            return
    raise BadJson(f"the JSON is nested deeper than {MAX_DEPTH} levels, or its brackets do not match")


def _check_nul(value: object, pointer: str) -> None:
    """Refuse U+0000 in any name or text: PostgreSQL cannot hold it."""
    if isinstance(value, str) and "\x00" in value:
        raise BadJson("U+0000 is not allowed in text", pointer=pointer)
    if isinstance(value, list):
        for position, element in enumerate(value):
            _check_nul(element, f"{pointer}/{position}")
    if isinstance(value, dict):
        for key, element in value.items():
            _check_nul(key, pointer)
            _check_nul(element, f"{pointer}/{format_pointer_token(key)}")


def _check_duplicate_keys(body: bytes, value: object) -> None:
    """Refuse an object that names a member twice; which of the two is meant nobody can tell.

    A parser that keeps one of two members loses at least the two quotes of a key. So the count of quotes
    in the text and in what was understood differ exactly when something was dropped, except where a quote
    was written as an escape; only then is the slow, sure way needed.
    """
    if b"\\u0022" not in body and body.count(b'"') == orjson.dumps(value).count(b'"'):
        return
    json.loads(body, object_pairs_hook=_refuse_duplicates)


def _refuse_duplicates(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        [(name, _)] = Counter(name for name, _ in pairs).most_common(1)
        raise BadJson(f"the member {name[:100]!r} occurs twice in one object")
    return members


def format_pointer_token(key: str) -> str:
    """Escape one member name for a JSON pointer (RFC 6901 §3)."""
    return key.replace("~", "~0").replace("/", "~1")
