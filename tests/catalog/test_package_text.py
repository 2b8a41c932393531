"""Course structure files come in any encoding."""

from __future__ import annotations

import pytest

from app.catalog.package_text import decode_text


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("Café €".encode(), "Café €"),
        (b"\xef\xbb\xbfCaf\xc3\xa9", "Café"),
        ("Café".encode("utf-16"), "Café"),
        (b"\xfe\xff\x00C\x00\xe9", "Cé"),
        (b"Caf\xe9 \x80 \x93x\x94", "Café € “x”"),
        (b"\x81", "\ufffd"),
        (b"a\r\nb\rc\nd", "a\nb\nc\nd"),
        (b"a\x00b\x07c\td", "abc\td"),
        (b"", ""),
    ],
)
def test_bytes_become_text_with_one_kind_of_line_end(raw: bytes, text: str) -> None:
    assert decode_text(raw) == text
