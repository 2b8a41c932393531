"""What the connection knows of this machine."""

from __future__ import annotations

from ipaddress import ip_address

from app.outbound.connection import is_our_own, resolve_name


def test_our_own_addresses_are_known_without_a_word_sent() -> None:
    assert is_our_own(ip_address("127.0.0.1"))
    assert not is_our_own(ip_address("203.0.113.7"))


def test_the_machines_resolver_knows_its_hosts_file() -> None:
    assert set(resolve_name("localhost", 80)) & {"127.0.0.1", "::1"}
