"""Judge a parsed statement: strictly by the schema of its version, or leniently as LinkedIn's are taken.

The schema is compiled once and run on every statement; only a refused one is run again through the slower
`jsonschema`, which says where and why (xAPI 1.0.3 Part 2 §2, IEEE 9274.1.1 §4.2).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema_rs
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from app.xapi.errors import BadStatement
from app.xapi.statement_rules import find_complaint
from app.xapi.versions import Version
from app.xapi.wire import JsonObject, format_pointer_token

if TYPE_CHECKING:
    from jsonschema import ValidationError

_SCHEMAS = Path(__file__).parent / "schema"
# Beyond this the slow validator would let one bad statement hold a thread for seconds.
_EXPLAINED_MEMBERS = 2_000
_LONGEST_REASON = 300
_SENTENCES = {
    "type": "must be of type {}",
    "const": "must be {}",
    "minimum": "must be at least {}",
    "maximum": "must be at most {}",
    "minItems": "must have {} elements or more",
    "maxItems": "must have {} elements or fewer",
}


@dataclass(frozen=True, slots=True)
class _Engine:
    fast: jsonschema_rs.Draft202012Validator
    explaining: Draft202012Validator


def check_statement(statement: JsonObject, version: Version, *, pointer: str = "") -> None:
    """Raise BadStatement, with the pointer into the body, unless the statement keeps every rule."""
    engine = _engine(version)
    if not engine.fast.is_valid(statement):
        raise _explain(engine, statement, pointer)
    if complaint := find_complaint(statement):
        place, text = complaint
        raise BadStatement(text, pointer=f"{pointer}{place}")


@cache
def _engine(version: Version) -> _Engine:
    common, main = _load("common"), _load(f"statement-{version.value}")
    pairs = [(str(schema["$id"]), schema) for schema in (common, main)]
    fast_registry = jsonschema_rs.Registry(pairs)
    registry: Registry[bool | Mapping[str, Any]] = Registry().with_resources(
        [(uri, Resource.from_contents(schema)) for uri, schema in pairs]
    )
    return _Engine(
        fast=jsonschema_rs.Draft202012Validator(main, registry=fast_registry),
        explaining=Draft202012Validator(main, registry=registry),
    )


def _load(name: str) -> JsonObject:
    document: JsonObject = json.loads((_SCHEMAS / f"{name}.json").read_text("utf-8"))
    return document


def _explain(engine: _Engine, statement: JsonObject, pointer: str) -> BadStatement:
    if _count_members(statement, limit=_EXPLAINED_MEMBERS) < _EXPLAINED_MEMBERS:
        error = next(engine.explaining.iter_errors(statement), None)
        if error is not None:
            return BadStatement(_sentence(error), pointer=pointer + _pointer(error.absolute_path))
    try:
        # Not iter_errors: it collects them all, each with a copy of its instance.
        engine.fast.validate(statement)
    except jsonschema_rs.ValidationError as fast_error:
        text, path = str(fast_error.message)[:_LONGEST_REASON], fast_error.instance_path
        return BadStatement(text, pointer=pointer + _pointer(path))
    return BadStatement("breaks the schema", pointer=pointer)


def _count_members(value: object, *, limit: int) -> int:
    """Count names and elements at any depth, stopping at the limit."""
    count, pending = 0, [value]
    while pending and count < limit:
        one = pending.pop()
        inner = list(one.values()) if isinstance(one, dict) else one if isinstance(one, list) else ()
        count += len(inner)
        pending.extend(inner)
    return count


def _pointer(path: object) -> str:
    assert hasattr(path, "__iter__")
    return "".join(f"/{format_pointer_token(str(step))}" for step in path)


def _sentence(error: ValidationError) -> str:
    """Say the rule, not the value: a value may be long or private."""
    described = error.schema.get("description") if isinstance(error.schema, Mapping) else None
    if error.validator == "pattern":
        return f"must be {described or 'text of the right form'}"
    if error.validator == "oneOf":
        return str(described or "must match exactly one form")
    if error.validator == "enum" and isinstance(error.validator_value, list):
        return f"must be one of {', '.join(error.validator_value)}"
    if error.validator in _SENTENCES:
        return _SENTENCES[error.validator].format(error.validator_value)
    if error.validator in ("additionalProperties", "required", "dependentRequired"):
        return str(error.message)[:_LONGEST_REASON]
    return f"breaks the rule {error.validator}: {error.message}"[:_LONGEST_REASON]
