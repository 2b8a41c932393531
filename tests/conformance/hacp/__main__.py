"""`python -m tests.conformance.hacp`: run the suite against an endpoint, list it, or write its document."""

import sys

from .command_line import main

sys.exit(main(sys.argv[1:]))
