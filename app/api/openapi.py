"""The OpenAPI 3.1 document, made of what stands beside the views."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from marshmallow import Schema, fields

from app.api.operations import Operation, Reply
from app.api.parts import ID_PATTERN
from app.api.problems import CONTENT_TYPE, NotAllowed, NotAuthenticated, Problem, TooManyTries
from app.version import VERSION

_ABOUT = (
    "Progress of learners for programs: BI tools, HR systems, scripts. Lists are walked by `next_cursor` "
    "(or the Link header), each has a twin under `.csv`, and errors are RFC 9457 problems. "
    "A token comes as `Authorization: Bearer`, or as the password of Basic with any user name."
)


@dataclass(frozen=True, slots=True)
class Route:
    """An address in OpenAPI's form, its method, and what it does."""

    path: str
    method: str
    operation: Operation


class FaultSchema(Schema):
    pointer = fields.String(required=True, metadata={"example": "/email"})
    message = fields.String(required=True)


class ProblemSchema(Schema):
    type = fields.String(
        required=True, metadata={"format": "uri-reference", "example": "/api/problems#invalid"}
    )
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True)
    instance = fields.String(required=True, metadata={"description": "The request id, for the server's log."})
    errors = fields.List(fields.Nested(FaultSchema))


def make_document(routes: Iterable[Route], public_url: str) -> dict[str, Any]:
    """Return the document of these addresses."""
    spec = APISpec(
        title="Waymark API",
        version=VERSION,
        openapi_version="3.1.0",
        plugins=[MarshmallowPlugin(schema_name_resolver=_name)],
        info={"description": _ABOUT},
        servers=[{"url": public_url}],
    )
    schemes = spec.components
    schemes.security_scheme("token", {"type": "http", "scheme": "bearer", "description": "An API token."})
    schemes.security_scheme(
        "password",
        {"type": "http", "scheme": "basic", "description": "Any user name, and the token as the password."},
    )
    spec.components.schema("Problem", schema=ProblemSchema)
    for route in routes:
        parameters = [_path_parameter(name) for name in _names(route.path)]
        spec.path(path=route.path, operations={route.method: _operation(route.operation, parameters)})
    document: dict[str, Any] = spec.to_dict()
    return document


def _operation(operation: Operation, parameters: list[dict[str, Any]]) -> dict[str, Any]:
    replies: dict[str, Any] = {str(status): _reply(reply) for status, reply in operation.replies.items()}
    problems = [*operation.problems]
    if operation.scope is not None:
        problems += [NotAuthenticated, NotAllowed, TooManyTries]
    for kind in problems:
        replies[str(kind.status)] = _problem(kind)
    replies["default"] = _problem(Problem, "Any other trouble")
    made: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.summary,
        "tags": [operation.tag],
        "responses": replies,
        "security": [],
    }
    if any(header.name == "If-None-Match" for header in operation.headers):
        replies["304"] = {"description": "Nothing has changed."}
    if operation.words:
        made["description"] = operation.words
    if operation.scope is not None:
        made["security"] = [{"token": []}, {"password": []}]
        made["description"] = f"{operation.words} Needs the scope `{operation.scope}`.".strip()
    if operation.query is not None:
        parameters = [*parameters, {"in": "query", "schema": operation.query}]
    for header in operation.headers:
        parameters.append(
            {
                "in": "header",
                "name": header.name,
                "required": header.is_required,
                "description": header.words,
                "schema": {"type": "string", **header.schema},
            }
        )
    if parameters:
        made["parameters"] = parameters
    if operation.body is not None:
        made["requestBody"] = {"required": True, "content": {"application/json": {"schema": operation.body}}}
    return made


def _reply(reply: Reply) -> dict[str, Any]:
    made: dict[str, Any] = {"description": reply.words}
    if reply.schema is not None:
        schema: Any = reply.schema
        made["content"] = {reply.media_type: {"schema": _page(schema) if reply.is_page else schema}}
    elif reply.media_type:
        made["content"] = {reply.media_type: {"schema": {"type": "string"}}}
    if reply.headers:
        made["headers"] = {
            name: {"description": words, "schema": {"type": "string"}}
            for name, words in reply.headers.items()
        }
    return made


def _page(schema: Schema) -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["items", "next_cursor"],
        "properties": {
            "items": {"type": "array", "items": schema},
            "next_cursor": {"type": ["string", "null"], "pattern": "^[A-Za-z0-9_-]+$"},
        },
    }


def _problem(kind: type[Problem], words: str = "") -> dict[str, Any]:
    return {
        "description": words or f"{kind.title}.",
        "content": {CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }


def _path_parameter(name: str) -> dict[str, Any]:
    schema = {"type": "string", "pattern": ID_PATTERN}
    return {"in": "path", "name": name, "required": True, "schema": schema}


def _names(path: str) -> list[str]:
    return [part[1:-1] for part in path.split("/") if part.startswith("{")]


def _name(schema: Any) -> str:
    kind: type[Schema] = schema if isinstance(schema, type) else type(schema)
    return kind.__name__.removesuffix("Schema")
