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
    code = (
        "import sys, app.simulator.linkedin\n"
        "loaded = [n for n in sys.modules if n.split('.')[0] in ('flask', 'sqlalchemy', 'werkzeug')\n"
        "          or (n.startswith('app.') and not n.startswith('app.simulator'))]\n"
        "sys.exit(','.join(loaded))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    # The package `app` itself may import Flask for create_app; no room and no service comes with it.
    loaded = {name for name in done.stderr.strip().split(",") if name.startswith("app.")}
    assert loaded <= {"app.settings", "app.clock", "app.db", "app.logs"}
