"""docs/hacp.md says what the suite asks."""

from __future__ import annotations

from tests.conformance.hacp.command_line import main
from tests.conformance.hacp.document import format_document
from tests.conformance.hacp.mutants import MUTANTS
from tests.conformance.hacp.registry import list_cases
from tests.databases import ROOT


def test_the_document_is_up_to_date() -> None:
    written = (ROOT / "docs" / "hacp.md").read_text(encoding="utf-8")
    assert written == format_document(), "run: python -m tests.conformance.hacp --write-docs"


def test_the_suite_holds_every_case_of_the_plan() -> None:
    numbers = {case.number for case in list_cases()}
    assert {str(number) for number in range(1, 85)} - {"80", "81", "82", "83"} <= numbers


def test_every_broken_server_is_noticed_by_cases_that_exist() -> None:
    numbers = {case.number for case in list_cases()}
    assert len(MUTANTS) >= 10
    assert {number for mutant in MUTANTS for number in mutant.noticed_by} <= numbers


def test_the_list_has_a_line_for_each_question(capsys) -> None:
    assert main(["--list", "--case", "18,19"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("18  PutParam with the whole of [core]")
    assert len(lines) == 6
