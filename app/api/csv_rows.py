"""The CSV twin of a list: the same rows, flat, with the same columns always."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from marshmallow import fields

from app.api.nouns import Item, Noun
from app.progress.export import make_harmless, write_row


def list_columns(noun: Noun) -> list[str]:
    """Return the columns: all but the lists of objects, which no cell can hold."""
    return [name for name, field in noun.item.fields.items() if not _is_nested(field)]


def format_csv(noun: Noun, items: Iterable[Item]) -> Iterator[str]:
    """Yield the head, then a row for each item; no text can be taken for a formula."""
    columns = list_columns(noun)
    yield write_row(columns)
    for item in items:
        yield write_row([_cell(item[name]) for name in columns])


def _is_nested(field: fields.Field[Any]) -> bool:
    return isinstance(field, fields.List) and isinstance(field.inner, fields.Nested)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return make_harmless("; ".join(value))
    # A number below zero is a number, and a text that looks like one is not.
    return make_harmless(value) if isinstance(value, str) else str(value)
