"""The only way out: judge an address, look it up once, and send one request to that very address.

https only, or http within the networks that the operator allows. Certificates are always checked. Redirects
are answers, never followed. Nothing is taken from the environment: no proxy, no .netrc.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

import certifi

from app.outbound.addresses import (
    Address,
    Network,
    Target,
    is_allowed,
    judge_address,
    judge_target,
    parse_target,
    unwrap,
)
from app.outbound.calls import Answer, Call, CannotReach, Reason
from app.outbound.connection import Deadline, Resolver, exchange, is_our_own, look_up, resolve_name
from app.settings import Settings
from app.words import N_, worded

__all__ = ["Answer", "Call", "CannotReach", "Reason", "Way", "judge", "send"]

# What went wrong and how to say it; the first that fits counts.
_TROUBLES: tuple[tuple[type[Exception], Reason, str], ...] = (
    (
        TimeoutError,
        Reason.TIMEOUT,
        N_("%(host)s did not answer in full within the %(seconds)s seconds it has."),
    ),
    (socket.gaierror, Reason.NO_SUCH_HOST, N_("There is no %(host)s, as far as this server can look up.")),
    (
        ssl.SSLCertVerificationError,
        Reason.TLS,
        N_(
            "The certificate of %(host)s cannot be trusted: %(reason)s. If it comes from a certificate"
            " authority of your own, the operator can name that in WAYMARK_OUTBOUND_CA_FILE."
        ),
    ),
    (ssl.SSLError, Reason.TLS, N_("No secure connection to %(host)s came about (%(reason)s).")),
    (ConnectionResetError, Reason.BROKEN, N_("%(host)s broke off the connection.")),
    (BrokenPipeError, Reason.BROKEN, N_("%(host)s broke off the connection.")),
    (OSError, Reason.REFUSED, N_("%(host)s takes no connection (%(reason)s).")),
    (http.client.IncompleteRead, Reason.BROKEN, N_("%(host)s broke off in the middle of its answer.")),
    (
        http.client.HTTPException,
        Reason.BROKEN,
        N_("%(host)s answered with something that is no HTTP answer."),
    ),
    (ValueError, Reason.BROKEN, N_("This request holds a character that no request may hold.")),
)


@dataclass(frozen=True, slots=True)
class Way:
    """What the operator allows, and who we are.

    `own_hosts` are names under which we are called ourselves, as `host` (any port of it) or `host:port`.
    """

    allow: tuple[Network, ...] = ()
    ca_file: str | None = None
    own_hosts: frozenset[str] = frozenset()

    @classmethod
    def of(cls, settings: Settings, *, own_hosts: Iterable[str] = ()) -> Way:
        """Take the way from the settings; name the hosts that only the database knows in `own_hosts`."""
        known = {urlsplit(settings.public_url).netloc} if settings.public_url else set()
        return cls(
            allow=tuple(map(ipaddress.ip_network, settings.outbound_allow)),
            ca_file=settings.outbound_ca_file,
            own_hosts=frozenset(known.union(own_hosts)),
        )


def judge(way: Way, url: str) -> None:
    """Raise CannotReach for a URL that can be refused without looking its name up."""
    judge_target(parse_target(url), allow=way.allow, own_hosts=way.own_hosts)


def send(way: Way, call: Call, *, deadline_seconds: float = 20.0, resolve: Resolver = resolve_name) -> Answer:
    """Send one request; raises CannotReach when there is no answer.

    The deadline holds for everything from the look-up to the last byte, however slowly the bytes come. At
    most 64 kB of the body are read. A name of which one address is forbidden is not called at all.
    """
    deadline = Deadline(deadline_seconds)
    target = parse_target(call.url)
    judge_target(target, allow=way.allow, own_hosts=way.own_hosts)
    context = None if target.is_plain else _context(way.ca_file)
    try:
        addresses = _find_addresses(way, target, deadline, resolve)
        return exchange(target, addresses, call, context=context, deadline=deadline)
    except CannotReach:
        raise
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise _explain(error, target, deadline_seconds) from error


def _find_addresses(way: Way, target: Target, deadline: Deadline, resolve: Resolver) -> Sequence[Address]:
    if target.literal is not None:
        addresses: list[Address] = [target.literal]
    else:
        found = look_up(resolve, target, deadline)
        addresses = [unwrap(ipaddress.ip_address(text)) for text in found]
    for address in addresses:
        judge_address(address, target, allow=way.allow)
        if not is_allowed(address, way.allow) and is_our_own(address):
            raise CannotReach(
                Reason.FORBIDDEN_HOST,
                worded(
                    "%(host)s is at %(address)s, which is this machine itself.",
                    host=str(target.host),
                    address=str(address),
                ),
            )
    return addresses


def _context(ca_file: str | None) -> ssl.SSLContext:
    """Give the trust in public authorities, and in the operator's own beside them."""
    try:
        return _load_context(ca_file, Path(ca_file).stat().st_mtime_ns if ca_file else 0)
    except OSError as error:
        raise CannotReach(
            Reason.TLS, worded("WAYMARK_OUTBOUND_CA_FILE: %(file)s cannot be used.", file=ca_file)
        ) from error


@lru_cache(maxsize=4)
def _load_context(ca_file: str | None, _changed: int) -> ssl.SSLContext:
    # Not create_default_context: that takes certificates and a place for session keys from the environment.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(certifi.where())
    if ca_file is not None:
        context.load_verify_locations(ca_file)
    return context


def _explain(error: Exception, target: Target, seconds: float) -> CannotReach:
    for kind, reason, sentence in _TROUBLES:
        if isinstance(error, kind):
            told = [getattr(error, name, None) for name in ("verify_message", "reason", "strerror")]
            said = next((str(each) for each in told if each), "")
            patience = f"{seconds:g}"
            words = worded(sentence, host=str(target.host), reason=said, seconds=patience)
            return CannotReach(reason, words)
    raise error
