"""By what a learner is recognised in data: their names, and the words that mean nobody else. Sans-I/O."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import quote, quote_plus

from app.learners.values import Name
from app.xapi.agent_names import names_of
from app.xapi.wire import JsonObject

ERASED = "[erased]"
# A shorter word, such as the user id 1001, is also a number, a score or a part of something else.
_SHORTEST_WORD = 6
# Not within a longer word, but behind an escaped character: %3D of a form, \n of JSON.
_BEFORE = r"(?:(?<![\w.+-])|(?<=%[0-9a-fA-F]{2})|(?<=\\[bfnrt])|(?<=\\u[0-9a-fA-F]{4}))"
_AFTER = r"(?![\w+-])"


@dataclass(frozen=True)
class Traces:
    """One person: `names` as `names_of` gives them, `words` to be looked for in any text."""

    names: frozenset[Name]
    words: frozenset[str]

    @cached_property
    def _folded(self) -> frozenset[tuple[str, str, str]]:
        return frozenset(_fold(name) for name in self.names)

    @cached_property
    def _texts(self) -> re.Pattern[str]:
        spellings = sorted({each for word in self.words for each in _spell(word)}, key=len, reverse=True)
        return re.compile(f"{_BEFORE}(?:{'|'.join(map(re.escape, spellings))}){_AFTER}", re.IGNORECASE)

    @cached_property
    def _bytes(self) -> re.Pattern[bytes]:
        # Bytes have no letters beyond ASCII, so these are matched in the case in which they are known.
        return re.compile(self._texts.pattern.encode(), re.IGNORECASE)

    def is_them(self, agent: JsonObject, *, is_lenient: bool) -> bool:
        """True for an agent of theirs; to LinkedIn's a user id counts under any home page."""
        return any(_fold(name) in self._folded for name in names_of(agent, is_lenient=is_lenient))

    def are_in(self, value: object) -> bool:
        """True when a text, bytes or JSON speaks of them."""
        return bool(self.words) and self.clean(value) != value

    def clean(self, value: object) -> object:
        """Return the value with their words taken out."""
        match value:
            case str():
                return self._texts.sub(ERASED, value)
            case bytes() | memoryview():
                return self._bytes.sub(ERASED.encode(), bytes(value))
            case dict():
                return {str(self.clean(key)): self.clean(part) for key, part in value.items()}
            case list():
                return [self.clean(part) for part in value]
        return value


def choose_words(names: Iterable[Name], others: Iterable[str]) -> frozenset[str]:
    """Return the words that can be looked for anywhere: names' values and `others` that are long enough."""
    words = {name.value for name in names} | {" ".join(other.split()) for other in others}
    return frozenset(word for word in words if len(word) >= _SHORTEST_WORD)


def turn_name(name: str) -> str:
    """Write "Diaz, Ana" as messages do, Ana Diaz."""
    last, comma, first = name.partition(",")
    return f"{first.strip()} {last.strip()}" if comma else name


def _fold(name: Name) -> tuple[str, str, str]:
    return name.kind.value, name.namespace.casefold(), name.value.casefold()


def _spell(word: str) -> set[str]:
    """Write a word as it is in JSON, in a form or in a URL."""
    return {
        word,
        json.dumps(word)[1:-1],
        json.dumps(word, ensure_ascii=False)[1:-1],
        quote(word, safe=""),
        quote(word, safe="@"),
        quote_plus(word),
        quote_plus(word, safe="@,"),
    }
