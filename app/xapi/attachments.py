"""Statements with their attachments' data, as multipart/mixed (xAPI 1.0.3 Part 2 §2.4.11; RFC 2046 §5.1).

Read by hand, in bytes: a reader of e-mail would change line ends, and with them the hash. Each search goes
over the body once.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from app.xapi.errors import BadStatement
from app.xapi.wire import JsonObject

MAX_PARTS = 100
_LONGEST_HEADERS = 8_192
_LONGEST_TYPE = 255
HASHES = {56: "sha224", 64: "sha256", 96: "sha384", 128: "sha512"}
_HEX = re.compile(r"[0-9a-fA-F]+", re.ASCII)
# RFC 2046 §5.1.1: 1 to 70 of these, the last one no blank; only the quoted form may hold all of them.
_BOUNDARY = re.compile(r"[0-9A-Za-z'()+_,./:=? -]{0,69}[0-9A-Za-z'()+_,./:=?-]", re.ASCII)
_TYPE = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]{0,253}[\x21-\x7e])?", re.ASCII)
_PARAMETER = re.compile(r';[ \t]*+([^\s;="]++)[ \t]*+=[ \t]*+(?:"([^"]*+)"|([^\s;"]++))[ \t]*+')
_HEADER = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\t\x20-\x7e\x80-\xff]*)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Part:
    """An attachment's data; `sha2` is its hash in lower-case hexadecimals."""

    sha2: str
    content_type: str
    body: bytes


def parse_multipart(body: bytes, content_type: str) -> tuple[bytes, tuple[Part, ...]]:
    """Return the JSON of the first part and the data of all others; raises BadStatement."""
    texts = _split(body, _find_boundary(content_type))
    headers, json_text = _open(texts[0])
    if headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise BadStatement("the first part must be application/json")
    return json_text, tuple(_read_part(text) for text in texts[1:])


def format_multipart(json_text: bytes, parts: Sequence[Part]) -> tuple[bytes, str]:
    """Return a body of these parts and its Content-Type."""
    seed = hashlib.blake2b(json_text, digest_size=16)
    for part in parts:
        seed.update(part.sha2.encode())
    # Nobody can write a text that holds its own hash.
    boundary = seed.hexdigest()
    pieces = [f"--{boundary}\r\nContent-Type: application/json\r\n\r\n".encode(), json_text]
    for part in parts:
        head = (
            f"\r\n--{boundary}\r\nContent-Type: {part.content_type}\r\nContent-Transfer-Encoding: binary\r\n"
            f"X-Experience-API-Hash: {part.sha2}\r\n\r\n"
        )
        pieces += [head.encode("latin-1"), part.body]
    pieces.append(f"\r\n--{boundary}--\r\n".encode())
    return b"".join(pieces), f"multipart/mixed; boundary={boundary}"


def list_attachments(statement: Mapping[str, object]) -> Iterator[tuple[str, JsonObject]]:
    """Give the attachments of a statement and of its SubStatement, each with its JSON pointer."""
    inner = statement.get("object")
    for place, one in (("", statement), ("/object", inner)):
        attachments = one.get("attachments") if isinstance(one, Mapping) else None
        for position, attachment in enumerate(attachments if isinstance(attachments, list) else ()):
            if isinstance(attachment, dict):
                yield f"{place}/attachments/{position}", attachment


def list_hashes(statements: Iterable[Mapping[str, object]]) -> dict[str, str]:
    """Return the hashes of all attachments: in lower case, and as they are written first."""
    found: dict[str, str] = {}
    for statement in statements:
        for _, attachment in list_attachments(statement):
            if isinstance(sha2 := attachment.get("sha2"), str):
                found.setdefault(sha2.lower(), sha2)
    return found


def name_parts(parts: Iterable[Part], statements: Iterable[Mapping[str, object]]) -> list[Part]:
    """Give each part hash and type as its first attachment has them: "the value […] MUST match" (§1.5.2)."""
    named: dict[str, JsonObject] = {}
    for statement in statements:
        for _, attachment in list_attachments(statement):
            named.setdefault(str(attachment.get("sha2")).lower(), attachment)
    return [_as_named(part, named[part.sha2]) for part in parts]


def _as_named(part: Part, attachment: JsonObject) -> Part:
    kind = attachment.get("contentType")
    # Not every text can stand in a header.
    is_usable = isinstance(kind, str) and _TYPE.fullmatch(kind) is not None
    return replace(
        part, sha2=str(attachment["sha2"]), content_type=str(kind) if is_usable else part.content_type
    )


