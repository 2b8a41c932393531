"""How this server was asked for a page, compared with its public URL: what proxies forget. Sans-I/O."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from app.inspector.checking import Check, State

NAME = "proxy_headers"
_HOW = "proxy_set_header Host $host; proxy_set_header X-Forwarded-Proto $scheme;"


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as it came: `peer` is the socket's own address, the headers are the proxy's words."""

    scheme: str
    host: str
    peer: str
    forwarded_proto: str
    is_trusted: bool


def judge_asked(asked: Asked | None, public_url: str) -> Check:
    """Say whether requests arrive as the public URL says; only a page sees how it was asked."""
    if asked is None:
        return Check(NAME, State.OK, "seen only by a page that is asked for: System, /admin/system")
    public = urlsplit(public_url)
    seen = f"this page was asked for as {asked.scheme}://{asked.host}"
    if (asked.scheme, asked.host.lower()) == (public.scheme, public.netloc.lower()):
        return Check(NAME, State.OK, seen)
    if asked.scheme != public.scheme and public.scheme == "https":
        return Check(NAME, State.WARN, f"{seen}, the public URL is {public_url}", _proxy_fix(asked), "S1")
    fix = f"Set WAYMARK_PUBLIC_URL (or Settings, Public URL) to {asked.scheme}://{asked.host}, "
    fix += f"or open the pages under {public_url}."
    return Check(NAME, State.WARN, f"{seen}, the public URL is {public_url}", fix, "S1")


def _proxy_fix(asked: Asked) -> str:
    if asked.forwarded_proto and not asked.is_trusted:
        return (
            f"X-Forwarded-Proto came from {asked.peer}, which is not trusted: set WAYMARK_TRUSTED_PROXIES to "
            f"{asked.peer} and restart."
        )
    if not asked.forwarded_proto:
        trust = "" if asked.is_trusted else f" Set WAYMARK_TRUSTED_PROXIES to {asked.peer} and restart."
        return f"X-Forwarded-Proto is missing. In nginx: {_HOW}{trust}"
    return "The proxy itself was asked over http: let it redirect to https."
