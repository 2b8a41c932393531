"""The about resource."""

from __future__ import annotations

from ...checks import expect, expect_equal
from ..lrs import ABOUT, VERSION, Lrs
from ..registry import case


@case("C1", section="Part 3 §2.8", holds="about is given to anybody, with the versions spoken")
def about_is_open(lrs: Lrs) -> None:
    reply = lrs.send("GET", ABOUT, headers={"Authorization": None, VERSION: None}).expect(200)
    versions = reply.json["version"]
    expect(isinstance(versions, list), "a list of versions", versions)
    expect(lrs.version in versions, f"{lrs.version} among the versions", versions)
    expect(set(reply.json) <= {"version", "extensions"}, "version and extensions only", reply.json)
    expect(VERSION.lower() in reply.http.headers, f"the header {VERSION}", reply.http.headers)


@case("C2", section="Part 3 §2.8", holds="HEAD of about has no body")
def about_without_a_body(lrs: Lrs) -> None:
    expect_equal("the body", lrs.send("HEAD", ABOUT).expect(200).body, b"")
