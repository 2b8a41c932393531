"""Forty ways to write an address that must not be called, and what speaks for refusing each."""

from __future__ import annotations

FORBIDDEN_ADDRESSES = (
    # Ourselves, in every spelling.
    "127.0.0.1", "127.1.2.3", "127.255.255.254", "127.1", "2130706433", "0x7f000001", "0x7f.0.0.1",
    "127.0.0.0x1", "0177.0.0.1", "017700000001", "0", "0.0.0.0", "１２７.0.0.1", "①②⑦.⓪.⓪.①", "127。0。0。1",
    "[::1]", "[::]", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]",
    "[::ffff:0:7f00:1]", "[64:ff9b::7f00:1]", "[64:ff9b:1::7f00:1]", "[2002:7f00:1::]", "[2001:0:7f00:1::1]",
    # Services of the clouds: Amazon and most others, Alibaba, Oracle, Azure.
    "169.254.169.254", "[::ffff:169.254.169.254]", "[fd00:ec2::254]", "100.100.100.200", "192.0.0.192",
    "168.63.129.16",
    # Private networks and what is for nobody in particular.
    "10.0.0.5", "172.16.9.9", "192.168.1.1", "100.64.0.1", "[fe80::1]", "[fec0::1]", "224.0.0.1", "[ff02::1]",
    "255.255.255.255", "240.0.0.1", "192.0.2.1", "198.18.0.1", "192.88.99.1", "[2001:db8::1]", "[3fff::1]",
)  # fmt: skip

FORBIDDEN_URLS = (
    "https://user@127.0.0.1/", "https://example.org:pw@127.0.0.1/", "https://127.0.0.1\\@example.org/",
    "https://127.0.0.1 .example.org/", "https://127.0.0.1\t/", "https://example.org\r\nHost: 127.0.0.1/",
    "https:///127.0.0.1/", "https:127.0.0.1", "//127.0.0.1/", "127.0.0.1", "https://127.0.0.1%2f@example.org/",
    "https://127.0.0.1%00.example.org/", "https://[::1", "https://[fe80::1%25lo]/", "https://example.org:0/",
    "https://example.org:99999/", "https://example.org:22/", "https://example.org:6379/", "http://example.org/",
    "ftp://example.org/", "file:///etc/passwd", "gopher://127.0.0.1:6379/_", "javascript:alert(1)", "",
)  # fmt: skip

PUBLIC_ADDRESSES = ("8.8.8.8", "93.184.216.34", "2606:4700::1111", "2a00:1450:4001::1", "::ffff:8.8.8.8")
