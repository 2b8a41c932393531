"""The three refusals HACP knows (AICC CMI001 v4.0 §6.4.3); all of them travel with HTTP 200."""

from __future__ import annotations


class HacpError(Exception):
    """A refusal with its wire code and its wire text; `reason` is for the Inspector, never for the wire."""

    code: int = 1
    text: str = "Invalid Command"

    def __init__(self, reason: str = "") -> None:
        super().__init__(reason or self.text)
        self.reason = reason or self.text


class InvalidCommand(HacpError):
    """The command is missing, unknown, or named twice with different values."""

    code = 1
    text = "Invalid Command"


class InvalidPassword(HacpError):
    """AU_password was sent and is not the assignable unit's."""

    code = 2
    text = "Invalid AU-password"


class InvalidSession(HacpError):
    """The session id is missing, unknown, expired, closed, or belongs to another host's integration."""

    code = 3
    text = "Invalid Session ID"
