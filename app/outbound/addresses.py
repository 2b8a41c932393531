"""Which web addresses may be called, and at which IP addresses. Sans-I/O.

A URL is somebody's wish: an administrator typed it, or an LMS sent it. So whatever could lead into the
operator's own network, to a cloud's metadata service or back to ourselves is refused, unless the operator
allowed that very network.
"""

from __future__ import annotations

import ipaddress
import re
import string
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from urllib.parse import quote, urlsplit

from app.access.hosts import DEFAULT_PORTS, BadHost, HostName, parse_host
from app.outbound.calls import CannotReach, Reason
from app.words import worded

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# Where services for everybody listen. Behind other ports there are mail, databases and the like, which may
# take a line of a request for a command of theirs.
USUAL_PORTS = frozenset({443, 8443})

# `is_global` lets these through: Azure's host services, protocol assignments (Oracle's metadata is one), and
# the way from IPv4 into IPv6.
_NEVER_IPV4 = tuple(map(IPv4Network, ("168.63.129.16/32", "192.0.0.0/24", "192.88.99.0/24")))
# Of IPv6 only this is given to networks for everybody. Outside lie, beside all that is private, the forms
# that carry an IPv4 address within: ::/96, ::ffff:0:0:0/96, 64:ff9b::/96 and 64:ff9b:1::/48.
_GLOBAL_IPV6 = IPv6Network("2000::/3")
# And within: protocol assignments with Teredo (2001::/32), documentation, 6to4.
_NEVER_IPV6 = tuple(map(IPv6Network, ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")))

_HEXADECIMAL = re.compile(r"0x[0-9a-f]*")
# What may stand in a request line as it is; everything else is percent-encoded there.
_AS_IT_IS = string.punctuation


@dataclass(frozen=True, slots=True)
class Target:
    """A URL taken apart: where to connect, and what to ask there."""

    is_plain: bool
    host: HostName
    request_target: str

    @property
    def port(self) -> int:
        return self.host.port or DEFAULT_PORTS["http" if self.is_plain else "https"]

    @property
    def name(self) -> str:
        """Return the host's name or address as certificates and resolvers want it, without brackets."""
        return self.host.name.strip("[]")

    @property
    def literal(self) -> Address | None:
        """Return the address that stands in the URL itself, None for a name."""
        try:
            return unwrap(ipaddress.ip_address(self.name))
        except ValueError:
            return None


def parse_target(url: str) -> Target:
    """Take a URL apart; raises CannotReach for other schemes and for what can be read in two ways."""
    if any(c <= " " or c == "\\" or c == "\x7f" or c.isspace() for c in url):
        raise CannotReach(
            Reason.BAD_ADDRESS, worded("A web address holds no spaces, line breaks or backslashes.")
        )
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise CannotReach(Reason.BAD_ADDRESS, worded("This is not a web address.")) from error
    if parts.scheme not in DEFAULT_PORTS:
        raise CannotReach(
            Reason.FORBIDDEN_SCHEME, worded("Only addresses that begin with https:// are called.")
        )
    if "@" in parts.netloc:
        raise CannotReach(Reason.BAD_ADDRESS, worded("Write no user name or password into a web address."))
    try:
        host = parse_host(parts.netloc)
    except BadHost as error:
        raise CannotReach(
            Reason.BAD_ADDRESS, worded("This is not a web address: %(reason)s.", reason=str(error))
        ) from error
    if _HEXADECIMAL.fullmatch(host.name.rpartition(".")[2]):
        # Some resolvers read such a last label as an IPv4 address.
        raise CannotReach(
            Reason.BAD_ADDRESS, worded("%(host)s is not an IPv4 address in its usual form.", host=host.name)
        )
    path = parts.path or "/"
    target = f"{path}?{parts.query}" if parts.query else path
    return Target(parts.scheme == "http", host, quote(target, safe=_AS_IT_IS, errors="replace"))


def judge_target(target: Target, *, allow: Collection[Network], own_hosts: Iterable[str]) -> None:
    """Judge what needs no look-up; raises CannotReach.

    Where the operator allows networks, a name's scheme and port can be judged by its addresses only.
    """
    for own in own_hosts:
        if parse_host(own).covers(target.host, target.port):
            raise CannotReach(
                Reason.FORBIDDEN_HOST,
                worded("%(host)s is this server itself, which it must not call.", host=str(target.host)),
            )
    if target.literal is not None:
        judge_address(target.literal, target, allow=allow)
    elif not allow:
        _judge_scheme_and_port(target)


def judge_address(address: Address, target: Target, *, allow: Iterable[Network]) -> None:
    """Judge one address that the target's name stands for; raises CannotReach."""
    if is_allowed(address, allow):
        return
    if not is_public(address):
        raise CannotReach(
            Reason.FORBIDDEN_ADDRESS,
            worded(
                "%(host)s is not a public address. If this is a server of your own network, the operator can"
                " allow it with WAYMARK_OUTBOUND_ALLOW.",
                host=str(target.host),
            )
            if target.literal
            else worded(
                "%(host)s is at %(address)s, which is not a public address. If this is a server of your own"
                " network, the operator can allow it with WAYMARK_OUTBOUND_ALLOW.",
                host=str(target.host),
                address=str(address),
            ),
        )
    _judge_scheme_and_port(target)


def is_allowed(address: Address, allow: Iterable[Network]) -> bool:
    """Tell whether the operator allowed this address."""
    return any(unwrap(address) in network for network in allow)


def is_public(address: Address) -> bool:
    """Tell whether this address belongs to somebody on the Internet, for sure.

    >>> is_public(ipaddress.ip_address("64:ff9b::7f00:1"))
    False
    """
    address = unwrap(address)
    if isinstance(address, IPv6Address):
        return address in _GLOBAL_IPV6 and not any(address in network for network in _NEVER_IPV6)
    if address.is_multicast or address.is_reserved or not address.is_global:
        return False
    return not any(address in network for network in _NEVER_IPV4)


def unwrap(address: Address) -> Address:
    """Return the IPv4 address of an IPv4-mapped one (::ffff:127.0.0.1), which is where it leads."""
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def _judge_scheme_and_port(target: Target) -> None:
    if target.is_plain:
        raise CannotReach(
            Reason.FORBIDDEN_SCHEME,
            worded(
                "%(host)s must be called by https://. Plain http:// is for servers of your own network that"
                " the operator allowed with WAYMARK_OUTBOUND_ALLOW.",
                host=str(target.host),
            ),
        )
    if target.port not in USUAL_PORTS:
        raise CannotReach(
            Reason.FORBIDDEN_ADDRESS,
            worded(
                "Port %(port)s is not called, only 443 and 8443. The operator can allow all ports of a"
                " server with WAYMARK_OUTBOUND_ALLOW.",
                port=target.port,
            ),
        )
