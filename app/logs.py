"""Structured logs on stderr, with secrets taken out at the formatter, where nothing can slip past."""

from __future__ import annotations

import logging
import re
import sys
from typing import Any

import structlog

_SECRET = re.compile(
    r"(?i)((?:client_secret|access_token|authorization|password|session_id|aicc_sid|token|secret)[\"']?\s*[=:]\s*[\"']?"
    r"(?:bearer\s+|basic\s+)?)[^\s&\"',;]+"
)

# A launch link lets whoever has it report as its learner.
_LINK = re.compile(r"(/launch/)[^\s\"'?]+")


def configure_logs(*, level: str, style: str) -> None:
    """Set up logging for this process: `style` is text or json; always stderr, stdout belongs to commands."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            _redact,
            structlog.processors.JSONRenderer()
            if style == "json"
            else structlog.dev.ConsoleRenderer(colors=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def get_logger(room: str) -> Any:
    """Return the logger of a room; events are short sentences, facts are keyword arguments."""
    return structlog.get_logger(room=room)


def redact_text(text: str) -> str:
    return _LINK.sub(r"\1[link]", _SECRET.sub(r"\1[redacted]", text))


def _redact(_logger: Any, _method: str, event: Any) -> Any:
    return {key: redact_text(value) if isinstance(value, str) else value for key, value in event.items()}
