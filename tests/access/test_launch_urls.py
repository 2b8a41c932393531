"""The content's address keeps what it had and gains AICC's parameters."""

from __future__ import annotations

import pytest

from app.access.launch_urls import build_content_url

PAIR = "AICC_SID=abc&AICC_URL=https%3A%2F%2Flms.example%3A8443%2Fhacp"


@pytest.mark.parametrize(
    ("launch_url", "web_launch", "expected"),
    [
        ("https://c.example/go", "", f"https://c.example/go?{PAIR}"),
        ("https://c.example/go?", "", f"https://c.example/go?{PAIR}"),
        ("https://c.example/go?a=1", "", f"https://c.example/go?a=1&{PAIR}"),
        ("https://c.example/go?a=1&", "", f"https://c.example/go?a=1&{PAIR}"),
        ("https://c.example/go#x?y", "", f"https://c.example/go?{PAIR}#x?y"),
        ("https://c.example/go?a=%2F&b=c+d#x", "", f"https://c.example/go?a=%2F&b=c+d&{PAIR}#x"),
        ("https://c.example/go", "u=1", f"https://c.example/go?{PAIR}&u=1"),
        ("https://c.example/go", "?u=1", f"https://c.example/go?{PAIR}&u=1"),
        ("https://c.example/go?a=1#f", "&u=1&v=2", f"https://c.example/go?a=1&{PAIR}&u=1&v=2#f"),
        (" https://c.example/a b\r\nX: y ", "", f"https://c.example/a%20bX:%20y?{PAIR}"),
        ("https://c.example/é", "", f"https://c.example/%C3%A9?{PAIR}"),
    ],
)
def test_parameters_are_joined_where_they_belong(launch_url: str, web_launch: str, expected: str) -> None:
    built = build_content_url(
        launch_url, session_id="abc", aicc_url="https://lms.example:8443/hacp", web_launch=web_launch
    )
    assert built == expected
