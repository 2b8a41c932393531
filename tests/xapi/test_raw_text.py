"""Cutting and joining JSON text without re-writing it."""

from __future__ import annotations

import orjson
from hypothesis import given, strategies as st

from app.xapi.raw_text import splice, split_array


def test_members_are_added_behind_the_clients_own_text() -> None:
    text = b'{ "n": 1.50 , "big":1234567890123456789012345678901234567890 }'
    spliced = splice(text, {"id": b'"x"', "authority": b'{"name":"a"}'})
    assert spliced == text[:-1].rstrip() + b',"id":"x","authority":{"name":"a"}}'


def test_a_replaced_member_goes_and_the_others_stay_verbatim() -> None:
    text = b'{"stored":"2011, {\\"","a" : 1.50,\n"authority":{"stored":["x",{}]},"b":[1, 2]}'
    assert (
        splice(text, {"stored": b"1"}, replaced=["stored", "authority"])
        == b'{"a" : 1.50,"b":[1, 2],"stored":1}'
    )


def test_an_inner_member_of_the_same_name_stays() -> None:
    assert splice(b'{"x":{"stored":1}}', {}, replaced=["stored"])[:-1].rstrip(b",") == b'{"x":{"stored":1}'


def test_an_object_may_lose_everything() -> None:
    assert splice(b'{"stored":1}', {"id": b"2"}, replaced=["stored"]) == b'{"id":2}'


names = st.text(max_size=6)
leaves = st.integers(0, 9) | names | st.lists(names | st.dictionaries(names, names), max_size=3)


@given(st.dictionaries(names, leaves), st.sets(names, max_size=3))
def test_splicing_equals_updating_the_parsed_object(members: dict[str, object], replaced: set[str]) -> None:
    text = orjson.dumps(members, option=orjson.OPT_INDENT_2)
    expected = {key: value for key, value in members.items() if key not in replaced} | {"\tnew": 1}
    assert orjson.loads(splice(text, {"\\tnew": b"1"}, replaced=replaced)) == expected


def test_an_empty_array_has_no_elements() -> None:
    assert split_array(b" [ ] ") == []
