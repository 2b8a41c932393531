"""Lists of learners in whatever spelling spreadsheets write them."""

from __future__ import annotations

import pytest

from app.learners.sheet import BadSheet, Line, read_sheet

TEXT = 'E-Mail;Full Name;User ID;Group\r\nana@x.org;"Díaz, Ana";4711;Sales\r\n'
ANA = Line(2, "Díaz, Ana", "ana@x.org", "4711", "Sales", None)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_any_encoding_and_delimiter_of_a_spreadsheet_is_read(encoding: str, delimiter: str) -> None:
    sheet = read_sheet(TEXT.replace(";", delimiter).encode(encoding))
    assert (sheet.lines, sheet.errors, sheet.unknown_headings) == ((ANA,), (), ())


def test_columns_have_many_names_and_what_says_nothing_is_left_alone() -> None:
    text = 'sep=,\nLast Name,First name,mail,Shoe size,Manager\nDiaz,Ana,ana@x.org,39,"Moor,\nBen"\n\n,,,,\n'
    sheet = read_sheet(text.encode())
    assert sheet.lines == (Line(3, "Diaz, Ana", "ana@x.org", "", None, "Moor, Ben"),)
    assert sheet.unknown_headings == ("Shoe size",)


def test_a_bad_line_is_named_and_the_good_ones_stay() -> None:
    rows = ("a@x.org,,A", ",,Nobody", "not an address,1,B", "A@X.ORG,2,C", "b@x.org,3", "c@x.org,3,D,more")
    sheet = read_sheet("\n".join(("email,id,name", *rows)).encode())
    assert [line.number for line in sheet.lines] == [2, 6]
    assert {each.number: each.message for each in sheet.errors} == {
        3: "neither an e-mail address nor an id",
        4: "'not an address' is not an e-mail address",
        5: "the same e-mail address stands on line 2 already",
        7: "the same id stands on line 6 already",
    }


@pytest.mark.parametrize(
    "data", [b"", b"\n\n", b"name,group\nAna,Sales", b"\xff\xfe", b"\0\0\0", b"ana@x.org,Ana"]
)
def test_what_names_no_columns_is_refused_in_words(data: bytes) -> None:
    with pytest.raises(BadSheet, match="first line must name the columns"):
        read_sheet(data)


def test_control_characters_cannot_forge_lines() -> None:
    [line] = read_sheet(b'email,name\na@x.org,"Ana\r\n[core]\x00\x1b[2J"').lines
    assert line.name.isprintable()
