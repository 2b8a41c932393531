"""The address by which an LMS launches us is understood in every form that LMSs give it."""

from __future__ import annotations

import pytest

from app.hacp.upstream_wire_launch import BadLmsLaunch, LmsLaunch, parse_lms_launch

URL = "https://lms.example/aicc/hacp"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("AICC_SID=a1&AICC_URL=https%3A%2F%2Flms.example%2Faicc%2Fhacp", LmsLaunch("a1", URL)),
        ("aicc_sid=a1&aicc_url=https://lms.example/aicc/hacp", LmsLaunch("a1", URL)),
        ("x=1?AICC_SID=a1&Aicc_Url=lms.example/aicc/hacp&y=%C3%A9", LmsLaunch("a1", URL, "x=1&y=%C3%A9")),
        ("?AICC_URL=lms.example%2Faicc%2Fhacp&AICC_SID=a%7C1", LmsLaunch("a|1", URL)),
        ("AICC_SID=a1&AICC_URL=lms.example:8443/h", LmsLaunch("a1", "https://lms.example:8443/h")),
        ("AICC_SID=a1&AICC_URL=//lms.example/h", LmsLaunch("a1", "https://lms.example/h")),
        ("AICC_SID=a1&AICC_URL=https%253A%252F%252Flms.example%252Fh", LmsLaunch("a1", "https://lms.example/h")),
        ("AICC_SID=a1&AICC_URL=https://lms.example/h?course=7", LmsLaunch("a1", "https://lms.example/h?course=7")),
        ("AICC_SID=a1&AICC_SID=b2&AICC_URL=http://lms/h&acct=77", LmsLaunch("a1", "http://lms/h", "acct=77")),
        ("AICC_SID=a+1%2B&AICC_URL=https://lms.example/h", LmsLaunch("a+1+", "https://lms.example/h")),
    ],
)  # fmt: skip
def test_a_launch_is_read(query: str, expected: LmsLaunch) -> None:
    assert parse_lms_launch(query.encode()) == expected


@pytest.mark.parametrize(
    "query",
    [
        "",
        "AICC_SID=a1",
        f"AICC_URL={URL}",
        f"AICC_SID=&AICC_URL={URL}",
        f"AICC_SID=a%20b&AICC_URL={URL}",
        f"AICC_SID=a%00&AICC_URL={URL}",
        f"AICC_SID=%E9&AICC_URL={URL}",
        f"AICC_SID={'a' * 256}&AICC_URL={URL}",
        f"AICC_SID=a1&AICC_URL={URL}/{'x' * 2000}",
        "AICC_SID=a1&AICC_URL=https://lms.example/%0d%0aX",
    ],
)
def test_what_is_no_launch_is_explained(query: str) -> None:
    with pytest.raises(BadLmsLaunch, match=r"\.$"):
        parse_lms_launch(query.encode())


@pytest.mark.parametrize("url", ["file:///etc/passwd", "javascript:alert(1)", "gopher://lms.example/"])
def test_a_strange_scheme_stays_for_the_guard_to_refuse(url: str) -> None:
    assert parse_lms_launch(f"AICC_SID=a1&AICC_URL={url}".encode()).url == url
