"""How this server was asked for a page, compared with its public URL: what proxies forget. Sans-I/O."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from app.inspector.checking import Check, State
from app.words import worded

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
        return Check(NAME, State.OK, worded("seen only by a page that is asked for: System, /admin/system"))
    public = urlsplit(public_url)
    address = f"{asked.scheme}://{asked.host}"
    if (asked.scheme, asked.host.lower()) == (public.scheme, public.netloc.lower()):
        return Check(NAME, State.OK, worded("this page was asked for as %(address)s", address=address))
    seen = worded(
        "this page was asked for as %(address)s, the public URL is %(public_url)s",
        address=address,
        public_url=public_url,
    )
    if asked.scheme != public.scheme and public.scheme == "https":
        return Check(NAME, State.WARN, seen, _proxy_fix(asked), "S1")
    fix = worded(
        "Set WAYMARK_PUBLIC_URL (or Settings, Public URL) to %(address)s, or open the pages under "
        "%(public_url)s.",
        address=address,
        public_url=public_url,
    )
    return Check(NAME, State.WARN, seen, fix, "S1")


def _proxy_fix(asked: Asked) -> str:
    if asked.forwarded_proto and not asked.is_trusted:
        return worded(
            "X-Forwarded-Proto came from %(peer)s, which is not trusted: set WAYMARK_TRUSTED_PROXIES to "
            "%(peer)s and restart.",
            peer=asked.peer,
        )
    if not asked.forwarded_proto:
        if asked.is_trusted:
            return worded("X-Forwarded-Proto is missing. In nginx: %(how)s", how=_HOW)
        return worded(
            "X-Forwarded-Proto is missing. In nginx: %(how)s Set WAYMARK_TRUSTED_PROXIES to %(peer)s and "
            "restart.",
            how=_HOW,
            peer=asked.peer,
        )
    return worded("The proxy itself was asked over http: let it redirect to https.")
