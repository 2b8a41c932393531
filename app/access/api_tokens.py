"""Tokens of the REST API: scopes, an end, shown once, kept as SHA-256.

A token comes as a bearer token, or as the password of Basic with any user name, for Excel and Power BI.
"""

from __future__ import annotations

import hashlib
import secrets
import string
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from app import clock
from app.access.authorization_header import BadAuthorization, Bearer, parse_authorization
from app.models.access import ApiToken as Row
from app.models.base import new_id
from app.words import Words, worded

SCOPES = (
    "progress:read",
    "learners:read",
    "learners:write",
    "courses:read",
    "courses:write",
    "integrations:read",
    "launches:read",
    "launches:write",
    "statements:read",
    "deliveries:read",
    "deliveries:write",
)
MARK = "wm_"
DEFAULT_DAYS = 90
MOST_DAYS = 3650
# How long a token that was rolled goes on working, while the new one is being put in its place.
OVERLAP = timedelta(days=7)
_LENGTH = 40
_PREFIX_LENGTH = 8
_LETTERS = string.ascii_letters + string.digits
_USE_NOTED_EVERY = timedelta(minutes=1)


class BadToken(ValueError):
    """The token cannot be made as asked; `field` names the part, the message is fit to show."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class UnknownToken(LookupError):
    """There is no token with this id."""


@dataclass(frozen=True, slots=True)
class ApiToken:
    """A token without its text; `prefix` is how the text begins, to tell it from others."""

    id: str
    name: str
    prefix: str
    scopes: tuple[str, ...]
    created_by: str
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None
    last_used_address: str | None
    revoked_at: datetime | None

    def state(self, now: datetime) -> str:
        """Return active, expired or revoked."""
        if self.revoked_at is not None:
            return "revoked"
        return "active" if self.expires_at > now else "expired"


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token just made: the only moment its text is known."""

    text: str
    token: ApiToken


def add_token(
    session: Session, *, name: str, scopes: Iterable[str], created_by: str, days: int = DEFAULT_DAYS
) -> NewToken:
    """Make a token; raises BadToken."""
    name = " ".join(name.split())
    if not name or len(name) > 200 or not name.isprintable():
        raise BadToken("name", worded("Enter a name of 1 to 200 characters"))
    wanted = set(scopes)
    if not wanted or not wanted <= set(SCOPES):
        raise BadToken("scopes", worded("Choose at least one scope of %(scopes)s", scopes=", ".join(SCOPES)))
    if not 1 <= days <= MOST_DAYS:
        raise BadToken("days", worded("A token is good for 1 to %(n)s days", n=MOST_DAYS))
    text = MARK + "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))
    now = clock.now()
    row = Row(
        id=new_id(),
        token_hash=_hash(text),
        prefix=text[:_PREFIX_LENGTH],
        name=name,
        scopes=" ".join(scope for scope in SCOPES if scope in wanted),
        created_by=created_by,
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    session.add(row)
    session.flush()
    return NewToken(text, _to_value(row))


def roll_token(session: Session, token_id: str, *, created_by: str) -> NewToken:
    """Make a token to take the place of this one, which ends after OVERLAP; raises UnknownToken, BadToken."""
    old, now = get_token(session, token_id), clock.now()
    if old.state(now) != "active":
        raise BadToken("name", _over(old, now))
    days = max(1, (old.expires_at - old.created_at).days)
    made = add_token(session, name=old.name, scopes=old.scopes, created_by=created_by, days=days)
    ends = min(old.expires_at, now + OVERLAP)
    session.execute(update(Row).where(Row.id == token_id).values(expires_at=ends))
    return made


def _over(token: ApiToken, now: datetime) -> Words:
    if token.state(now) == "revoked":
        return worded("This token is revoked; make a new one")
    return worded("This token is expired; make a new one")


def revoke_token(session: Session, token_id: str) -> ApiToken:
    """End a token at once; raises UnknownToken."""
    get_token(session, token_id)
    session.execute(
        update(Row).where(Row.id == token_id, Row.revoked_at.is_(None)).values(revoked_at=clock.now())
    )
    return get_token(session, token_id)


def get_token(session: Session, token_id: str) -> ApiToken:
    """Read one token; raises UnknownToken."""
    row = session.scalars(
        select(Row).where(Row.id == token_id).execution_options(populate_existing=True)
    ).first()
    if row is None:
        raise UnknownToken(f"there is no token {token_id!r}")
    return _to_value(row)


def list_tokens(session: Session) -> list[ApiToken]:
    """List all tokens, the newest first."""
    return [_to_value(row) for row in session.scalars(select(Row).order_by(Row.id.desc()))]


def find_token(session: Session, authorization: str) -> ApiToken | None:
    """Return the token of an Authorization header; None when it holds none that is good now."""
    try:
        found = parse_authorization(authorization)
    except BadAuthorization:
        return None
    text = found.token if isinstance(found, Bearer) else found.client_secret
    row = session.scalars(select(Row).where(Row.token_hash == _hash(text))).first()
    value = _to_value(row) if row else None
    return value if value and value.state(clock.now()) == "active" else None


def is_use_due(token: ApiToken, address: str | None) -> bool:
    """Tell whether a use should be noted: not for each request, but for each new address."""
    if token.last_used_at is None or token.last_used_address != address:
        return True
    return clock.now() - token.last_used_at >= _USE_NOTED_EVERY


def note_use(session: Session, token_id: str, address: str | None) -> None:
    """Note when and from where a token was used last."""
    now = clock.now()
    session.execute(
        update(Row)
        .where(Row.id == token_id, or_(Row.last_used_at.is_(None), Row.last_used_at <= now))
        .values(last_used_at=now, last_used_address=address)
    )


def _to_value(row: Row) -> ApiToken:
    return ApiToken(
        id=row.id,
        name=row.name,
        prefix=row.prefix,
        scopes=tuple(row.scopes.split()),
        created_by=row.created_by,
        created_at=row.created_at,
        expires_at=row.expires_at,
        last_used_at=row.last_used_at,
        last_used_address=row.last_used_address,
        revoked_at=row.revoked_at,
    )


def _hash(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
