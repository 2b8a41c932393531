"""docs/hacp.md, written from the cases, the features and the mutants."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from .features import FEATURES, OF_ONE_LAUNCH
from .launching import ENVIRONMENT
from .mutants import MUTANTS
from .registry import Case, list_cases, list_trials

_OPENING = """\
# HACP conformance

<!-- Written by `python -m tests.conformance.hacp --write-docs` from tests/conformance/hacp. Do not edit. -->

A suite that asks any HACP endpoint (AICC CMI001 v4.0) over HTTP what content relies on: what the standard
says, and what real content does that no standard says. {cases} cases with their variants make {trials}
questions; each looks at what is stored afterwards, by a later GetParam or by what the LMS shows, never at
`error=0` alone.

## Run it against any LMS

It needs Python 3.11 and nothing else, and knows the endpoint by its address only. Copy `tests/conformance`,
or run it from here.

```
python -m tests.conformance.hacp --url https://lms.example/hacp --sid SESSION_ID
python -m tests.conformance.hacp --launch-command './launch --learner {{learner}}'
python -m tests.conformance.hacp --list
```

With one session (`--url`, `--sid`: launch a course, take both from the address that opens, and do not let
the course itself run) it asks what one session permits. With a **launch command** it launches as often as it
needs. A case is reported as `pass`, `FAIL` with what was sent, expected and received, or `not run` with the
reason: what an endpoint cannot be asked never fails it. The exit code is 0 only when something was asked and
nothing failed. Session ids are taken out of everything it prints.

`--case 18`, `--case 48-53,60a` choose; `--stop` ends at the first failure; `--log FILE` names a log of the
server in which no session id may stand; `--insecure` takes a certificate of your own making. It writes to the
courses it is given: use a test course, and test learners.

### The launch command

It prints one JSON object and ends with exit code 0:

```
{{"session_id": "…", "aicc_url": "https://lms.example/hacp", "content_url": "…", "launch_url": "…"}}
```

`session_id` and `aicc_url` must be there. `content_url` is the address that opens the content (case 79),
`launch_url` the link that a learner follows to get there (cases 84, 149). Every launch of a plain command is
one of the same learner and course: those share one attempt, whose status only rises, so the cases run in an
order that respects it and those that need an untouched attempt are not run. With `{{learner}}` among its
words the suite puts a new name there for each fresh attempt, and the same name for launching again.

The request stands in the environment variable `{environment}`, for commands that can do more:

```
{{"ask": "launch", "learner": "hacp-5f0c-12", "features": {{"mastery_score": 80}}}}
```

The command adds the names of what it gave, `"given": ["learner", "mastery_score"]`: `learner` when it
launched for the learner of that name. A feature that is not among them makes its cases `not run`.

{features}

A launch for the same learner comes with the same features, but for {of_one_launch}.

`--launch-service COMMAND` is the same for a command that is started once: it reads one such line of JSON
after another and answers each with one line.

### What the LMS shows

Some of what content sends never comes back to it: interactions, comments, the score that an administrator
sees. `--progress-command COMMAND` answers with JSON what the LMS shows of a launch. `{environment}` then
holds `{{"ask": "progress", "learner": …, "launch": {{what the launch command printed}}}}`, and texts of that
launch stand in for `{{session_id}}` and the like among the command's words. All keys are optional, cases that
need a missing one are not run:

| key | what it holds |
|---|---|
| `progress` | an object with `percent`, `status`, `score` (0 to 100, or null) and `time_seconds` |
| `interactions`, `objectives`, `comments` | lists of objects with the columns as the content named them |
| `exchanges` | the messages, oldest first: `repairs` and `changes` (lists), `parked` (true if set aside) |
| `records` | a list of objects with `command` (`putpath`, in lower case), one for each raw text it kept |

### Waymark itself

`make hacp-conformance` starts servers on SQLite and on PostgreSQL, asks everything, and then asks the broken
servers below. Against a server of your own, with its `WAYMARK_*` settings in the environment:

```
python -m tests.conformance.hacp --launch-service 'python -m tests.conformance.hacp.waymark --serve'
```

## The cases

Numbers with a letter belong to the case before them. *Practice* names what known content or other LMSs do
where the standard is silent, or where keeping to it would lose a learner's result.

| number | sent | must hold | why |
|---|---|---|---|
"""

_MUTANTS = """
## Broken servers

A suite that never fails proves nothing. These are Waymark with one fault each, most of them found in other
LMSs; a test asks each and sees that the cases fail.

| fault | noticed by |
|---|---|
"""


_OTHER_SIDE = """
## What no endpoint can be asked

Cases 80 to 83 are about packages, and about a server that is itself the content of an LMS: no message to a
HACP endpoint shows them. Waymark's own tests hold them, on both databases.

| number | what must hold | tests |
|---|---|---|
"""
_OTHER_CASES = (
    (
        "80",
        "packages are read whatever their line ends, encodings, columns and folders; what cannot be read is "
        "named",
        "`tests/catalog/test_package*.py`, `test_zip_guard.py`, `test_importing.py`",
    ),
    (
        "81",
        "an LMS is understood with its habits (url-encoded, `error_txt`, next-line groups, no version); "
        "HTML and error=3 are a page in words",
        "`tests/hacp/test_upstream_wire*.py`, `test_relay.py`",
    ),
    (
        "82",
        "an LMS hears PutParam before ExitAU, never two at once, again after 500, ExitAU once, whole numbers "
        "below version 3",
        "`tests/hacp/test_relay.py`, `tests/delivery/test_lms.py`",
    ),
    (
        "83",
        "addresses that lead inside are refused, whatever their form",
        "`tests/hacp/test_relay.py`, `tests/outbound/test_guard.py`",
    ),
)


def format_document() -> str:
    """Return the whole document."""
    cases = list_cases()
    opening = _OPENING.format(
        cases=len(cases),
        trials=len(list_trials(cases)),
        environment=ENVIRONMENT,
        features="\n".join(_features()),
        of_one_launch=" and ".join(f"`{name}`" for name in OF_ONE_LAUNCH).replace(" and ", ", ", 1),
    )
    lines = [_row(case.number, _sent(case), case.holds, case.clause) for case in cases]
    faults = [_row(mutant.fault, ", ".join(mutant.noticed_by)) for mutant in MUTANTS]
    others = [_row(*cells) for cells in _OTHER_CASES]
    other_side = _OTHER_SIDE + "\n".join(others) + "\n"
    return opening + "\n".join(lines) + "\n" + other_side + _MUTANTS + "\n".join(faults) + "\n"


def write_document(path: Path) -> None:
    """Write the document to a file."""
    path.write_text(format_document(), encoding="utf-8")


def _features() -> Iterator[str]:
    yield "| feature | what it asks for | example |"
    yield "|---|---|---|"
    for name, (meaning, example) in FEATURES.items():
        shown = json.dumps(example, ensure_ascii=False)
        yield f"| `{name}` | {meaning} | `{_cell(shown)}` |"


def _sent(case: Case) -> str:
    if not case.variants:
        return case.sends
    names = [_visible(name) for name in case.variants]
    return f"{case.sends}: {' · '.join(names)}"


def _visible(name: str) -> str:
    return f"`{name}`" if not name.isascii() or not name.replace(" ", "").isalnum() else name


def _row(*cells: str) -> str:
    return "| " + " | ".join(_cell(cell) for cell in cells) + " |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
