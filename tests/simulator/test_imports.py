"""The simulator is a stranger: it imports nothing of the server it talks to."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted((ROOT / "app" / "simulator").glob("*.py"))


def imported_modules(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name}: relative import"
            names.add(node.module or "")
    return names


def test_no_file_imports_anything_else_of_the_product() -> None:
    assert len(FILES) > 5
    ours = {name for path in FILES for name in imported_modules(path) if name.split(".")[0] == "app"}
    assert all(name.startswith("app.simulator") for name in ours)


def test_running_it_loads_neither_services_nor_flask() -> None:
    # The package `app` holds create_app and may import what it likes; nothing may come on top of that.
    code = (
        "import sys, app\n"
        "before = set(sys.modules)\n"
        "import app.simulator.linkedin\n"
        "print(*sorted(set(sys.modules) - before))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = done.stdout.split()
    assert "app.simulator.linkedin" in loaded
    ours = [name for name in loaded if name.startswith("app.")]
    assert all(name.startswith("app.simulator") for name in ours)
    assert not [name for name in loaded if name.split(".")[0] in ("flask", "sqlalchemy", "werkzeug")]
