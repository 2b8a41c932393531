"""Ana's classroom, whose sessions the Inspector reads."""

from __future__ import annotations

from tests.hacp.conftest import classroom as classroom, new_classroom as new_classroom
