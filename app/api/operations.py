"""What each address of the API takes and answers, beside its view; the OpenAPI document is made of these."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from marshmallow import Schema

from app.api.problems import Problem

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Reply:
    """One good answer: a schema of JSON, or only a media type."""

    words: str
    schema: Schema | None = None
    media_type: str = "application/json"
    # A list's page: items of the schema and the mark of the next.
    is_page: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RequestHeader:
    """A header that a request may have; `schema` is what JSON Schema says of its text."""

    name: str
    words: str
    is_required: bool = False
    schema: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one address."""

    name: str
    summary: str
    tag: str
    replies: Mapping[int, Reply]
    problems: Sequence[type[Problem]] = ()
    words: str = ""
    # None for what needs no token.
    scope: str | None = None
    query: Schema | None = None
    body: Schema | None = None
    headers: Sequence[RequestHeader] = ()


def describes(operation: Operation) -> Callable[[View], View]:
    """Note beside a view what it takes and answers."""

    def decorate(view: View) -> View:
        view.operation = operation  # type: ignore[attr-defined]  # `openapi` reads it
        return view

    return decorate
