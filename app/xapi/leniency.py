"""What a LinkedIn Learning integration's statement must have at least; all else is taken as it comes.

LinkedIn documents no retry, so a refused statement is a lost one: only what names nobody or nothing is
refused.
"""

from __future__ import annotations

from app.xapi.errors import BadStatement
from app.xapi.wire import JsonObject


def check_lenient(statement: JsonObject, *, pointer: str = "") -> None:
    """Raise BadStatement unless somebody (actor) did something (verb.id) to something (object.id)."""
    for name, has_shape, text in _NEEDS:
        part = statement.get(name)
        if not isinstance(part, dict):
            problem = "is missing" if name not in statement else "must be a JSON object"
            raise BadStatement(
                f"{name} {problem}", pointer=f"{pointer}/{name}" if name in statement else pointer
            )
        if not has_shape(part):
            raise BadStatement(text, pointer=f"{pointer}/{name}")


def find_text(value: object) -> str | None:
    """Return trimmed text; a bare number is text too (ids come as numbers), anything else is None."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = str(value)
    return (value.strip() or None) if isinstance(value, str) else None


def find_email(mbox: object) -> str | None:
    """Return the address of an mbox, with or without `mailto:` in front."""
    text = find_text(mbox)
    if text is not None and text[:7].lower() == "mailto:":
        text = text[7:].strip() or None
    return text


def find_account_name(actor: JsonObject) -> str | None:
    """Return the name of the actor's account."""
    account = actor.get("account")
    return find_text(account.get("name")) if isinstance(account, dict) else None


def _names_somebody(actor: JsonObject) -> bool:
    return (
        find_email(actor.get("mbox")) is not None
        or find_account_name(actor) is not None
        or find_text(actor.get("openid")) is not None
        or find_text(actor.get("mbox_sha1sum")) is not None
        or bool(actor.get("member"))
    )


def _has_id(part: JsonObject) -> bool:
    return isinstance(part.get("id"), str) and find_text(part["id"]) is not None


_NEEDS = (
    ("actor", _names_somebody, "actor needs an mbox, an account with a name, an openid or an mbox_sha1sum"),
    ("verb", _has_id, "verb needs an id that is text"),
    ("object", _has_id, "object needs an id that is text"),
)
