"""The launch: the address that opens the content."""

from __future__ import annotations

from urllib.parse import parse_qsl, unquote, urlsplit

from ...checks import NotRun, expect, expect_equal
from ...http_client import HttpClient, HttpReply, Request, split_url
from ..bench import Bench, Content
from ..registry import READS, case

CLAUSE = "CMI001 §6.3 (launch)"
GO = "https://content.example/go"


@case(
    79,
    sends="a launch of a unit whose File_Name has a query, a fragment, blanks; with Web_Launch parameters",
    holds="AICC_SID and AICC_URL after the unit's own query, Web_Launch behind them, the fragment last",
    clause=CLAUSE,
    variants={
        "no query": (GO, None, f"{GO}?", "", ""),
        "query": (f"{GO}?course=7&t=a.b-c", None, f"{GO}?course=7&t=a.b-c&", "", ""),
        "empty query": (f"{GO}?", None, f"{GO}?", "", ""),
        "fragment": (f"{GO}#page=3", None, f"{GO}?", "", "#page=3"),
        "query and fragment": (f"{GO}?a=1#/start", None, f"{GO}?a=1&", "", "#/start"),
        "Web_Launch": (f"{GO}?a=1", "acct=77&u=1", f"{GO}?a=1&", "&acct=77&u=1", ""),
        "Web_Launch with ?": (GO, "?acct=77", f"{GO}?", "&acct=77", ""),
        "Web_Launch with &": (GO, "&acct=77", f"{GO}?", "&acct=77", ""),
        "Web_Launch and fragment": (f"{GO}#x", "acct=77", f"{GO}?", "&acct=77", "#x"),
        "blanks": (
            "https://content.example/my course.html",
            None,
            "https://content.example/my%20course.html?",
            "",
            "",
        ),
        "Web_Launch with blanks": (GO, "name=Ana Diaz", f"{GO}?", "&name=Ana%20Diaz", ""),
        "relative": ("lesson 1/start.html?a=1", None, None, "", ""),
    },
    order=READS,
)
def content_address(bench: Bench, variant: tuple[str, str | None, str | None, str, str]) -> None:
    file_name, web_launch, before, after, fragment = variant
    features: dict[str, object] = {"file_name": file_name}
    if web_launch is not None:
        features["web_launch"] = web_launch
    content = bench.fresh(**features)
    address = _content_url(content)
    if before is None:
        expect("lesson%201/start.html?a=1&AICC_SID=" in address, "a whole address of the file", address)
        before = address[: address.index("AICC_SID")]
    rest = address.removeprefix(before).removesuffix(after + fragment)
    hidden = address.replace(content.launch.session_id, "[session id]")
    expect(address == before + rest + after + fragment, f"{before}…{after}{fragment}", hidden)
    expect_equal(
        "the names between", [pair.partition("=")[0] for pair in rest.split("&")], ["AICC_SID", "AICC_URL"]
    )
    content.get()


@case(
    "79a",
    sends="a launch",
    holds="AICC_SID is letters and digits; AICC_URL is absolute, encoded whole, without a query of its own",
    clause=CLAUSE + "; practice: clients split at every `&` and `=`, some after decoding",
    order=READS,
)
def launch_values(bench: Bench) -> None:
    content = bench.open()
    query = urlsplit(_content_url(content)).query
    raw = dict(pair.split("=", 1) for pair in query.split("&") if "=" in pair)
    values = dict(parse_qsl(query))
    expect(raw["AICC_SID"].isascii() and raw["AICC_SID"].isalnum(), "letters and digits", "something else")
    expect_equal("the session id", values["AICC_SID"] == content.launch.session_id, True)
    expect(not set(raw["AICC_URL"]) & set(":/?&="), "AICC_URL percent-encoded", raw["AICC_URL"])
    expect(not set(unquote(raw["AICC_URL"])) & set("?&= "), "AICC_URL without a query", raw["AICC_URL"])
    expect(values["AICC_URL"].startswith(("http://", "https://")), "an absolute address", values["AICC_URL"])


@case(
    149,
    sends="GET of the launch link, several times, and HEAD, as a mail scanner does",
    holds="no attempt begins before the content calls: the first GetParam says not attempted,ab-initio",
    clause="practice: scanners and previews follow every link; CMI001 §6.3",
)
def launch_link(bench: Bench) -> None:
    content = bench.fresh()
    link = _launch_link(content)
    for method in ("HEAD", "GET", "GET"):
        status = _follow(content, link, method).status
        expect(status < 400, "the link to be good", status)
    reply = content.get()
    expect_equal("lesson_status", reply.core("lesson_status"), "not attempted,ab-initio")


@case(
    84,
    sends="GET of the launch link",
    holds="Referrer-Policy: no-referrer, Cache-Control: no-store: the address with the session id stays here",
    clause="practice: the session id is all that authorises; CMI001 §6.3",
)
def launch_page(bench: Bench) -> None:
    content = bench.open()
    reply = _follow(content, _launch_link(content), "GET")
    expect_equal("Referrer-Policy", reply.header("referrer-policy").lower(), "no-referrer")
    expect("no-store" in reply.header("cache-control"), "no-store", reply.header("cache-control"))


def _content_url(content: Content) -> str:
    address = content.launch.answer.get("content_url")
    if not isinstance(address, str):
        raise NotRun("the launch command does not tell content_url")
    return address


def _launch_link(content: Content) -> str:
    link = content.launch.answer.get("launch_url")
    if not isinstance(link, str):
        raise NotRun("the launch command does not tell launch_url, the link that a learner follows")
    return link


def _follow(content: Content, link: str, method: str) -> HttpReply:
    """Ask for the link and no further: the content is not ours to open."""
    origin, target = split_url(link)
    client = HttpClient(origin, content.client.timeout_seconds, content.client.verifies_certificate)
    try:
        return client.send(Request(method, target, {}, None))
    finally:
        client.close()
