"""A receiver, and a server that may reach it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import pytest

from app.settings import Settings
from tests.delivery.receiver import Receiver, receiving
from tests.hacp.conftest import classroom, linkedin, new_classroom, pass_time

__all__ = ["classroom", "linkedin", "new_classroom", "pass_time"]


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Let loopback be reached, as an operator would for an LMS in the house."""
    return dataclasses.replace(settings, outbound_allow=("127.0.0.0/8",), lms_delay_seconds=0)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver
