"""The refusals of HACP (AICC CMI001 v4.0 §6.4.3); protocol errors all travel with HTTP 200."""

from __future__ import annotations


class HacpError(Exception):
    """A refusal with its wire code, wire text and HTTP status.

    `reason` and `finding` (a finding's code) are for the Inspector, never for the wire. `launch_id` and
    `integration_id` are set when the refused message named a session we know; its data is then parked.
    """

    code = 1
    text = "Invalid Command"
    status = 200

    def __init__(
        self,
        reason: str = "",
        *,
        finding: str | None = None,
        launch_id: str | None = None,
        integration_id: str | None = None,
    ) -> None:
        super().__init__(reason or self.text)
        self.reason = reason or self.text
        self.finding = finding
        self.launch_id = launch_id
        self.integration_id = integration_id


class InvalidCommand(HacpError):
    """The command is missing, unknown, or named twice with different values."""


class InvalidPassword(HacpError):
    """AU_password was sent and is not the assignable unit's."""

    code = 2
    text = "Invalid AU-password"


class InvalidSession(HacpError):
    """The session id is missing, unknown, expired, closed, or belongs to another host's integration."""

    code = 3
    text = "Invalid Session ID"


class BadHostHeader(HacpError):
    """The Host header is no host name."""

    status = 400


class MisdirectedRequest(HacpError):
    """The request was sent to a host name that no integration lists (RFC 9110 §15.5.20)."""

    code = 3
    text = "Invalid Session ID"
    status = 421


class BodyTooLarge(HacpError):
    """The body is longer than any HACP message; nothing of it was read as one."""

    text = "Request Entity Too Large"
    status = 413
