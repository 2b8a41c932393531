"""The result, its score and its duration (Part 2 §2.4.5, §4.6)."""

from __future__ import annotations

from ...checks import expect
from ..builders import statement
from ..lrs import Lrs
from ..places import RESULTS, within
from ..registry import case
from ..tables import rule

_DURATIONS = within(RESULTS, lambda value: {"duration": value}, "duration")
_SCORES = within(RESULTS, lambda value: {"score": value}, "score")

rule(
    "D65",
    section="Part 2 §2.4.5",
    holds="success and completion are booleans, the response is text, and nothing else is known",
    places=RESULTS,
    good=[
        {},
        *[{name: value} for name in ("success", "completion") for value in (True, False)],
        {"response": ""},
        {"response": "true"},
        {"score": {}, "extensions": {}},
    ],
    bad=[
        *[{name: value} for name in ("success", "completion") for value in ("true", "false", 1, 0, None, {})],
        *[{"response": value} for value in (12345, {"key": "x"}, True, None, ["x"])],
        *[{"score": value} for value in (12345, "x", None, [])],
        *[{"extensions": value} for value in ("x", 1, None, [], {"no iri": 1})],
        {"Success": True},
        {"dummy": 1},
        "x",
        [],
    ],
)
rule(
    "D66",
    section="Part 2 §2.4.5.1",
    holds="scaled is a number from -1 to 1",
    places=_SCORES,
    good=[{"scaled": value} for value in (-1, -1.0, 0, 0.6767676, 1, 1.0, 1e-7)],
    bad=[{"scaled": value} for value in (1.01, -1.00001, 2, 1e9, "1", "0.5", True, None, {}, [0.5])],
)
rule(
    "D67",
    section="Part 2 §2.4.5.1",
    holds="min is less than max, and raw lies between them, where they are given",
    places=_SCORES,
    good=[
        {"raw": 5},
        {"raw": -1e12},
        {"min": 100.6767676},
        {"max": -3},
        {"min": 0, "max": 0.001},
        {"raw": 0, "min": 0, "max": 10},
        {"raw": 10, "min": 0, "max": 10},
        {"raw": 0.6767676, "max": 0.6767676},
        {"scaled": 0.1, "raw": 50, "min": 1, "max": 100},
    ],
    bad=[
        {"min": 1, "max": 1},
        {"min": 2, "max": 1},
        {"min": 0.6767676, "max": 0.6767355},
        {"raw": 11, "max": 10},
        {"raw": -1, "min": 0},
        {"raw": 0.6767676, "min": 0, "max": 0.6567676},
        {"raw": 101.6767676, "min": 104.6767676, "max": 100.6767676},
        *[{name: value} for name in ("raw", "min", "max") for value in ("100", "one", True, None, {})],
        {"Raw": 1},
        {"dummy": 1},
    ],
)
rule(
    "D68",
    section="Part 2 §4.6",
    holds="a duration is one of ISO 8601 with designators",
    places=_DURATIONS,
    good=[
        "PT1H0M0S",
        "PT1H0M0.1S",
        "PT4H35M59.14S",
        "PT16559.14S",
        "P3Y1M29DT4H35M59.14S",
        "P3Y",
        "P4W",
        "P1M",
        "PT1M",
        "P0D",
        "PT0S",
        "P1DT12H",
        "PT0,5H",
        "P0.5Y",
    ],
    bad=[
        "P4W1D",
        "P1Y4W",
        "PA1H0M0S",
        "should fail",
        "P",
        "PT",
        "P1DT",
        "P1S",
        "PT1D",
        "P1D1Y",
        "PT1S1M",
        "1D",
        "-P1D",
        "P-1D",
        "p1d",
        "P1.5Y2M",
        "PT1.5H30M",
        "PT.5S",
        "PT5.S",
        " PT1S",
        "",
        12345,
        {"key": "x"},
        None,
        True,
    ],
)
rule(
    "D69",
    section="Part 2 §4.6",
    holds="a duration in the form of a date and time is refused",
    places=_DURATIONS,
    bad=["P0003-06-04T12:30:05", "P00030604T123005", "P0003-06-04", "PT12:30:05"],
)
rule(
    "D70",
    section="Part 2 §4.6",
    holds="more precision than 0.01 seconds is taken",
    places=_DURATIONS,
    good=["P1DT12H36M0.12567S", "PT0.001S", "PT1.123456789S"],
)


@case(
    "D71", section="2.0 durations", holds="a duration comes back as sent, or cut to hundredths, never rounded"
)
def durations_are_never_rounded(lrs: Lrs) -> None:
    sent = statement(result={"duration": "P1DT12H36M0.12967S"})
    found = lrs.kept(sent)["result"]["duration"]
    expect(found in ("P1DT12H36M0.12967S", "P1DT12H36M0.12S"), "the duration as sent, or cut", found)
