"""The version header."""

from __future__ import annotations

import pytest

from app.xapi.versions import Version, find_version


@pytest.mark.parametrize(
    ("header", "version"),
    [
        ("1.0", Version.V1),
        ("1.0.0", Version.V1),
        ("1.0.3", Version.V1),
        ("1.0.9", Version.V1),
        ("2.0", Version.V2),
        ("2.0.0", Version.V2),
        (" 2.0.1 ", Version.V2),
        (None, None),
        ("", None),
        ("0.9", None),
        ("0.95", None),
        ("1.1.0", None),
        ("1.0.", None),
        ("10.0", None),
        ("BAD", None),
    ],
)
def test_the_header_names_a_version_or_none(header: str | None, version: Version | None) -> None:
    assert find_version(header) is version
