"""Another xAPI record store: what is sent to it, and what its answers mean."""

from __future__ import annotations

import base64
from urllib.parse import quote, urlencode

from app.delivery.verdicts import DELIVERED, Fate, Verdict, judge_status
from app.words import worded

VERSION_HEADER = "X-Experience-API-Version"


def statement_url(base: str, statement_id: str) -> str:
    """Return where a statement is put under its own id, so that a repeat is one."""
    stem = base.rstrip("/")
    stem = stem if stem.endswith("/statements") else f"{stem}/statements"
    return f"{stem}?{urlencode({'statementId': statement_id})}"


def basic_authorization(user: str, password: str) -> str:
    """Return the value of the Authorization header for a key and secret."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def client_authorization(client_id: str, secret: str) -> str:
    """Return the same as OAuth 2 wants it of clients (RFC 6749 §2.3.1): each part form-encoded first."""
    return basic_authorization(quote(client_id, safe=""), quote(secret, safe=""))


def judge(status: int, headers: dict[str, str], excerpt: str) -> Verdict:
    """Return what a store's answer means; 409 says that it has a statement with this id already."""
    if status == 409:
        return DELIVERED
    if status in (400, 413, 422):
        reason = worded(
            "the record store refuses this statement (%(status)s): %(said)s", status=status, said=excerpt
        )
        return Verdict(Fate.DEAD, f"http_{status}", reason)
    return judge_status(status, headers, excerpt)
