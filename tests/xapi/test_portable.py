"""Lines of an export: what is written is read back, whatever the client's own spacing."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, strategies as st

from app.xapi.attachments import Part
from app.xapi.errors import XapiError
from app.xapi.portable import StatementLine, format_attachment, format_statement, parse_line
from tests.xapi.multipart import DATA, sha2_of


@given(
    st.dictionaries(st.text(), st.text() | st.integers() | st.lists(st.text())), st.sampled_from([None, 1])
)
def test_a_statement_fits_on_one_line_and_says_the_same(value: dict[str, object], indent: int | None) -> None:
    text = json.dumps(value, indent=indent).replace("\n", "\r\n").encode()
    line = format_statement(text)
    assert line.count(b"\n") == 1
    assert b"\r" not in line
    found = parse_line(line)
    assert isinstance(found, StatementLine)
    assert json.loads(found.text) == value


@given(st.binary(), st.sampled_from(["sha224", "sha256", "sha384", "sha512"]))
def test_data_comes_back_as_it_was(data: bytes, name: str) -> None:
    part = Part(sha2_of(data, name), "text/plain", data)
    assert parse_line(format_attachment(part)) == part


@pytest.mark.parametrize(
    "described",
    [
        {},
        {"sha2": 1, "contentType": "a/b", "data": ""},
        {"sha2": sha2_of(DATA), "contentType": "a/b", "data": "%%"},
        {"sha2": sha2_of(DATA), "contentType": "a/b", "data": "AAAA"},
        {"sha2": "ab", "contentType": "a/b", "data": ""},
    ],
)
def test_data_that_is_not_what_it_says_is_refused(described: object) -> None:
    with pytest.raises(XapiError):
        parse_line(json.dumps({"attachment": described}).encode())


@pytest.mark.parametrize("line", [b"", b"\n", b" \r\n"])
def test_a_blank_line_says_nothing(line: bytes) -> None:
    assert parse_line(line) is None


def test_broken_json_is_refused_where_it_could_be_an_attachment() -> None:
    with pytest.raises(XapiError):
        parse_line(b'{"attachment": {')
