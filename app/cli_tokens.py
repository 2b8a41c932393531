"""`token add`, `list` and `revoke`: what programs use the REST API with."""

from __future__ import annotations

from typing import Any

import click

from app import clock, db
from app.access import api_tokens
from app.access.api_tokens import DEFAULT_DAYS, SCOPES, ApiToken
from app.access.audit import COMMAND_LINE, write_audit
from app.cli_terminal import Noun, json_option, show


@click.group(cls=Noun)
def token() -> None:
    """Tokens of the REST API."""


@token.command("add")
@click.option("--name", required=True, help="What uses it, for example Power BI.")
@click.option("--scope", "scopes", multiple=True, required=True, type=click.Choice(SCOPES))
@click.option("--days", type=int, default=DEFAULT_DAYS, show_default=True, help="How long it is good.")
@json_option
def add(name: str, scopes: tuple[str, ...], days: int, as_json: bool) -> None:
    """Make a token and print it; it is not shown again."""
    with db.transaction() as session:
        made = api_tokens.add_token(
            session, name=name, scopes=scopes, created_by=COMMAND_LINE.name, days=days
        )
        detail = {"prefix": made.token.prefix, "scopes": " ".join(made.token.scopes)}
        write_audit(session, actor=COMMAND_LINE, action="token.added", target=made.token.name, detail=detail)
    show({"token": made.text, **_to_data(made.token)}, as_json=as_json, lines=[made.text])


@token.command("list")
@json_option
def list_all(as_json: bool) -> None:
    """List all tokens, without their texts."""
    with db.reading() as session:
        tokens = [_to_data(each) for each in api_tokens.list_tokens(session)]
    lines = [
        f"{each['id']}  {each['prefix']}…  {each['state']}  {each['name']}  {' '.join(each['scopes'])}"
        for each in tokens
    ]
    show(tokens, as_json=as_json, lines=lines)


@token.command("revoke")
@click.argument("token_id")
@json_option
def revoke(token_id: str, as_json: bool) -> None:
    """End a token at once."""
    with db.transaction() as session:
        gone = api_tokens.revoke_token(session, token_id)
        write_audit(
            session,
            actor=COMMAND_LINE,
            action="token.revoked",
            target=gone.name,
            detail={"prefix": gone.prefix},
        )
    show(_to_data(gone), as_json=as_json, lines=[f"{gone.name} ({gone.prefix}…) is revoked."])


def _to_data(token: ApiToken) -> dict[str, Any]:
    last = token.last_used_at
    return {
        "id": token.id,
        "name": token.name,
        "prefix": token.prefix,
        "scopes": list(token.scopes),
        "state": token.state(clock.now()),
        "created_by": token.created_by,
        "expires_at": clock.format_rfc3339(token.expires_at),
        "last_used_at": clock.format_rfc3339(last) if last else None,
    }
