"""PutInteractions and the other four: tables that an LMS keeps and shows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...checks import NotRun, expect, expect_equal
from ..bench import Bench, Content
from ..encoding import form, rustici
from ..registry import case

INTERACTIONS = "CMI001 §6.6 (PutInteractions), chapter 9 (Interactions)"
OTHERS = ("PutComments", "PutObjectives", "PutPath", "PutPerformance")

CAPTURED = {
    "course_id": "",
    "student_id": "0000",
    "lesson_id": "1",
    "date": "2026/11/22",
    "time": "03:22:43",
    "interaction_id": "q1",
    "objective_id": "knots",
    "type_interaction": "C",
    "correct_response": "a",
    "student_response": "b",
    "result": "W",
    "weighting": "1",
    "latency": "0000:00:03",
}
TABLES = {
    "PutComments": '"course_id","student_id","lesson_id","date","time","location","comment"\r\n'
    '"","s","1","2026/11/22","03:22:43","p7","Good, thanks"\r\n',
    "PutObjectives": '"course_id","student_id","lesson_id","date","time","objective_id","status","score",'
    '"mastery_time"\r\n"","s","1","2026/11/22","03:22:43","knots","passed","90","00:05:00"\r\n',
    "PutPath": '"course_id","student_id","lesson_id","date","time","element_location","status","why_left",'
    '"time_in_element"\r\n"","s","1","2026/11/22","03:22:43","p7","c","s","00:01:00"\r\n',
    "PutPerformance": '"course_id","student_id","anything"\r\n"","s","at all"\r\n',
}


def _table(*rows: Mapping[str, str], columns: list[str] | None = None) -> str:
    names = columns or list(CAPTURED)
    lines = [names, *([row.get(name, "") for name in names] for row in rows)]
    return "".join(",".join(f'"{value}"' for value in line) + "\r\n" for line in lines)


def _shown(bench: Bench, content: Content, what: str) -> list[dict[str, Any]]:
    found = bench.progress(content).get(what)
    if not isinstance(found, list):
        raise NotRun(f"the progress command does not tell {what}")
    return [{str(key).lower(): value for key, value in each.items()} for each in found]


def _one_interaction(bench: Bench, content: Content) -> dict[str, Any]:
    found = _shown(bench, content, "interactions")
    expect_equal("the number of interactions", len(found), 1)
    return found[0]


@case(
    74,
    sends="PutInteractions as Rustici writes it: 13 columns",
    holds="error=0, and every column is kept under its name",
    clause=INTERACTIONS,
)
def captured_interaction(bench: Bench) -> None:
    content = bench.open()
    fields = content.fields("PUTINTERACTIONS", _table(CAPTURED), version="4")
    content.post(form(fields, rustici)).accepted()
    found = _one_interaction(bench, content)
    expect_equal("the columns", {name: found.get(name, "") or "" for name in CAPTURED}, CAPTURED)


@case(
    "74a",
    sends="PutInteractions with columns in another order or case, unquoted, with quotes and commas inside",
    holds="error=0, and every value is kept under its name",
    clause=INTERACTIONS + ": the first row names the columns",
    variants={
        "other order": (_table(CAPTURED, columns=list(reversed(CAPTURED))), CAPTURED),
        "upper case": (
            _table(CAPTURED).replace("interaction_id", "INTERACTION_ID").replace("result", "Result"),
            CAPTURED,
        ),
        "unquoted": (_table(CAPTURED).replace('"', ""), CAPTURED),
        "quoted comma": (
            _table({**CAPTURED, "student_response": "a, b, and c"}),
            {"student_response": "a, b, and c", "result": "W"},
        ),
        "doubled quotes": (
            _table({**CAPTURED, "student_response": 'say ""no""'}),
            {"student_response": 'say "no"', "result": "W"},
        ),
        "few columns": (
            _table({"interaction_id": "q1", "result": "C"}, columns=["interaction_id", "result"]),
            {"interaction_id": "q1", "result": "C"},
        ),
        "LF": (_table(CAPTURED).replace("\r\n", "\n"), CAPTURED),
        "not ASCII": (_table({**CAPTURED, "student_response": "漢字 é"}), {"student_response": "漢字 é"}),
    },
)
def written_interaction(bench: Bench, variant: tuple[str, Mapping[str, str]]) -> None:
    data, expected = variant
    content = bench.fresh()
    content.send("PutInteractions", data).accepted()
    found = _one_interaction(bench, content)
    expect_equal("the columns", {name: found.get(name, "") or "" for name in expected}, dict(expected))


@case(
    "74b",
    sends="PutInteractions that is no good table: a row too short or too long, an open quote, nothing",
    holds="error=0; what came is kept as it was, if anything came",
    clause=INTERACTIONS + "; practice: Rustici sends again what is refused",
    variants={
        "too short": _table(CAPTURED) + '"","s","1"\r\n',
        "too long": _table(CAPTURED).removesuffix("\r\n") + ',"x","y"\r\n',
        "open quote": _table(CAPTURED) + '"","s,\r\n',
        "header only": _table(),
        "no table": "q1 was answered with b",
        "empty": "",
    },
)
def odd_interactions(bench: Bench, data: str) -> None:
    content = bench.fresh()
    content.send("PutInteractions", data).accepted()
    content.put("lesson_location=goes on")
    expect_equal("lesson_location", content.get().core("lesson_location"), "goes on")
    records = _shown(bench, content, "records")
    if data:
        expect_equal("the number of raw records", len(records), 1)
    if data.startswith('"') and data.count("\r\n") > 1:
        names = [each.get("interaction_id") for each in _shown(bench, content, "interactions")]
        expect("q1" in names, "the good row among the interactions", names)
    if data == _table():
        expect_equal("the interactions", _shown(bench, content, "interactions"), [])


@case(
    "74c",
    sends="the same PutInteractions three times, and a second answer to the question",
    holds="each answer is there once",
    clause=INTERACTIONS + "; practice: content sends again what it has no reply to",
)
def repeated_interactions(bench: Bench) -> None:
    content = bench.fresh()
    for _ in range(3):
        content.send("PutInteractions", _table(CAPTURED)).accepted()
    second = {**CAPTURED, "time": "03:23:00", "student_response": "a", "result": "C"}
    content.send("PutInteractions", _table(CAPTURED, second)).accepted()
    results = [each.get("result") for each in _shown(bench, content, "interactions")]
    expect_equal("the results", sorted(str(each) for each in results), ["C", "W"])


@case(
    75,
    sends="PutComments, PutObjectives, PutPath or PutPerformance: a table, or anything",
    holds="error=0, and what came is kept",
    clause="CMI001 §6.6 (optional for an LMS; one that accepts must not drop)",
    variants={
        f"{command}, {what}": (command, what) for command in OTHERS for what in ("table", "text", "empty")
    },
)
def other_records(bench: Bench, variant: tuple[str, str]) -> None:
    command, what = variant
    data = {"table": TABLES[command], "text": "no table, just text", "empty": ""}[what]
    content = bench.fresh()
    content.get()
    content.send(command, data).accepted()
    content.put("lesson_location=goes on")
    expect_equal("lesson_location", content.get().core("lesson_location"), "goes on")
    records = [each for each in _shown(bench, content, "records") if each.get("command") == command.lower()]
    if data:
        expect_equal("the number of raw records", len(records), 1)


@case(
    "75a",
    sends="each of the five before GetParam",
    holds="error=0, and it is kept",
    clause="practice: content that cannot read replies posts blindly; CMI001 §6.4 wants GetParam first",
    variants=("PutInteractions", *OTHERS),
)
def records_first(bench: Bench, command: str) -> None:
    content = bench.fresh()
    data = TABLES.get(command, _table(CAPTURED))
    content.send(command, data).accepted()
    expect_equal("the number of raw records", len(_shown(bench, content, "records")), 1)


@case(
    "75b",
    sends="each of the five long after ExitAU",
    holds="error=3",
    clause="CMI001 §6.4 (nothing after a successful ExitAU)",
    variants=("PutInteractions", *OTHERS),
)
def records_long_after_exit(bench: Bench, command: str) -> None:
    content = bench.fresh(session="long_ended")
    content.send(command, TABLES.get(command, _table(CAPTURED))).refused(3)
    expect_equal("the interactions", bench.relaunch(content).get().core("lesson_location"), "")


@case(
    "75c",
    sends="PutComments and PutObjectives with a table",
    holds="the LMS shows the comment, and the objective with its status and score",
    clause="CMI001 §6.6 (PutComments, PutObjectives)",
)
def shown_records(bench: Bench) -> None:
    content = bench.fresh()
    for command in ("PutComments", "PutObjectives"):
        content.send(command, TABLES[command]).accepted()
    comments = [each.get("comment") for each in _shown(bench, content, "comments")]
    expect_equal("the comments", comments, ["Good, thanks"])
    objectives = _shown(bench, content, "objectives")
    found = [(each.get("objective_id"), each.get("status"), each.get("score")) for each in objectives]
    expect_equal("the objectives", found, [("knots", "passed", "90")])


@case(
    "75e",
    sends="PutObjectives, then GetParam of the next launch",
    holds="[objectives_status] has the objective with its score and status",
    clause="practice: the command and the group report the same objectives; CMI001 §6.6",
)
def reported_objectives(bench: Bench) -> None:
    content = bench.fresh()
    content.get()
    content.send("PutObjectives", TABLES["PutObjectives"]).accepted()
    objectives = bench.relaunch(content).get().objectives
    expect_equal("the objectives", dict(objectives), {"knots": ("90", "passed")})


@case(
    "75d",
    sends="a record while the session runs",
    holds="location, status, score and suspend data stay as they were",
    clause="CMI001 §6.6",
    variants=("PutInteractions", *OTHERS),
)
def records_change_nothing(bench: Bench, command: str) -> None:
    content = bench.open()
    content.put("lesson_location=4", "score=50", lesson="mine")
    before = content.get().groups
    content.send(command, TABLES.get(command, _table(CAPTURED))).accepted()
    after = {name: text for name, text in content.get().groups.items() if name != "objectives_status"}
    before = {name: text for name, text in before.items() if name != "objectives_status"}
    expect_equal("the groups", after, before)
