"""The OpenAPI document as a page shows it: chapters of operations, each with what it takes and gives."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Json = Mapping[str, Any]

_METHODS = ("get", "post", "patch")


@dataclass(frozen=True, slots=True)
class Row:
    """A parameter or a field: what it is called, what it may hold, what it means."""

    name: str
    kind: str
    is_needed: bool
    words: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One operation; `curl` is a command line that does it."""

    id: str
    method: str
    path: str
    summary: str
    words: str
    query: Sequence[Row]
    headers: Sequence[Row]
    body: Sequence[Row]
    fields: Sequence[Row]
    replies: Sequence[tuple[str, str]]
    curl: str


@dataclass(frozen=True, slots=True)
class Chapter:
    """All operations of one noun."""

    name: str
    entries: Sequence[Entry]


def read_chapters(document: Json) -> list[Chapter]:
    """Return the chapters in the order of their names."""
    found: dict[str, list[Entry]] = {}
    for path, methods in document["paths"].items():
        for method in _METHODS:
            if method in methods:
                operation = methods[method]
                found.setdefault(operation["tags"][0], []).append(_entry(document, path, method, operation))
    return [Chapter(name, entries) for name, entries in sorted(found.items())]


def _entry(document: Json, path: str, method: str, operation: Json) -> Entry:
    parameters = operation.get("parameters", ())
    body = _json_of(operation.get("requestBody", {}))
    good = next(reply for status, reply in operation["responses"].items() if status.startswith("2"))
    return Entry(
        id=operation["operationId"],
        method=method.upper(),
        path=path,
        summary=operation["summary"],
        words=operation.get("description", ""),
        query=[_parameter(each) for each in parameters if each["in"] == "query"],
        headers=[_parameter(each) for each in parameters if each["in"] == "header"],
        body=list(_fields(document, body)),
        fields=list(_fields(document, _item_of(_json_of(good)))),
        replies=[(status, reply["description"]) for status, reply in sorted(operation["responses"].items())],
        curl=_curl(document, path, method, body, parameters),
    )


def _parameter(given: Json) -> Row:
    return Row(
        given["name"], _kind(given["schema"]), bool(given.get("required")), given.get("description", "")
    )


def _json_of(part: Json) -> Json:
    schema: Json = part.get("content", {}).get("application/json", {}).get("schema", {})
    return schema


def _item_of(schema: Json) -> Json:
    """Return what a list holds, or the schema itself."""
    items = schema.get("properties", {}).get("items", {})
    found: Json = items.get("items", schema)
    return found


def _fields(document: Json, schema: Json) -> Iterator[Row]:
    schema = _resolve(document, schema)
    for name, field in schema.get("properties", {}).items():
        is_needed = name in schema.get("required", ())
        yield Row(name, _kind(field), is_needed, field.get("description", ""))


def _resolve(document: Json, schema: Json) -> Json:
    name = schema.get("$ref", "").rpartition("/")[2]
    found: Json = document["components"]["schemas"][name] if name else schema
    return found


def _kind(schema: Json) -> str:
    """Say in words what a value may be."""
    if "enum" in schema:
        return " | ".join("null" if value is None else str(value) for value in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {_kind(schema['items'])}"
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2].lower()
    given = schema.get("type", "any")
    text = " or ".join(given) if isinstance(given, list) else str(given)
    kind = f"{text}, {schema['format']}" if "format" in schema else text
    bounds = [str(schema[each]) for each in ("minimum", "maximum") if each in schema]
    return f"{kind}, {' to '.join(bounds)}" if len(bounds) == 2 else kind


def _curl(document: Json, path: str, method: str, body: Json, parameters: Sequence[Json]) -> str:
    words = ["curl", '-H "Authorization: Bearer $TOKEN"']
    if method != "get":
        words.insert(1, f"-X {method.upper()}")
    if any(each["name"] == "If-Match" for each in parameters):
        words.append("-H 'If-Match: \"…\"'")
    if body:
        fields = _resolve(document, body)
        wanted = fields.get("required") or list(fields["properties"])[:1]
        pairs = (f'"{name}": "{fields["properties"][name].get("example", "…")}"' for name in wanted)
        words += ['-H "Content-Type: application/json"', f"-d '{{{', '.join(pairs)}}}'"]
    return " ".join([*words, document["servers"][0]["url"] + path])
