"""Tables and comments that courses send, read row by row."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from app.hacp.record_tables import MAX_ROWS, Item, ItemKind, parse_comments, parse_items
from app.hacp.vocabulary import Command

RUSTICI = (
    '"course_id","student_id","lesson_id","date","time","interaction_id","objective_id","type_interaction",'
    '"correct_response","student_response","result","weighting","latency"\r\n'
    '"","1001","1","2026/11/22","03:22:43","q1","","C","a","b,c","W","1","0000:00:03"\r\n'
    '"","1001","1","2026/11/22","03:23:01","q2","o1","F","four","4","C","1","0000:00:08"'
)


def interactions(text: str) -> tuple[Item, ...]:
    return parse_items(Command.PUT_INTERACTIONS, text).rows


def test_an_interaction_has_all_its_columns() -> None:
    first, second = interactions(RUSTICI)
    assert (first.kind, first.name, len(first.fields)) == (ItemKind.INTERACTION, "q1", 13)
    assert (first.fields["student_response"], first.fields["correct_response"]) == ("b,c", "a")
    assert (second.fields["objective_id"], second.fields["latency"]) == ("o1", "0000:00:08")


@pytest.mark.parametrize(
    "text",
    [
        "interaction_id,result\nq1,C",
        "interaction_id,result\rq1,C",
        "interaction_id,result\r\nq1,C\r\n\r\n",
        "\r\n RESULT , Interaction_ID \r\n C , q1 ",
        '"Interaction ID","Result"\n"q1","C"',
        "[interactions]\ninteraction_id,result\nq1,C",
        '\ufeff"interaction_id","result"\r\n"q1","C"',
    ],
)
def test_order_case_quotes_and_line_ends_do_not_matter(text: str) -> None:
    (item,) = interactions(text)
    assert (item.name, item.fields["result"]) == ("q1", "C")


def test_odd_tables_are_read_as_far_as_they_go() -> None:
    items = parse_items(Command.PUT_INTERACTIONS, "interaction_id,result\nq1\nq2,C,more\n")
    assert [(item.name, dict(item.fields)) for item in items.rows] == [
        ("q1", {"interaction_id": "q1"}),
        ("q2", {"interaction_id": "q2", "result": "C", "column_3": "more"}),
    ]
    assert items.notes == ("a row has another number of values than there are columns",)
    assert interactions("interaction_id,result\r\n") == ()
    assert interactions("") == ()
    broken = parse_items(Command.PUT_INTERACTIONS, 'interaction_id\nq1\n"' + "x" * 200_000)
    assert [item.name for item in broken.rows] == ["q1", "x" * 255]
    assert broken.rows[1].fields["interaction_id"] == "x" * 200_000


def test_a_table_without_names_is_in_the_standards_order() -> None:
    row = '"c","1001","1","2026/11/22","03:22:43","q9","","T","t","f","W","1","0000:00:03"'
    items = parse_items(Command.PUT_INTERACTIONS, row)
    assert (items.rows[0].name, items.rows[0].fields["student_response"]) == ("q9", "f")
    assert items.notes == ("no row of column names, the standard's order assumed",)


def test_a_quoted_value_holds_commas_quotes_and_line_breaks() -> None:
    (item,) = interactions('interaction_id,student_response\nq1,"say ""a, b""\r\nand c"')
    assert item.fields["student_response"] == 'say "a, b"\r\nand c'


def test_many_rows_are_read_up_to_the_limit() -> None:
    text = "interaction_id\n" + "\n".join(f"q{n}" for n in range(MAX_ROWS + 10))
    items = parse_items(Command.PUT_INTERACTIONS, text)
    assert len(items.rows) == MAX_ROWS
    assert items.notes == (f"more than {MAX_ROWS} rows, the rest kept as sent",)


def test_objectives_and_comments_have_columns_of_their_own() -> None:
    (objective,) = parse_items(Command.PUT_OBJECTIVES, "objective_id,status,score\no1,P,90").rows
    assert (objective.kind, objective.name, objective.fields["score"]) == (ItemKind.OBJECTIVE, "o1", "90")
    (comment,) = parse_items(Command.PUT_COMMENTS, 'location,comment\np3,"Too fast, really"').rows
    assert (comment.kind, comment.name) == (ItemKind.COMMENT, "p3")
    assert comment.fields["comment"] == "Too fast, really"
    assert parse_items(Command.PUT_PATH, "anything").rows == ()


@pytest.mark.parametrize(
    ("text", "comments"),
    [
        ("<1>one<e.1><2>two <L.p3><e.2>", [("1", "", "one"), ("2", "p3", "two")]),
        ("<1>one\r\nline<e.1>\r\n", [("1", "", "one\r\nline")]),
        ("<1>never closed<2>next", [("1", "", "never closed"), ("2", "", "next")]),
        ("no marks at all", [("", "", "no marks at all")]),
        ("before<1>in<e.1>after", [("", "", "before"), ("1", "", "in"), ("", "", "after")]),
        ("<1><e.1>", []),
        ("", []),
    ],
)
def test_comments_are_taken_apart(text: str, comments: list[tuple[str, str, str]]) -> None:
    rows = parse_comments(text).rows
    assert [
        (item.fields.get("number", ""), item.fields.get("location", ""), item.fields["comment"])
        for item in rows
    ] == comments


def test_a_row_is_the_same_by_its_moment_and_outcome_or_by_all_of_it() -> None:
    moment = "2026/11/22,09:00:00"
    text = f"interaction_id,date,time,result,latency\nq,{moment},C,1\nq,{moment},C,2\nq,{moment},W,1"
    first, again, other_answer = interactions(text)
    assert first.digest == again.digest
    assert first.digest != other_answer.digest
    one, other = interactions("interaction_id,result\nq,C\nq,W")
    assert one.digest != other.digest


@pytest.mark.parametrize("mark", [";", "\t"])
def test_columns_may_be_divided_otherwise(mark: str) -> None:
    text = "interaction_id,student_response,result\r\nq1,a,C".replace(",", mark)
    items = parse_items(Command.PUT_INTERACTIONS, text)
    assert [(item.name, item.fields["result"]) for item in items.rows] == [("q1", "C")]
    assert items.notes == ("columns divided by a semicolon or a tab",)


@given(st.text(max_size=300))
def test_any_text_is_read(text: str) -> None:
    for command in Command:
        assert isinstance(parse_items(command, text).rows, tuple)
    for item in (*parse_comments(text).rows, *interactions(text)):
        assert len(item.digest) == 32
