"""Cut and join JSON text without re-writing it, so that 1.50 and forty-digit integers survive.

Every function here takes text that a parser has already found valid.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping

import orjson

_NEXT_BRACKET = re.compile(rb'(?:[^"\[\]{}]++|"(?:[^"\\]++|\\.)*+")*+([\[\]{}])', re.DOTALL)
_BLANK = b" \t\r\n"
# Every number stays the text that it is; orjson writes it as it finds it.
_EXACT = json.JSONDecoder(parse_int=orjson.Fragment, parse_float=orjson.Fragment)
_TOKEN = re.compile(rb'"(?:[^"\\]++|\\.)*+"|[\[\]{},]', re.DOTALL)


def split_array(text: bytes) -> list[bytes]:
    """Return the text of each element of an array of objects."""
    elements: list[bytes] = []
    depth = start = 0
    for match in _NEXT_BRACKET.finditer(text):
        if match[1] in (b"[", b"{"):
            depth += 1
            if depth == 2:
                start = match.start(1)
        else:
            depth -= 1
            if depth == 1:
                elements.append(text[start : match.end(1)])
    return elements


def splice(text: bytes, members: Mapping[str, bytes], *, replaced: Collection[str] = ()) -> bytes:
    """Add members (name to JSON text) at the end of an object; `replaced` names those to take out first."""
    if replaced:
        text = _without(text, replaced)
    head = text[:-1].rstrip()
    added = b",".join(b'"%s":%s' % (name.encode(), value) for name, value in members.items())
    return head + (b"" if head == b"{" else b",") + added + b"}"


def read_exactly(text: bytes | str) -> object:
    """Read JSON so that `orjson.dumps` writes its numbers as they were; nobody can reckon with them."""
    return _EXACT.decode(text.decode() if isinstance(text, bytes) else text)


def find_members(text: bytes) -> dict[str, bytes]:
    """Return the text of each member of an object, in order."""
    found = {}
    for name, start, end in _members(text):
        key = _TOKEN.match(text, start)
        assert key is not None
        found[name] = text[key.end() : end].lstrip(_BLANK).removeprefix(b":").strip(_BLANK)
    return found


def join_members(members: Mapping[str, bytes]) -> bytes:
    """Write an object of members whose values are text already."""
    return b"{" + b",".join(orjson.dumps(name) + b":" + value for name, value in members.items()) + b"}"


def _without(text: bytes, names: Collection[str]) -> bytes:
    kept = [text[start:end].strip() for name, start, end in _members(text) if name not in names]
    return b"{" + b",".join(kept) + b"}"


def _members(text: bytes) -> Iterator[tuple[str, int, int]]:
    """Yield name, start and end of each member of the outermost object."""
    depth = 0
    name: str | None = None
    start = 0
    for match in _TOKEN.finditer(text):
        token = match[0]
        if token in (b"{", b"["):
            depth += 1
        elif token in (b"}", b"]"):
            depth -= 1
            if depth == 0 and name is not None:
                yield name, start, match.start()
        elif depth == 1 and token == b",":
            assert name is not None
            yield name, start, match.start()
            name = None
        elif depth == 1 and name is None:
            name = orjson.loads(token)
            start = match.start()
