"""Integrations: the content sources, without anything that could be used to report."""

from __future__ import annotations

from collections.abc import Sequence

from marshmallow import fields
from sqlalchemy.orm import Session

from app.access.integrations import (
    Integration,
    Kind,
    UnknownIntegration,
    UserType,
    get_integration,
    list_integrations,
)
from app.api.cursors import decode_cursor, encode_cursor
from app.api.nouns import Item, Missing, Noun, Page, Wanted, moment
from app.api.parts import ListQuery, Record


class IntegrationSchema(Record):
    id = fields.String(required=True)
    name = fields.String(required=True, metadata={"example": "LinkedIn Learning"})
    kind = fields.String(required=True, metadata={"enum": [each.value for each in Kind]})
    user_type = fields.String(
        required=True, allow_none=True, metadata={"enum": [*(each.value for each in UserType), None]}
    )
    enabled = fields.Boolean(required=True)
    demo = fields.Boolean(required=True)
    host_names = fields.List(fields.String(), required=True)
    upstream_hosts = fields.List(fields.String(), required=True)
    created_at = fields.DateTime(required=True)
    first_token_at = fields.DateTime(required=True, allow_none=True)
    first_statement_at = fields.DateTime(required=True, allow_none=True)
    first_getparam_at = fields.DateTime(required=True, allow_none=True)
    first_putparam_at = fields.DateTime(required=True, allow_none=True)


def list_page(session: Session, wanted: Wanted) -> Page:
    """Return a page; raises BadCursor."""
    after = decode_cursor("integrations", wanted.cursor, str) if wanted.cursor else ""
    found = [each for each in list_integrations(session) if each.id > after]
    shown = found[: wanted.limit]
    mark = encode_cursor("integrations", shown[-1].id) if len(found) > wanted.limit else None
    return Page([describe(each) for each in shown], mark)


def get(session: Session, keys: Sequence[str]) -> Item:
    """Return one; raises Missing."""
    try:
        return describe(get_integration(session, keys[0]))
    except UnknownIntegration as error:
        raise Missing("there is no such integration") from error


def describe(integration: Integration) -> Item:
    """Return an integration as JSON."""
    return {
        "id": integration.id,
        "name": integration.name,
        "kind": integration.kind.value,
        "user_type": integration.user_type.value if integration.user_type else None,
        "enabled": integration.is_enabled,
        "demo": integration.is_demo,
        "host_names": list(integration.host_names),
        "upstream_hosts": list(integration.upstream_hosts),
        "created_at": moment(integration.created_at),
        "first_token_at": moment(integration.first_token_at),
        "first_statement_at": moment(integration.first_statement_at),
        "first_getparam_at": moment(integration.first_getparam_at),
        "first_putparam_at": moment(integration.first_putparam_at),
    }


INTEGRATIONS = Noun(
    name="integrations",
    one="integration",
    words="Content sources, the oldest first.",
    scope="integrations:read",
    item=IntegrationSchema(),
    query=ListQuery(),
    list_page=list_page,
    get=get,
)
