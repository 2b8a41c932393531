"""docs/xapi.md says what the suite asks, and the suite asks all that the standard demands."""

from __future__ import annotations

from tests.conformance.xapi.coverage import list_requirements
from tests.conformance.xapi.document import format_document
from tests.conformance.xapi.registry import list_cases
from tests.databases import ROOT


def test_the_document_is_up_to_date() -> None:
    written = (ROOT / "docs" / "xapi.md").read_text(encoding="utf-8")
    assert written == format_document(), "run: python -m tests.conformance.xapi --write-docs"


def test_every_demand_has_cases_that_exist_or_a_reason() -> None:
    numbers = {case.number for case in list_cases()}
    for each in list_requirements():
        assert bool(each.cases) != bool(each.reason), each
        assert set(each.cases) <= numbers, each


def test_every_case_is_asked_for_by_a_demand_or_is_practice() -> None:
    asked_for = {number for each in list_requirements() for number in each.cases}
    unasked = [
        case.number
        for case in list_cases()
        if case.number not in asked_for and not case.section.startswith(("practice", "2.0"))
    ]
    assert unasked == []
