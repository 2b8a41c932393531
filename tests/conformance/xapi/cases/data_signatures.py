"""Signatures whose certificate comes with them (Part 2 §2.6)."""

from __future__ import annotations

from ..builders import attachment, new_verb, statement
from ..lrs import Lrs
from ..registry import case
from ..signing import sign
from .attachments import send, signed

_ALGORITHMS = ("RS256", "RS384", "RS512")


@case("D145", section="Part 2 §2.6", holds="a signature of its certificate is taken", variants=_ALGORITHMS)
def true_signatures_are_taken(lrs: Lrs, algorithm: str) -> None:
    value = statement()
    send(lrs, *signed(value, sign(value, algorithm))).expect(200)


@case("D146", section="Part 2 §2.6", holds="a signature that is not of its certificate is refused with 400")
def false_signatures_are_refused(lrs: Lrs) -> None:
    value = statement()
    head, payload, signature = sign(value).split(b".")
    other = sign({**value, "verb": new_verb()}).split(b".")[2]
    for false in (other, signature[:-8] + b"AAAAAAAA", signature[:100], b""):
        send(lrs, *signed(value, b".".join((head, payload, false)))).expect(400)
    lrs.find(value["id"]).expect(404)


@case(
    "D147", section="Part 2 §2.6", holds="the signed statement need not hold the signature, but all the rest"
)
def the_signed_statement_is_the_whole(lrs: Lrs) -> None:
    linked = attachment(b"more", fileUrl="https://conformance.example/more")
    value = statement(result={"success": True}, attachments=[linked])
    send(lrs, *signed(value, sign(value))).expect(200)
    less = statement(id=value["id"])
    send(lrs, *signed(statement(result={"success": True}), sign(less))).expect(400)
