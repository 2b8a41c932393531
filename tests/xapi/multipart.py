"""Multipart requests that the tests of attachments start from."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from tests.xapi.statements import IRI, plain

BOUNDARY = "abcABC0123'()+_,-./:=?"
CONTENT_TYPE = f'multipart/mixed; boundary="{BOUNDARY}"'
DATA = b"line\r\nand line\n\x00\xff"
Headers = dict[str, str | None]


def sha2_of(data: bytes, name: str = "sha256") -> str:
    return hashlib.new(name, data).hexdigest()


def attachment(data: bytes = DATA, **more: Any) -> dict[str, Any]:
    """Describe an attachment; members that are None are left out."""
    described = {
        "usageType": IRI,
        "display": {"en": "Certificate"},
        "contentType": "text/plain",
        "length": len(data),
        "sha2": sha2_of(data),
        **more,
    }
    return {name: value for name, value in described.items() if value is not None}


def attached(*attachments: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {**plain(), **more, "attachments": list(attachments)}


def part(data: bytes = DATA, headers: Headers | None = None) -> bytes:
    """Write a part with data; headers that are None are left out."""
    all_headers: Headers = {
        "Content-Type": "text/plain",
        "Content-Transfer-Encoding": "binary",
        "X-Experience-API-Hash": sha2_of(data),
        **(headers or {}),
    }
    lines = [f"{name}: {value}\r\n" for name, value in all_headers.items() if value is not None]
    return "".join(lines).encode() + b"\r\n" + data


def json_part(value: Any, content_type: str = "application/json") -> bytes:
    return f"Content-Type:{content_type}\r\n\r\n".encode() + json.dumps(value).encode()


def join(*parts: bytes, boundary: str = BOUNDARY) -> bytes:
    line = f"--{boundary}".encode()
    return b"".join(line + b"\r\n" + each + b"\r\n" for each in parts) + line + b"--\r\n"
