"""What schemathesis is told of the API beside its OpenAPI document (SCHEMATHESIS_HOOKS names this file)."""

from __future__ import annotations

import re
from typing import Any

import schemathesis

# What no schema can say: a mark is good only if we made it, and of two ends the first comes first.
_UNSAYABLE = {"cursor", "max", "until", "completed_until"}
# Nor that a day is of this age.
_DAYS = {"since", "completed_since"}


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: dict[str, Any]) -> None:
    """Leave out what no schema can say; walks by the marks are tests of their own."""
    case.query = {name: value for name, value in case.query.items() if _can_be_said(name, value)}


def _can_be_said(name: str, value: Any) -> bool:
    is_of_other_age = name in _DAYS and re.fullmatch(r"(0|1[0-8]|9)\d+-\d\d-\d\d", str(value))
    return name not in _UNSAYABLE and not is_of_other_age
