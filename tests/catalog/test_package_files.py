"""The files of a course structure, read leniently and with the numbers of bad lines."""

from __future__ import annotations

from app.catalog.package_files import MAX_ROWS, Severity, read_course_file, read_table
from tests.fuzzing import assert_linear

KNOWN = ("system_id", "title", "mastery_score", "time_limit_action")


def test_a_description_keeps_blank_lines_equal_signs_and_brackets() -> None:
    read = read_course_file(
        '; made by hand\n[course]\nCourse_ID = 7 \ncourse_id=8\nno equals\nCourse_Title="A ""b"""\n'
        "[Course_Description]\nFirst.\n\na=b [c]\n[Notes]\nLast. \n[COURSE_BEHAVIOR]\nMax_Normal=99\n"
    )
    assert dict(read.course) == {"course_id": "7", "course_title": 'A "b"'}
    assert dict(read.behavior) == {"max_normal": "99"}
    assert read.description == "First.\n\na=b [c]\n[Notes]\nLast."


def test_columns_may_come_in_any_order_and_be_misspelt() -> None:
    table = read_table('Title,"Time_Lmit_Action",SYSTEM ID,x\nKnots,exit,A1,?\n', "a.au", known=KNOWN)
    assert table.columns == ("title", "time_limit_action", "system_id", "x")
    assert table.rows[0].values["time_limit_action"] == "exit"
    [problem] = table.problems
    assert (problem.severity, problem.line) == (Severity.WARNING, 1)
    assert str(problem) == "a.au:1: the column time_lmit_action is read as time_limit_action"


def test_a_score_is_never_taken_for_another() -> None:
    table = read_table("System_ID,Max_Score\nA1,9\n", "a.au", known=(*KNOWN, "max_score"))
    assert table.columns == ("system_id", "max_score")
    table = read_table("System_ID,Min_Score\nA1,9\n", "a.au", known=KNOWN)
    assert "mastery_score" not in table.columns


def test_rows_may_be_ragged_quoted_or_blank() -> None:
    text = '\nsystem_id,title\n\nA1\nA2,"one ""two"", three",more\n"A3", "over\ntwo lines"\n,\n'
    rows = read_table(text, "a.des", known=KNOWN).rows
    assert [(row.line, row.cells) for row in rows] == [
        (4, ("A1",)),
        (5, ("A2", 'one "two", three', "more")),
        (6, ("A3", "over\ntwo lines")),
        (8, ("", "")),
    ]


def test_a_quotation_mark_that_stays_open_swallows_one_line_only() -> None:
    table = read_table('system_id,title\nA1,"open\nA2,two\nA3,three\n', "a.des", known=KNOWN)
    assert [row.values["system_id"] for row in table.rows] == ["A2", "A3"]
    [problem] = table.problems
    assert (problem.severity, problem.line) == (Severity.ERROR, 2)


def test_a_value_that_is_far_too_long_is_named_with_its_line() -> None:
    table = read_table("system_id,title\nA1," + "x" * 140_000 + "\nA2,b\n", "a.des", known=KNOWN)
    assert [(problem.line, problem.severity) for problem in table.problems] == [(2, Severity.ERROR)]
    assert [row.values["title"] for row in table.rows] == ["b"]


def test_more_rows_than_anybody_has_are_refused() -> None:
    table = read_table("system_id\n" + "A\n" * (MAX_ROWS + 5), "a.des", known=KNOWN)
    assert "more than" in table.problems[0].text


def test_reading_takes_time_in_proportion_to_the_size() -> None:
    for unit in ('"\n', 'a,"\n\n', "x" * 999 + "\n", "a,b,c,", '"a""",\n'):
        assert_linear(lambda size, unit=unit: read_table(unit * (size // len(unit)), "a", known=KNOWN))
