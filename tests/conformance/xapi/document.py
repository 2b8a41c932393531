"""docs/xapi.md, written from the cases and the requirements."""

from __future__ import annotations

from pathlib import Path

from .coverage import list_requirements
from .registry import VERSIONS, list_cases, list_trials

_OPENING = """\
# xAPI conformance

<!-- Written by `python -m tests.conformance.xapi --write-docs` from tests/conformance/xapi. Do not edit. -->

Waymark is a record store (LRS) for xAPI 1.0.3 and 2.0 (IEEE 9274.1.1); each request chooses by its header
`X-Experience-API-Version`. This suite asks any record store over HTTP what the two versions demand: {cases}
cases, {trials} questions. `make xapi-conformance` asks Waymark, on SQLite and on PostgreSQL.

## Run it against any record store

It needs Python 3.11 and nothing else. Copy `tests/conformance`, or run it from here:

```
XAPI_SECRET=… python -m tests.conformance.xapi --url https://lrs.example/xapi --key KEY
python -m tests.conformance.xapi --list
```

`--version 2.0.0` asks for one version only, `--case C1,D7` for some cases, `--stop` ends at the first
failure. The exit code is 0 only when something was asked and nothing failed. It writes statements and
documents under names of its own, and reads and deletes no others.

## What Waymark does where the standard leaves room

{choices}
## The cases

| number | section | versions | must hold |
|---|---|---|---|
{table}
## What the standard demands, and where it is asked for

A demand without a case says why it has none.

| section | demand | cases |
|---|---|---|
{demands}"""

_CHOICES = """\
- **Addresses.** All resources stand under `/xapi/`: `/xapi/statements`, `/xapi/activities/state` and so on.
- **Credentials.** HTTP Basic with an integration's client id and secret, or a bearer token from
  `/oauth/token`. A credential sees its own integration's data only: another's is answered as if unknown.
- **Authority** is always that of the credential; a sent one is judged and then replaced.
- **A known id with other content** is answered with 409, the same content with 200 (POST) or 204 (PUT).
- **What is judged.** Every rule of the data model; a refusal names the JSON pointer and the rule. Taken are
  empty language maps and lists of members, any text as `sha2`, and lists of components beside any
  `interactionType`.
- **Extensions** may hold anything, but for U+0000 and more than 64 levels of JSON.
- **A missing version header** is answered with 400, in the version that the integration's settings name:
  1.0.3, or what `integration add` or `update` says with `--xapi-default-version`.
- **Refusals** say why: in JSON with the place in the body as a JSON pointer, or as plain text or HTML where
  `Accept` prefers that.
- **Bytes.** A statement is given back in its own text: the order of members, spaces and digits as sent.
  Added are `id`, `timestamp`, `version` where they were missing, `stored` and `authority`; context
  activities become lists.
- **Limits.** Requests of 10 MiB, documents of 10 MB (a setting), 64 levels of JSON, 100 parts, 100
  statements a page. More is answered with 400 or 413. U+0000 and repeated members are refused.
- **Order.** Lists are ordered by `stored` and, at the same moment, by arrival. `more` is good for the
  credential that asked for it.
- **Data of attachments** is kept once for each hash and given back in the type that the statement states.
- **Preconditions** count for POST and DELETE as they do for PUT, in both versions.
- **Signatures** are checked against the certificate in `x5c` when there is one; who issued it is not judged.
"""


def format_document() -> str:
    """Return the whole document."""
    cases = list_cases()
    table = [_row(case.number, case.section, ", ".join(case.versions), case.holds) for case in cases]
    demands = [
        _row(each.section, each.demands, ", ".join(each.cases) or each.reason) for each in list_requirements()
    ]
    return _OPENING.format(
        cases=len(cases),
        trials=len(list_trials(cases, VERSIONS)),
        choices=_CHOICES,
        table="".join(table),
        demands="".join(demands),
    )


def write_document(path: Path) -> None:
    """Write the document to a file."""
    path.write_text(format_document(), encoding="utf-8")


def _row(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |\n"