def check_attachments(statement: JsonObject, available: Collection[str], *, pointer: str = "") -> None:
    """Refuse an attachment that has neither a fileUrl nor its data in the request (Part 2 §2.4.11)."""
    for place, attachment in list_attachments(statement):
        if "fileUrl" not in attachment and str(attachment.get("sha2")).lower() not in available:
            raise BadStatement("an attachment without its data needs a fileUrl", pointer=f"{pointer}{place}")


def check_claims(parts: Sequence[Part], statements: Iterable[JsonObject]) -> None:
    """Refuse data that no attachment of these statements names."""
    claimed = list_hashes(statements)
    for part in parts:
        if part.sha2 not in claimed:
            raise BadStatement(f"no attachment has the sha2 {part.sha2} of a part")


def leave_claimed(parts: Sequence[Part], statements: Iterable[JsonObject]) -> tuple[Part, ...]:
    """Return the data that an attachment of these statements names."""
    claimed = list_hashes(statements)
    return tuple(part for part in parts if part.sha2 in claimed)


def _find_boundary(content_type: str) -> str:
    position, found = len(content_type.partition(";")[0]), None
    while match := _PARAMETER.match(content_type, position):
        position = match.end()
        if match[1].lower() == "boundary":
            if found is not None:
                raise BadStatement("the Content-Type names two boundaries")
            found = match[2] if match[2] is not None else match[3]
    if found is None:
        raise BadStatement("multipart/mixed needs the parameter boundary")
    if not _BOUNDARY.fullmatch(found):
        raise BadStatement("the boundary must be 1 to 70 of the characters of RFC 2046")
    return found


def _split(body: bytes, boundary: str) -> list[bytes]:
    """Return each part with its headers; one CRLF before a boundary belongs to the boundary."""
    # The line end after a boundary may be the one before the next, so it is looked at and left.
    line = re.compile(rb"(?:\A|\r\n)--" + re.escape(boundary.encode()) + rb"(--)?+[ \t]*+(?=\r\n|\Z)")
    body = body.lstrip(b"\r\n")
    match = line.match(body)
    if match is None or match[1]:
        raise BadStatement("the body must begin with the boundary that the Content-Type names")
    texts: list[bytes] = []
    start = match.end()
    for match in line.finditer(body, start):
        texts.append(body[start : match.start()])
        if len(texts) > MAX_PARTS:
            raise BadStatement(f"there are more than {MAX_PARTS} parts")
        if match[1]:
            return texts
        start = match.end()
    raise BadStatement("the closing boundary is missing")


def _open(text: bytes) -> tuple[dict[str, str], bytes]:
    """Return a part's headers, names in lower case, and its data."""
    head, separator, data = text.partition(b"\r\n\r\n")
    if not separator or len(head) > _LONGEST_HEADERS:
        raise BadStatement("a part must begin with its headers, followed by an empty line")
    headers: dict[str, str] = {}
    for line in head.removeprefix(b"\r\n").decode("latin-1").split("\r\n") if head else ():
        match = _HEADER.fullmatch(line)
        if match is None or match[1].lower() in headers:
            raise BadStatement("a part has a header that cannot be read, or one that is repeated")
        headers[match[1].lower()] = match[2].strip(" \t")
    return headers, data


def _read_part(text: bytes) -> Part:
    headers, data = _open(text)
    sha2 = headers.get("x-experience-api-hash")
    if sha2 is None:
        raise BadStatement("a part with data needs the header X-Experience-API-Hash")
    if headers.get("content-transfer-encoding", "binary").lower() != "binary":
        raise BadStatement("the Content-Transfer-Encoding of a part must be binary")
    name = HASHES.get(len(sha2))
    if name is None or not _HEX.fullmatch(sha2):
        raise BadStatement("X-Experience-API-Hash must be SHA-224, 256, 384 or 512 in hexadecimals")
    if hashlib.new(name, data).hexdigest() != sha2.lower():
        raise BadStatement(f"the data of a part does not have the hash {sha2}")
    content_type = headers.get("content-type") or "application/octet-stream"
    if len(content_type) > _LONGEST_TYPE:
        raise BadStatement(f"the Content-Type of a part is longer than {_LONGEST_TYPE} characters")
    return Part(sha2.lower(), content_type, data)
