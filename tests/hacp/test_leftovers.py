"""What a PutParam says beyond the attempt is kept as text, and people are told."""

from __future__ import annotations

import pytest

from app.hacp.aicc_data import parse_groups
from app.hacp.leftovers import format_leftovers, list_notes


@pytest.mark.parametrize(
    ("text", "leftovers"),
    [
        ("[core]\nlesson_status=i\nscore=\ntime=00:01:00\nlesson_location=3", ""),
        ("[core]\nlesson_status=\ntime=", ""),
        ("[core]\nlesson_status=xyz", "[core]\r\nlesson_status=xyz\r\n"),
        ("[core]\ntime=soon", "[core]\r\ntime=soon\r\n"),
        ("[core]\ncredit=c", "[core]\r\ncredit=c\r\n"),
        ("[core]\nscore=abc", ""),
        ("[evaluation]\ncourse_id=7", "[evaluation]\r\ncourse_id=7\r\n"),
        ("[core_vendor]\na=1", "[core_vendor]\r\na=1\r\n"),
        ("[core]\nscore=1\n[mine]\nx=1\ny", "[mine]\nx=1\ny"),
        ("[core]\nscore=1\nscore=2\nwhat", "score=2\nwhat"),
        ("[core_lesson]\na\n[core_lesson]\nb", "[core_lesson]\nb"),
        ("hello=1\n[core]\nscore=1", "hello=1\n"),
        ("[student_preferences]\ntext=" + "x" * 300, "[student_preferences]\r\ntext=" + "x" * 300 + "\r\n"),
        ("[comments]\nhello\n[core_lesson]\nmine", ""),
        ("[objectives_status]\nj_id.1=a\nj_score.1=5", ""),
        (
            "[objectives_status]\nj_score.1=5\nj_foo.2=x\nj_id.3=\nj_id.1234567=zz",
            "[objectives_status]\r\nj_score.1=5\r\n[objectives_status]\r\nj_foo.2=x\r\n"
            "[objectives_status]\r\nj_id.1234567=zz\r\n",
        ),
        ("score=9\n[core]\nscore=1", "score=1\r\n"),
    ],
)
def test_what_has_no_place_is_kept_as_text(text: str, leftovers: str) -> None:
    assert format_leftovers(parse_groups(text)) == leftovers


@pytest.mark.parametrize(
    ("text", "notes"),
    [
        ("[core]\nlesson_status=incomplete,suspend\nscore=80,100,0\ntime=00:01:00", ()),
        ("[core]\nscore=66.67", ("score '66.67' kept as sent",)),
        ("[core]\nscore=150", ("score '150' is outside 0 to 100, kept as sent",)),
        ("[core]\nscore=abc", ("score 'abc' is no number, kept as sent",)),
        ("[core]\nlesson_status=xyz", ("lesson_status 'xyz' is no status, the earlier one stays",)),
        ("[core]\nlesson_status=i,zzz", ("lesson_status 'i,zzz' has no exit word we know",)),
        ("[core]\ntime=soon", ("time 'soon' cannot be read",)),
        ("[core]\ntime=99999:00:00", ("time '99999:00:00' is over AICC's limit and counts as 9999:59:59",)),
        ("[core]\nlesson_status=pending", ("lesson_status 'pending' read as passed by its first letter",)),
        ("[core]\nlesson_status=complete,suspend", ()),
        ("[core]\nlesson_status=P", ()),
        ("[core]\nlesson_status=N/A", ("lesson_status 'N/A' read as not attempted by its first letter",)),
        ("[core]\ntries=1", ("keyword 'tries' of [core] kept as sent",)),
        ("[objectives_status]\nj_score.1=5", ("objectives without an id kept as sent",)),
        (
            "[core]\nlesson_location=" + "x" * 300,
            ("lesson_location of 300 characters is over AICC's 255, kept whole",),
        ),
        ("[core_lesson]\n" + "x" * 4097, ("core_lesson of 4097 characters is over AICC's 4096, kept whole",)),
    ],
)
def test_people_are_told_what_was_odd(text: str, notes: tuple[str, ...]) -> None:
    assert list_notes(parse_groups(text)) == notes
