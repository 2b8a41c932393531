"""The documents say what the code does: every setting, every command, one version."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import click
import pytest
from flask import Flask

from app.settings import SECRETS, Settings
from app.version import VERSION
from tests.databases import ROOT

README = (ROOT / "README.md").read_text()
DOCUMENTS = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]


def _section(title: str) -> str:
    return README.split(f"\n## {title}\n")[1].split("\n## ")[0]


def test_the_readme_lists_every_setting_and_no_other() -> None:
    listed = set(re.findall(r"^\| `(WAYMARK_[A-Z_]+)`", _section("Settings"), re.MULTILINE))
    assert listed == {f"WAYMARK_{field.name.upper()}" for field in fields(Settings)}


def test_the_readme_marks_the_settings_that_can_come_from_a_file() -> None:
    listed = set(re.findall(r"^\| `WAYMARK_([A-Z_]+)` \(`_FILE`\)", _section("Settings"), re.MULTILINE))
    assert listed == set(SECRETS)


@pytest.mark.parametrize(
    "field", [f for f in fields(Settings) if isinstance(f.default, int | str)], ids=lambda f: f.name
)
def test_the_readme_tells_the_default(field) -> None:
    if field.name == "workers":
        return
    row = next(line for line in README.splitlines() if line.startswith(f"| `WAYMARK_{field.name.upper()}`"))
    assert f"| `{field.default}` |" in row


@pytest.mark.parametrize("path", sorted((ROOT / "contrib").iterdir()), ids=lambda path: path.name)
def test_the_samples_name_only_settings_that_there_are(path: Path) -> None:
    known = {f"WAYMARK_{field.name.upper()}" for field in fields(Settings)}
    assert set(re.findall(r"WAYMARK_[A-Z_]+", path.read_text())) <= known


def _commands(group: click.Group, path: str = "") -> Iterator[str]:
    for name, command in group.commands.items():
        if command.hidden:
            continue
        if isinstance(command, click.Group):
            yield from _commands(command, f"{path}{name} ")
        else:
            yield f"{path}{name}"


def test_the_readme_lists_every_command(app: Flask) -> None:
    ours = {name for name in _commands(app.cli) if not name.startswith("db ")} - {"run", "shell", "routes"}
    listed = set()
    for cell in re.findall(r"^\| (`[^|]+) \|", _section("Commands"), re.MULTILINE):
        noun = ""
        for name in re.findall(r"`([^`]+)`", cell):
            words = name.split()
            noun = words[0] if len(words) > 1 else noun
            listed.add(name if len(words) > 1 or not noun else f"{noun} {name}")
    assert ours <= listed
    assert {name for name in listed if not name.startswith("db ")} <= ours


def test_one_version_everywhere() -> None:
    assert tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"] == VERSION


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_links_between_documents_lead_somewhere(path: Path) -> None:
    targets = re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", path.read_text())
    assert [target for target in targets if not (path.parent / target).exists()] == []


def test_requirements_are_pinned_exactly() -> None:
    for name in ("requirements.txt", "requirements-dev.txt"):
        for line in (ROOT / name).read_text().splitlines():
            if line and not line.startswith(("#", "-r ")):
                assert re.fullmatch(r"[a-z0-9-]+(\[[a-z]+\])?==[0-9][\w.]*", line), line
