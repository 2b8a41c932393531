"""Names of files whose words come from strangers."""

from __future__ import annotations

import pytest

from app.admin.file_names import name_attachment

SHA2 = "495395e777cd98da653df9615d09c0fd6bb2f8d4788394cd53c56a3bfdcd848a"


@pytest.mark.parametrize(
    ("display", "content_type", "expected"),
    [
        ("Certificate of Ana", "application/pdf", "Certificate of Ana.pdf"),
        ("notes.txt", "text/plain; charset=utf-8", "notes txt.txt"),
        ("Zeugnis für Ana", "IMAGE/PNG", "Zeugnis für Ana.png"),
        ("evil.html", "text/html", "evil html.bin"),
        ("a", "image/svg+xml", "a.bin"),
        ("../../etc/passwd", "", "etc passwd.bin"),
        ('x"; y=\r\nSet-Cookie: a', "application/pdf", "x y Set-Cookie a.pdf"),
        ("\u202egpj.exe", "application/pdf", "gpj exe.pdf"),
        ("", "application/pdf", "attachment-495395e777cd98da.pdf"),
        ("…", "", "attachment-495395e777cd98da.bin"),
        ("n" * 1_000_000, "", "n" * 80 + ".bin"),
    ],
)
def test_a_name_is_words_and_a_harmless_ending(display: str, content_type: str, expected: str) -> None:
    assert name_attachment(display, SHA2, content_type) == expected


def test_a_hash_of_any_text_makes_no_name_of_its_own() -> None:
    assert name_attachment("", '"/../<b>', "") == "attachment-b.bin"
