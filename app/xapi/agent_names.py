"""How statements name people: from agents to learners' names, from names to agents, and to nobody."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator

import orjson

from app.learners.values import IdentityKind, Name, normalise_value
from app.xapi.leniency import find_account_name, find_email, find_text
from app.xapi.wire import JsonObject

# What stands in a statement for somebody who was erased; the same for all, so that it leads to nobody.
NOBODY_HOME = "https://erased.invalid/"
_IDENTIFIERS = ("mbox", "mbox_sha1sum", "openid", "account")


def agents_of(kind: str, value: str, home_page: str | None) -> Iterator[JsonObject]:
    """Yield how statements name a person of whom an identity is known."""
    if kind in ("user_id", "account"):
        yield {"account": {"homePage": home_page, "name": value}}
    elif kind == "email":
        yield {"mbox": value}
        # xAPI 1.0.3 Part 2 §2.4.2.3: the digest of an address that a source would rather not tell.
        yield {"mbox_sha1sum": digest_address(value)}
    elif kind in ("openid", "mbox_sha1sum"):
        yield {kind: value}


def digest_address(address: str) -> str:
    """Return the mbox_sha1sum of an address."""
    return hashlib.sha1(f"mailto:{address}".encode(), usedforsecurity=False).hexdigest()


def names_of(agent: JsonObject, *, is_lenient: bool) -> Iterator[Name]:
    """Yield the names by which an agent may be a learner; LinkedIn's user ids count under any home page."""
    if email := find_email(_plain(agent.get("mbox"))):
        yield _name(IdentityKind.EMAIL, email)
    if sha1 := find_text(_plain(agent.get("mbox_sha1sum"))):
        yield _name(IdentityKind.MBOX_SHA1SUM, sha1)
    if openid := find_text(_plain(agent.get("openid"))):
        yield _name(IdentityKind.OPENID, openid)
    account = agent.get("account")
    if not isinstance(account, dict):
        return
    if name := find_account_name({"account": {"name": _plain(account.get("name"))}}):
        yield _name(IdentityKind.ACCOUNT, name, find_text(_plain(account.get("homePage"))) or "")
        if is_lenient:
            yield _name(IdentityKind.USER_ID, name)


def find_named(value: object) -> Iterator[JsonObject]:
    """Yield every agent and group with an identifier, wherever in a statement it stands."""
    if isinstance(value, dict):
        if any(key in value for key in _IDENTIFIERS):
            yield value
        for part in value.values():
            yield from find_named(part)
    elif isinstance(value, list):
        for part in value:
            yield from find_named(part)


def without(value: object, is_gone: Callable[[JsonObject], bool]) -> object:
    """Return a statement or a part of it with nobody in the place of each agent that is gone."""
    if isinstance(value, list):
        return [without(part, is_gone) for part in value]
    if not isinstance(value, dict):
        return value
    if not (any(key in value for key in _IDENTIFIERS) and is_gone(value)):
        return {key: without(part, is_gone) for key, part in value.items()}
    nobody: JsonObject = {"objectType": value.get("objectType", "Agent")}
    nobody["account"] = {"homePage": NOBODY_HOME, "name": "erased"}
    return nobody | ({"member": without(value["member"], is_gone)} if "member" in value else {})


def is_nobody(agent: object) -> bool:
    """True for what stands for somebody who was erased."""
    account = agent.get("account") if isinstance(agent, dict) else None
    return isinstance(account, dict) and account.get("homePage") == NOBODY_HOME


def _name(kind: IdentityKind, value: str, namespace: str = "") -> Name:
    return Name(kind, namespace, normalise_value(kind, value))


def _plain(value: object) -> object:
    """Read a number that was kept as the text that it is."""
    if isinstance(value, orjson.Fragment):
        contents = value.contents
        return contents.decode() if isinstance(contents, bytes) else contents
    return value
