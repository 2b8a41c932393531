"""What is sent out, what comes back, and why nothing could be sent. Sans-I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Reason(StrEnum):
    """Why a call was not made or brought no answer; the first four are known before anything is sent."""

    FORBIDDEN_SCHEME = "forbidden_scheme"
    FORBIDDEN_ADDRESS = "forbidden_address"
    FORBIDDEN_HOST = "forbidden_host"
    BAD_ADDRESS = "bad_address"
    NO_SUCH_HOST = "no_such_host"
    REFUSED = "refused"
    TIMEOUT = "timeout"
    TLS = "tls"
    BROKEN = "broken"


class CannotReach(Exception):
    """There is no answer: `code` for machines, `sentence` for people. It holds no secret of the call."""

    def __init__(self, code: Reason, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Call:
    """One request. Host, Connection, Content-Length and Accept-Encoding are not the caller's to choose."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Answer:
    """One reply, a redirect too. Header names are lower case; the body is as it came, never unpacked."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    is_cut: bool
    seconds: float
