"""Fields and schemas that the nouns of the API share."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validate

DEFAULT_LIMIT, MOST_AT_ONCE = 100, 500
# The parameters that only a list in pages has.
PAGING = ("limit", "cursor")
ID_PATTERN = "^[0-9A-Za-z]{1,32}$"
_NUMBER = re.compile(r"[0-9]{1,9}", re.ASCII)
# As RFC 3339 has it: a zone is not left to be guessed.
_MOMENT = re.compile(
    r"(?!0000)\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:[Zz]|[+-]\d{2}:\d{2})", re.ASCII
)

_FIRST, _LAST = datetime(1971, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)


class Parsed(fields.Field[Any]):
    """A value of the query that a parser of ours reads: the pages' own words, or a ValueError's sentence."""

    def __init__(self, parse: Callable[[str], Any], **more: Any) -> None:
        super().__init__(**more)
        self._parse = parse

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **_: Any) -> Any:
        try:
            return self._parse(value)
        except ValueError as error:
            raise ValidationError(f"{error}.") from error


class Text(fields.String):
    """Text that both databases can keep, without lone surrogates and NUL."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **more: Any) -> str:
        text: str = super()._deserialize(value, attr, data, **more)
        if "\0" in text:
            raise ValidationError("NUL is no character of a text.")
        try:
            text.encode()
        except UnicodeEncodeError:
            raise ValidationError("This is not valid Unicode.") from None
        return text


class Record(Schema):
    """One row as lists, single addresses and CSV show it: what is a list in JSON is words in CSV."""


def many_of(parse: Callable[[str], Any], values: Sequence[str], words: str) -> fields.List[Any]:
    """Return a parameter that may come several times."""
    one = Parsed(parse, metadata={"type": "string", "enum": list(values)})
    return fields.List(one, load_default=(), metadata={"description": words})


def query_text(example: str, words: str) -> Parsed:
    """Return a parameter that is sought in names; what cannot be printed is in none."""
    return Parsed(_parse_query_text, metadata=_meta("string", words, example=example, maxLength=200))


def query_of_format(name: str, example: str, words: str) -> Parsed:
    """Return a parameter of a format of JSON Schema, which whoever reads the noun checks."""
    return Parsed(_parse_given_text, metadata=_meta("string", words, example=example, format=name))


def query_id(words: str) -> Parsed:
    """Return a parameter that is an id."""
    return Parsed(parse_id, metadata=_meta("string", words, pattern=ID_PATTERN))


def query_moment(words: str) -> Parsed:
    """Return a parameter that is a moment."""
    return Parsed(
        parse_moment, metadata=_meta("string", words, format="date-time", example="2026-11-28T06:00:00Z")
    )


def choice(words: str, *values: str) -> Parsed:
    """Return a parameter that is one of these words."""

    def parse(text: str) -> str:
        if text not in values:
            raise ValueError(f"This is one of {', '.join(values)}")
        return text

    return Parsed(parse, metadata=_meta("string", words, enum=list(values)))


class ListQuery(Schema):
    """What every list may be asked."""

    class Meta:
        unknown = RAISE

    limit = Parsed(
        lambda text: _parse_limit(text),
        load_default=DEFAULT_LIMIT,
        metadata={
            "type": "integer",
            "minimum": 1,
            "maximum": MOST_AT_ONCE,
            "default": DEFAULT_LIMIT,
            "description": "How many rows a page has at most.",
        },
    )
    cursor = fields.String(
        load_default=None,
        validate=validate.Regexp(r"\A[A-Za-z0-9_-]{1,4000}\Z", error="This mark is damaged."),
        metadata={"description": "Where the page begins: `next_cursor` of the page before."},
    )


def _parse_limit(text: str) -> int:
    if not _NUMBER.fullmatch(text) or not 1 <= int(text) <= MOST_AT_ONCE:
        raise ValueError(f"The limit is a number from 1 to {MOST_AT_ONCE}")
    return int(text)


def _parse_query_text(text: str) -> str:
    if len(text) > 200:
        raise ValueError("This text is too long")
    return "".join(c for c in text if c.isprintable())


def _parse_given_text(text: str) -> str:
    if not text:
        raise ValueError("This is empty: leave it out")
    # Without what cannot be read it would be another text, or none.
    if not text.isprintable():
        raise ValueError("This holds characters that cannot be shown")
    return _parse_query_text(text)


def parse_id(text: str) -> str:
    """Read an id; raises ValueError."""
    if not (text.isascii() and text.isalnum() and len(text) <= 32):
        raise ValueError("This id is none of ours")
    return text


def parse_moment(text: str) -> datetime:
    """Read a moment of RFC 3339, with its zone; raises ValueError."""
    try:
        if _MOMENT.fullmatch(text) is None:
            raise ValueError
        moment = datetime.fromisoformat(text.upper())
    except ValueError:
        raise ValueError("A moment is written as 2026-11-28T06:00:00Z, with its zone") from None
    # Nothing here is older or younger, and neither database knows all years.
    return moment.astimezone(UTC) if 1971 <= moment.year <= 9000 else _FIRST if moment.year < 1971 else _LAST


def _meta(kind: str, words: str, **more: Any) -> dict[str, Any]:
    return {"type": kind, "description": words, **more}
