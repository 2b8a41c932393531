"""What a document may hold, and how two are merged (xAPI 1.0.3 Part 3 §2.2)."""

from __future__ import annotations

from dataclasses import dataclass

from app.xapi.alternate import short_type
from app.xapi.concurrency import hash_document
from app.xapi.errors import BadJson, BadRequest
from app.xapi.raw_text import find_members, join_members
from app.xapi.wire import load_json

_UNTYPED = "application/octet-stream"
_LONGEST_TYPE = 255


@dataclass(frozen=True, slots=True)
class Content:
    """A document's bytes and the Content-Type they came with, both given back unchanged."""

    body: bytes
    content_type: str

    @property
    def is_json(self) -> bool:
        return short_type(self.content_type) == "application/json"

    @property
    def etag(self) -> str:
        return hash_document(self.body)


def read_content(body: bytes, content_type: str) -> Content:
    """Return what is to be stored; raises BadRequest for a type that cannot be sent back, BadJson.

    "The LRS SHOULD* reject any request […] where the content type header does not match the content" (§3.2).
    """
    if not content_type.isascii() or not content_type.isprintable() or len(content_type) > _LONGEST_TYPE:
        raise BadRequest("the Content-Type is not printable ASCII, or too long")
    content = Content(body, content_type.strip() or _UNTYPED)
    if content.is_json:
        load_json(body)
    return content


def merge(stored: Content, posted: Content) -> Content:
    """Put the members of the posted object in the stored one; raises BadRequest unless both are JSON objects.

    "Only top-level properties are merged"; the text of every value stays as it was sent.
    """
    members = {**_members(stored, "the stored document"), **_members(posted, "the posted document")}
    return Content(join_members(members), posted.content_type)


def _members(content: Content, what: str) -> dict[str, bytes]:
    if not content.is_json:
        raise BadRequest(f"{what} is no application/json, so the two cannot be merged; PUT replaces it")
    try:
        is_object = isinstance(load_json(content.body), dict)
    except BadJson as error:
        raise BadRequest(f"{what} cannot be read: {error.text}") from None
    if not is_object:
        raise BadRequest(f"{what} is no JSON object, so the two cannot be merged; PUT replaces it")
    return find_members(content.body)
