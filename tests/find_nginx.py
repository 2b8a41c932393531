"""Says where nginx is, or how to get it; `make test-nginx` asks before it starts."""

from __future__ import annotations

import os
import shutil
import sys


def find_nginx() -> str | None:
    """Return the path of the system's nginx, which is often not on the path of plain users."""
    return shutil.which("nginx", path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/usr/local/sbin")


if __name__ == "__main__":
    if find_nginx() is None:
        sys.exit(
            "The tests of contrib/nginx.conf need nginx, and none was found. On Debian and Ubuntu:"
            " apt install nginx-light; on Fedora: dnf install nginx-core. They start one of their own."
        )
