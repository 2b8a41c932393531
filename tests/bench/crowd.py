"""Statements as a big customer's store holds them: a kilobyte each, some people busier than others."""

from __future__ import annotations

import random
import uuid
from dataclasses import dataclass

from tests.arranging import PROGRESS_EXTENSION, VERB_PROGRESSED

_VERBS = {
    VERB_PROGRESSED: ("progressed", 0.8),
    "http://adlnet.gov/expapi/verbs/experienced": ("experienced", 0.15),
    "http://adlnet.gov/expapi/verbs/completed": ("completed", 0.049),
    "http://adlnet.gov/expapi/verbs/failed": ("failed", 0.001),
}
_SPACE = uuid.UUID("6b1c9b5e-6d9b-4b0e-9a43-0c5f7a0d9f11")
_ABOUT = (
    "What it takes to plan the work of a team, to agree on what is good enough, and to speak about money in"
    " good time. With exercises, and a test at the end of every chapter."
)


@dataclass(frozen=True, slots=True)
class Crowd:
    """So many people and courses; statement number n is always the same one."""

    people: int
    courses: int = 1_000

    def make(self, number: int) -> dict[str, object]:
        """Return statement `number`."""
        chance = random.Random(number)
        # Squared: the first tenth has a third of all statements.
        person = int(self.people * chance.random() ** 2)
        course = int(self.courses * chance.random() ** 2)
        [verb] = chance.choices(list(_VERBS), [share for _, share in _VERBS.values()])
        return {
            "id": str(uuid.uuid5(_SPACE, str(number))),
            "actor": {
                "objectType": "Agent",
                "mbox": f"mailto:learner{person}@example.com",
                "name": f"Learner, Number {person}",
            },
            "verb": {"id": verb, "display": {"en-US": _VERBS[verb][0]}},
            "object": {
                "objectType": "Activity",
                "id": f"urn:li:lyndaCourse:{course}",
                "definition": {
                    "type": "http://adlnet.gov/expapi/activities/course",
                    "name": {"en-US": f"Course {course}: Managing Projects"},
                    "description": {"en-US": _ABOUT},
                },
            },
            "result": {
                "completion": chance.random() < 0.05,
                "duration": f"PT{chance.randrange(3600)}S",
                "extensions": {PROGRESS_EXTENSION: chance.randrange(101)},
            },
            "context": {
                "registration": str(uuid.uuid5(_SPACE, f"{person} {course}")),
                "instructor": {"objectType": "Agent", "mbox": f"mailto:teacher{course % 50}@example.com"},
                "contextActivities": {
                    "grouping": [{"objectType": "Activity", "id": f"urn:li:learningPath:{course % 40}"}]
                },
                "platform": "Learning",
                "language": "en-US",
            },
            "timestamp": "2026-11-22T16:50:00.123Z",
        }
