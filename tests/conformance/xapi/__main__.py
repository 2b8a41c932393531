"""`python -m tests.conformance.xapi`: ask a record store, list the cases, or write the document."""

import sys

from .command_line import main

sys.exit(main(sys.argv[1:]))
