"""The classroom of the HACP tests, for jobs that tidy up after it."""

from tests.hacp.conftest import classroom, linkedin, new_classroom, pass_time  # noqa: F401
