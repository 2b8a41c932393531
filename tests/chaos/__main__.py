"""`python -m tests.chaos --seconds 120`: the long form, on both databases one after the other."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from tests.chaos.storm import storm
from tests.databases import PostgresServer, SqliteFiles


def main() -> int:
    parser = argparse.ArgumentParser(
        description="Kill workers under load; then check every acknowledged message."
    )
    parser.add_argument("--seconds", type=float, default=120, help="how long to kill, for each database")
    parser.add_argument("--database", choices=["sqlite", "postgresql", "both"], default="both")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    kinds = ["sqlite", "postgresql"] if options.database == "both" else [options.database]
    is_good = True
    for kind in kinds:
        with tempfile.TemporaryDirectory(prefix="waymark-chaos-") as directory:
            path = Path(directory)
            url = SqliteFiles(path).fresh(path) if kind == "sqlite" else PostgresServer().fresh()
            report = storm(url, path, seconds=options.seconds, seed=options.seed)
            print(f"{kind}: {report}", flush=True)
            for fault in report.faults[:50]:
                print(f"  {fault}")
            is_good = is_good and not report.faults
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main())
