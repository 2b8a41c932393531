"""Laid-out JSON says what it said before, in the same words."""

from __future__ import annotations

import json
import re

from hypothesis import given, strategies as st

from app.xapi.pretty import format_pretty
from tests.fuzzing import assert_linear

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda one: st.lists(one) | st.dictionaries(st.text(), one),
)


@given(VALUES, st.booleans(), st.sampled_from([None, 1]))
def test_nothing_but_blanks_changes(value: object, is_ascii: bool, indent: int | None) -> None:
    text = json.dumps(value, ensure_ascii=is_ascii, indent=indent)
    assert format_pretty(text) == re.sub(
        r"(\[|\{)\s+(\]|\})", r"\1\2", json.dumps(value, ensure_ascii=is_ascii, indent=2)
    )


def test_numbers_and_escapes_stay_as_they_were_sent() -> None:
    text = '{"a":1.50,"b":[123456789012345678901234567890,1E5,-0.0],"c":"\\u00e9\\"{","d":{},"e":[]}'
    pretty = format_pretty(text)
    assert pretty.splitlines()[1:3] == ['  "a": 1.50,', '  "b": [']
    assert re.sub(r"\n *", "", pretty).replace(": ", ":") == text


def test_long_texts_are_laid_out_in_linear_time() -> None:
    assert_linear(lambda size: format_pretty("[" + '{"a":[1,"\\""]},' * (size // 15) + "0]"))
    assert_linear(lambda size: format_pretty('"' + "\\\\" * (size // 2) + '"'))
