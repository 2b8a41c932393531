"""Acts on the tokens of the REST API; the audit log names them by name and prefix, never by their text."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy.orm import Session

from app.access import api_tokens
from app.access.api_tokens import ApiToken, NewToken
from app.access.audit import Actor, write_audit


def add_token(session: Session, actor: Actor, *, name: str, scopes: Iterable[str], days: int) -> NewToken:
    """Make a token; raises BadToken."""
    made = api_tokens.add_token(session, name=name, scopes=scopes, created_by=actor.name, days=days)
    _note(session, actor, "added", made.token, scopes=" ".join(made.token.scopes))
    return made


def roll_token(session: Session, actor: Actor, token_id: str) -> NewToken:
    """Make a token in the place of another; raises BadToken, UnknownToken."""
    made = api_tokens.roll_token(session, token_id, created_by=actor.name)
    _note(session, actor, "rolled", made.token, secret="changed")
    return made


def revoke_token(session: Session, actor: Actor, token_id: str) -> ApiToken:
    """End a token at once; raises UnknownToken."""
    before = api_tokens.get_token(session, token_id)
    token = api_tokens.revoke_token(session, token_id)
    if before.revoked_at is None:
        _note(session, actor, "revoked", token)
    return token


def _note(session: Session, actor: Actor, what: str, token: ApiToken, **detail: str) -> None:
    detail = {"prefix": token.prefix, **detail}
    write_audit(session, actor=actor, action=f"token.{what}", target=token.name, detail=detail)
