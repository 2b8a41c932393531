"""Judging addresses: what is forbidden in any spelling, what is public, what the operator allows."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given, settings, strategies as st

from app.outbound.addresses import Target, is_allowed, is_public, judge_address, judge_target, parse_target
from app.outbound.calls import CannotReach, Reason
from tests.outbound.corpus import FORBIDDEN_ADDRESSES, FORBIDDEN_URLS, PUBLIC_ADDRESSES

ON_PREMISE = (ip_network("10.0.0.0/8"), ip_network("fd00::/8"))


def judge(url: str, *, allow=(), own_hosts=()) -> Target:
    target = parse_target(url)
    judge_target(target, allow=allow, own_hosts=own_hosts)
    return target


def reason(url: str, **way) -> str:
    with pytest.raises(CannotReach) as refused:
        judge(url, **way)
    return refused.value.code


@pytest.mark.parametrize("address", FORBIDDEN_ADDRESSES)
@pytest.mark.parametrize("allow", [(), (ip_network("10.99.0.0/16"),)])
def test_a_forbidden_address_is_refused_in_every_spelling(address: str, allow) -> None:
    for url in (f"https://{address}/", f"https://{address}:443/hacp?x=1", f"http://{address}:8080"):
        assert reason(url, allow=allow) in (Reason.FORBIDDEN_ADDRESS, Reason.BAD_ADDRESS)


@pytest.mark.parametrize("url", FORBIDDEN_URLS)
def test_what_is_no_plain_https_address_is_refused(url: str) -> None:
    assert reason(url) in (Reason.FORBIDDEN_SCHEME, Reason.FORBIDDEN_ADDRESS, Reason.BAD_ADDRESS)


@pytest.mark.parametrize("address", PUBLIC_ADDRESSES)
def test_public_addresses_are_public(address: str) -> None:
    assert is_public(ip_address(address))


@given(st.ip_addresses(v=4).filter(lambda address: not is_public(address)))
@settings(max_examples=50)
def test_no_form_of_ipv6_makes_a_private_ipv4_address_public(address) -> None:
    number = int(address)
    for prefix in ("::", "::ffff:0:0", "::ffff:0:0:0", "64:ff9b::", "64:ff9b:1::"):
        assert not is_public(ip_address(int(ip_address(prefix)) + number))
    assert not is_public(ip_address((0x2002 << 112) + (number << 80)))
    assert not is_public(ip_address((0x20010000 << 96) + (number ^ 0xFFFFFFFF)))


def test_the_operator_opens_networks_for_http_and_any_port_there() -> None:
    judge("http://10.1.2.3:9000/hacp", allow=ON_PREMISE)
    judge("http://[fd00::7]/hacp", allow=ON_PREMISE)
    judge("https://[::ffff:10.1.2.3]/", allow=ON_PREMISE)
    assert reason("http://192.168.1.1/", allow=ON_PREMISE) == Reason.FORBIDDEN_ADDRESS
    assert reason("http://8.8.8.8/", allow=ON_PREMISE) == Reason.FORBIDDEN_SCHEME
    assert reason("https://8.8.8.8:9000/", allow=ON_PREMISE) == Reason.FORBIDDEN_ADDRESS


def test_a_name_that_may_be_within_an_open_network_is_judged_by_its_address() -> None:
    target = judge("http://lms.internal:9000/", allow=ON_PREMISE)
    judge_address(ip_address("10.1.2.3"), target, allow=ON_PREMISE)
    with pytest.raises(CannotReach, match=r"http://") as refused:
        judge_address(ip_address("8.8.8.8"), target, allow=ON_PREMISE)
    assert refused.value.code == Reason.FORBIDDEN_SCHEME


def test_no_network_is_open_unasked() -> None:
    assert not is_allowed(ip_address("10.1.2.3"), ())


def test_our_own_hosts_are_refused() -> None:
    own = {"waymark.example.org", "127.0.0.1:8080"}
    assert reason("https://WAYMARK.example.org./hacp", own_hosts=own) == Reason.FORBIDDEN_HOST
    loopback = (ip_network("127.0.0.0/8"),)
    assert reason("http://127.0.0.1:8080/hacp", own_hosts=own, allow=loopback) == Reason.FORBIDDEN_HOST
    judge("http://127.0.0.1:9090/hacp", own_hosts=own, allow=loopback)
    judge("https://lms.example.org/hacp", own_hosts=own)


def test_a_url_is_taken_apart_as_it_will_be_asked_for() -> None:
    target = parse_target("https://Bücher.Example:8443/ü?q=é&p=%20#part")
    assert (target.name, target.port) == ("xn--bcher-kva.example", 8443)
    assert target.request_target == "/%C3%BC?q=%C3%A9&p=%20"
    assert parse_target("https://lms.example.org").request_target == "/"


@given(st.text(max_size=60))
@settings(max_examples=100)
def test_any_text_is_taken_apart_or_refused(text: str) -> None:
    for url in (text, f"https://{text}", f"https://lms.example.org/{text}"):
        try:
            target = parse_target(url)
        except CannotReach:
            continue
        assert target.request_target.isascii()
        assert not set(target.request_target) & set(" \r\n\t\x00")
