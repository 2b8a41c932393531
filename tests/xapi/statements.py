"""Statements that the xAPI tests start from; each call gives a fresh copy."""

from __future__ import annotations

import copy
import random
from typing import Any

Json = dict[str, Any]

UUID = "0d4a8a5e-1c62-4c7e-9a1a-6b1f5d2e7a01"
IRI = "https://example.org/x"


def plain() -> Json:
    return {
        "actor": {"mbox": "mailto:ana@example.org"},
        "verb": {"id": "http://adlnet.gov/expapi/verbs/completed"},
        "object": {"id": "https://example.org/courses/1"},
    }


def full() -> Json:
    """A statement that uses every member."""
    activity = {
        "objectType": "Activity",
        "id": "https://example.org/courses/1",
        "definition": {
            "name": {"en-US": "Course", "zh-Hans-CN": "课"},
            "description": {"de": "Kurs"},
            "type": "http://adlnet.gov/expapi/activities/course",
            "moreInfo": "https://example.org/more",
            "extensions": {"https://example.org/ext": None, "urn:x:y": {"deep": [None, 1.50]}},
            "interactionType": "choice",
            "correctResponsesPattern": ["a"],
            "choices": [{"id": "a", "description": {"en": "A"}}],
        },
    }
    return {
        "id": UUID,
        "actor": {
            "objectType": "Group",
            "name": "Team",
            "member": [{"mbox": "mailto:ana@example.org"}, {"openid": "https://id.example.org/x"}],
        },
        "verb": {"id": "http://adlnet.gov/expapi/verbs/passed", "display": {"en-US": "passed"}},
        "object": activity,
        "result": {
            "score": {"scaled": 0.5, "raw": 5, "min": 0, "max": 10},
            "success": True,
            "completion": True,
            "response": "a",
            "duration": "PT1H",
            "extensions": {"https://example.org/r": ""},
        },
        "context": {
            "registration": UUID.upper(),
            "instructor": {"account": {"homePage": "https://example.org", "name": "ben"}},
            "team": {"objectType": "Group", "mbox": "mailto:team@example.org"},
            "contextActivities": {"parent": {"id": IRI}, "other": [{"id": IRI}]},
            "revision": "1",
            "platform": "web",
            "language": "sr-Latn-RS",
            "statement": {"objectType": "StatementRef", "id": UUID},
            "extensions": {},
        },
        "timestamp": "2025-03-14T09:26:53.589Z",
        "stored": "2025-03-14T09:26:53.589Z",
        "authority": {
            "objectType": "Group",
            "member": [{"mbox_sha1sum": "a" * 40}, {"mbox": "mailto:cora@example.org"}],
        },
        "version": "1.0.0",
        "attachments": [
            {
                "usageType": IRI,
                "display": {"en": "x"},
                "contentType": "text/plain",
                "length": 3,
                "sha2": "ab",
                "fileUrl": IRI,
            }
        ],
    }


def with_change(statement: Json, path: str, value: Any) -> Json:
    """Return a copy with the member at /a/b/c set; the value `...` takes it out."""
    changed = copy.deepcopy(statement)
    *steps, last = path.strip("/").split("/")
    holder: Any = changed
    for step in steps:
        holder = holder[int(step)] if isinstance(holder, list) else holder.setdefault(step, {})
    if value is ...:
        del holder[last]
    elif isinstance(holder, list):
        holder[int(last)] = value
    else:
        holder[last] = value
    return changed


def mutate(statement: Json, chooser: random.Random) -> Json:
    """Change, add or take out one member somewhere in a statement, in place; it may stay good."""
    holders = [statement]
    for holder in holders:
        inner = holder.values() if isinstance(holder, dict) else holder
        holders.extend(one for one in inner if isinstance(one, dict | list) and one)
    holder = chooser.choice(holders)
    key = chooser.choice(list(holder) if isinstance(holder, dict) else range(len(holder)))
    odd = [
        None,
        True,
        0,
        -1.5,
        "",
        "x",
        "x\n",
        "mailto:a@b",
        UUID,
        IRI,
        "Group",
        "Agent",
        [],
        {},
        "2025-03-14T12:00:00Z",
    ]
    action = chooser.randrange(3)
    if action == 0:
        del holder[key]
    elif action == 1 or not isinstance(holder, dict):
        holder[key] = chooser.choice(odd)
    else:
        holder[chooser.choice(["id", "extra", "objectType", "name", "mbox", "Actor"])] = chooser.choice(odd)
    return statement
