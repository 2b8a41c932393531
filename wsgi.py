"""The WSGI entry point: environment to application."""

import sys

from app import create_app
from app.settings import BadSettings, load_settings

try:
    app = create_app(load_settings())
except BadSettings as error:
    sys.stderr.write("\n".join([*error.lines, ""]))
    raise SystemExit(2) from None
