"""AU_password: a secret between the LMS and the content, which most content never sends."""

from __future__ import annotations

from ...checks import expect_equal
from ..bench import Bench, aicc_data
from ..registry import case

PASSWORD = "K7 & é+%"


@case(
    17,
    sends="AU_password right, wrong or absent, for a unit that has one",
    holds="wrong → error=2 and nothing is kept; right → 0; absent → 0, or 2 where it is enforced",
    clause="CMI001 §6.4.3 (2, Invalid AU-password), chapter 8 (AU_Password)",
    variants={
        "right": (PASSWORD, False, 0),
        "right, enforced": (PASSWORD, True, 0),
        "wrong": ("k7 & é+%", False, 2),
        "longer": (PASSWORD + "x", False, 2),
        "absent": (None, False, 0),
        "absent, enforced": (None, True, 2),
    },
)
def au_password(bench: Bench, variant: tuple[str | None, bool, int]) -> None:
    password, is_enforced, code = variant
    features: dict[str, object] = {"au_password": PASSWORD}
    if is_enforced:
        features["au_password_enforced"] = True
    content = bench.fresh(**features)
    data = aicc_data("lesson_location=with password", "lesson_status=incomplete")
    for command in ("GetParam", "PutParam"):
        reply = content.send(command, data, password=password)
        if code:
            reply.refused(code)
            expect_equal("error_text", reply.head.get("error_text", "").lower(), "invalid au-password")
        else:
            reply.accepted()
    reply = content.send("GetParam", password=PASSWORD).accepted()
    kept = "" if code else "with password"
    expect_equal("lesson_location", reply.core("lesson_location"), kept)


@case(
    107,
    sends="an AU_password, for a unit that has none",
    holds="it is ignored",
    clause="CMI001 §6.4.1 (AU_password is optional)",
)
def needless_password(bench: Bench) -> None:
    content = bench.open()
    data = aicc_data("lesson_location=with a needless password")
    content.send("PutParam", data, password="anything").accepted()
    expect_equal("lesson_location", content.get().core("lesson_location"), "with a needless password")
