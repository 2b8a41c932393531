"""The catalogue of findings: whole, in words that hold, and the same in the document."""

from __future__ import annotations

import re
from dataclasses import fields

import click
from flask import Flask

from app.inspector.findings import AREAS, CATALOGUE
from app.inspector.findings_document import format_document
from app.settings import Settings
from tests.databases import ROOT


def test_every_code_stands_once_and_says_what_to_change() -> None:
    assert len(CATALOGUE) == sum(len(area) for _, area in AREAS)
    for code, meaning in CATALOGUE.items():
        assert re.fullmatch(r"[A-Z][0-9]{1,2}", code)
        assert meaning.title, code
        assert meaning.changes, code
        for sentence in (meaning.sentence, *meaning.changes):
            assert sentence[0].isupper(), code


def test_the_document_is_made_from_the_catalogue() -> None:
    assert (ROOT / "docs/findings.md").read_text() == format_document()


def test_the_advice_names_only_settings_and_commands_that_there_are(app: Flask) -> None:
    text = format_document()
    known = {f"WAYMARK_{field.name.upper()}" for field in fields(Settings)}
    assert set(re.findall(r"WAYMARK_[A-Z_]+", text)) <= known
    for words in re.findall(r"flask --app wsgi ([a-z]+(?: [a-z]+)?)", text):
        command: click.Command = app.cli
        for word in words.split():
            if isinstance(command, click.Group):
                command = command.commands[word]
