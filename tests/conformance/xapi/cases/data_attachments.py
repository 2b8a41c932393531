"""The attachment object (Part 2 §2.4.11); how the data comes along is asked in Part 3."""

from __future__ import annotations

from typing import Any

from ..builders import changed
from ..places import ATTACHMENTS, linked, placed
from ..tables import rule

_IRI = "https://conformance.example/usage"


def _each(name: str, *values: Any) -> list[Any]:
    return [linked(**{name: value}) for value in values]


rule(
    "D120",
    section="Part 2 §2.4",
    holds="attachments are an array of objects",
    places={"attachments": placed(lambda value: {"attachments": value})},
    good=[[], [linked()], [linked(), linked()]],
    bad=[linked(), "x", 12345, None, {}, [12345], ["should fail"], [None], [[linked()]]],
)
rule(
    "D121",
    section="Part 2 §2.4.11",
    holds="usageType, display, contentType, length and sha2 are required",
    places=ATTACHMENTS,
    good=[linked(), linked(description={"en": "x"})],
    bad=[
        {},
        *[changed(linked(), name, ...) for name in ("usageType", "display", "contentType", "length", "sha2")],
        linked() | {"dummy": 1},
        changed(changed(linked(), "sha2", ...), "SHA2", "a" * 64),
    ],
)
rule(
    "D122",
    section="Part 2 §2.4.11",
    holds="usageType is an IRI, and fileUrl an IRL",
    places=ATTACHMENTS,
    good=[*_each("usageType", _IRI, "urn:x:usage"), *_each("fileUrl", "http://over.there.example/file.txt")],
    bad=[
        linked() | {name: value}
        for name in ("usageType", "fileUrl")
        for value in ("", "should fail", "over.there.example/file.txt", "ab=c://x", 12345, {}, None)
    ],
)
rule(
    "D123",
    section="Part 2 §2.4.11",
    holds="contentType is a media type",
    places=ATTACHMENTS,
    good=_each(
        "contentType",
        "text/plain; charset=ascii",
        "application/octet-stream",
        "image/svg+xml",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        'multipart/mixed; boundary="a b"',
    ),
    bad=[
        linked() | {"contentType": value}
        for value in ("should fail", "", "text", "text/", "/plain", 999, {}, None)
    ],
)
rule(
    "D124",
    section="Part 2 §2.4.11",
    holds="length is an integer, and not compared with what is there",
    places=ATTACHMENTS,
    good=_each("length", 0, 27, 10**12),
    bad=[linked() | {"length": value} for value in ("should fail", "27", 27.5, -1, True, {}, None)],
)
rule(
    "D125",
    section="Part 2 §2.4.11",
    holds="sha2 is text, required also where there is a fileUrl",
    places=ATTACHMENTS,
    good=_each(
        "sha2", "495395e777cd98da653df9615d09c0fd6bb2f8d4788394cd53c56a3bfdcd848a", "a" * 56, "F" * 128
    ),
    bad=[linked() | {"sha2": value} for value in (12345, True, {}, None, ["a" * 64])],
)
rule(
    "D126",
    section="Part 2 §2.4.11",
    holds="display and description are language maps",
    places=ATTACHMENTS,
    good=[linked(display={"en-US": "A", "de": "B"}, description={"es-MX": "C"})],
    bad=[
        linked() | {name: value}
        for name in ("display", "description")
        for value in (12345, "should error", None, [], {"something": "x"}, {"en": 1})
    ],
)
