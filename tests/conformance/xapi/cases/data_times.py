"""Timestamps: timestamp and stored (Part 2 §2.4.7, §2.4.8, §4.5)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from ...checks import expect, expect_equal
from ..builders import statement, substatement
from ..likeness import instant
from ..lrs import Lrs
from ..places import TIMESTAMPS
from ..registry import V1, V2, case
from ..tables import rule

_WITH_ZONE = (
    *(
        "2013-05-18T05:32:34.804Z",
        "2013-05-18T05:32:34Z",
        "2013-05-18T05:32:34+00:00",
        "2013-05-18T05:32:34.1Z",
    ),
    *("2013-05-18T05:32:34.804-05:00", "2013-05-18T23:59:59.999+14:00", "2012-02-29T00:00:00Z"),
    *("2013-05-18T05:32:34.123456789Z", "2125-05-18T05:32:34Z", "1776-07-04T16:00:45.123Z"),
)

rule(
    "D95",
    section="Part 2 §4.5",
    holds="a timestamp is a date and a time of ISO 8601, and no other text",
    places=TIMESTAMPS,
    good=_WITH_ZONE,
    bad=[
        *("should fail", "01/011/2015", "", "2013", "2013-05", "2013-05-18", "05:32:34Z", "2013-05-18T"),
        *("2013-13-18T05:32:34Z", "2013-05-32T05:32:34Z", "2013-02-30T05:32:34Z", "2013-02-29T05:32:34Z"),
        *("2013-05-18T25:32:34Z", "2013-05-18T05:60:34Z", "2013-05-18T05:32:61Z", "2013-05-18T05:32:34X"),
        *(
            "2013-05-18T05:32:34+25:00",
            "2013-05-18T05:32:34+",
            "2013-05-18T05:32:34.Z",
            "2013-5-18T05:32:34Z",
        ),
        *("Sat May 18 2013 05:32:34", "1368855154", " 2013-05-18T05:32:34Z", "2013-05-18T05:32:34Z "),
        *("٢٠١٣-05-18T05:32:34Z", "2013-05-18T05:32:34+01:00[Europe/Paris]"),
        *(1368855154, {"key": "x"}, None, True, ["2013-05-18T05:32:34Z"]),
    ],
)
rule(
    "D96",
    section="Part 2 §4.5",
    holds="an offset of minus nothing is refused",
    places=TIMESTAMPS,
    bad=[f"2008-09-15T15:53:00.601{zone}" for zone in ("-00", "-0000", "-00:00")],
)
rule(
    "D97",
    section="Part 2 §4.5",
    holds="version 1.0.3 takes what ISO 8601 allows beyond RFC 3339",
    places=TIMESTAMPS,
    good=[
        "2013-05-18T05:32:34",
        "2013-05-18T05:32:34+0100",
        "2013-05-18T05:32:34+01",
        "2013-05-18T05:32:34,5Z",
    ],
    versions=(V1,),
)
rule(
    "D98",
    section="2.0 timestamps",
    holds="a timestamp is one of RFC 3339, whose blank between date and time is taken too",
    places=TIMESTAMPS,
    good=["2008-09-15 15:53:00.601+00:00", "2008-09-15t15:53:00.601z", "2008-09-15T15:53:00-23:59"],
    bad=["2013-05-18T05:32:34", "2013-05-18T05:32:34+0100", "2013-05-18T05:32Z", "2013-05-18T05:32:34,5Z"],
    versions=(V2,),
)


@case("D99", section="Part 2 §2.4.7", holds="a missing timestamp is set to the value of stored")
def a_missing_timestamp_is_that_of_stored(lrs: Lrs) -> None:
    found = lrs.kept(statement())
    expect_equal("the timestamp", found["timestamp"], found["stored"])


@case("D100", section="Part 2 §2.4.7", holds="a timestamp in the future is taken")
def a_timestamp_in_the_future_is_taken(lrs: Lrs) -> None:
    future = (datetime.now(UTC) + timedelta(days=5 * 365)).isoformat(timespec="milliseconds")
    for sent in (statement(timestamp=future), statement(object=substatement(timestamp=future))):
        lrs.takes(sent)


@case(
    "D101",
    section="Part 2 §4.5",
    holds="timestamps keep their milliseconds",
    variants=("123", "999", "001", "120"),
)
def timestamps_keep_their_milliseconds(lrs: Lrs, milliseconds: str) -> None:
    text = f"2013-05-18T05:32:34.{milliseconds}Z"
    found = lrs.kept(statement(timestamp=text, object=substatement(timestamp=text)))
    for given in (found["timestamp"], found["object"]["timestamp"]):
        expect_equal("the moment", instant(given), instant(text))


@case(
    "D102", section="2.0 timestamps", holds="timestamps come back in UTC, at the same instant", versions=(V2,)
)
def timestamps_come_back_in_utc(lrs: Lrs) -> None:
    for text in ("2023-05-04T12:00:00-05:00", "2023-05-04T12:00:00.25+05:30", "2023-01-01T00:30:00+01:00"):
        found = lrs.kept(statement(timestamp=text, object=substatement(timestamp=text)))
        for given in (found["timestamp"], found["object"]["timestamp"], found["stored"]):
            expect(given.endswith(("Z", "+00:00")), "a timestamp in UTC", given)
        expect_equal("the moment", instant(found["timestamp"]), instant(text))
        expect_equal("the moment in the SubStatement", instant(found["object"]["timestamp"]), instant(text))


@case("D103", section="Part 2 §2.4.8", holds="stored is set by the store, whatever was sent")
def stored_is_set_by_the_store(lrs: Lrs) -> None:
    for method in ("POST", "PUT"):
        for sent_as in ({}, {"stored": "2011-07-15T00:00:00.000Z"}, {"stored": "2125-01-01T00:00:00Z"}):
            sent = statement(**sent_as)
            began = datetime.now(UTC)
            lrs.post(sent).expect(200) if method == "POST" else lrs.put(sent).expect(204)
            given = lrs.find(sent["id"]).expect(200).json["stored"]
            distance = abs(instant(given) - began)
            expect(distance < timedelta(minutes=10), f"stored near {began} after {method}", given)


@case("D104", section="Part 2 §4.5", holds="stored has three digits of a second at least, and says its zone")
def stored_has_milliseconds(lrs: Lrs) -> None:
    sent = [statement() for _ in range(5)]
    lrs.store(*sent)
    for each in sent:
        given = lrs.find(each["id"]).expect(200).json["stored"]
        fraction = given.rpartition(".")[2].rstrip("Z").partition("+")[0]
        expect(fraction.isdigit() and len(fraction) >= 3, "three digits after the second", given)
        expect(given.endswith(("Z", "+00:00")), "UTC", given)
