"""Interaction activities and their components (Part 2 §2.4.4.1)."""

from __future__ import annotations

from typing import Any

from ..builders import Json
from ..places import DEFINITIONS, within
from ..samples import INTERACTIONS
from ..tables import rule

_LISTS = ("choices", "scale", "source", "target", "steps")
_KIND_OF = {
    "choices": "choice",
    "scale": "likert",
    "source": "matching",
    "target": "matching",
    "steps": "performance",
}


def _components(name: str, value: Any) -> Json:
    return {"interactionType": _KIND_OF[name], name: value}


rule(
    "D55",
    section="Part 2 §2.4.4.1",
    holds="the interactionType is one of ten",
    places=DEFINITIONS,
    good=[{"interactionType": name} for name in INTERACTIONS],
    bad=[
        {"interactionType": value}
        for value in (
            "true-faLse",
            "Choice",
            "fill in",
            "https://x.example/choice",
            "",
            12345,
            {"key": "x"},
            None,
        )
    ],
)
rule(
    "D56",
    section="Part 2 §2.4.4.1",
    holds="each interactionType is taken with its pattern and its lists of components",
    places=DEFINITIONS,
    good=[{"interactionType": name, **members} for name, members in INTERACTIONS.items()],
)
rule(
    "D57",
    section="Part 2 §2.4.4.1",
    holds="a pattern or a list of components needs an interactionType",
    places=DEFINITIONS,
    bad=[
        *[dict(members) for members in INTERACTIONS.values()],
        *[{name: []} for name in ("correctResponsesPattern", *_LISTS)],
    ],
)
rule(
    "D58",
    section="Part 2 §2.4.4.1",
    holds="the correctResponsesPattern is a list of texts, as long as it likes",
    places=within(
        DEFINITIONS, lambda value: {"interactionType": "fill-in", "correctResponsesPattern": value}, "pattern"
    ),
    good=[[], [""], ["x" * 5_000], [str(number) for number in range(500)]],
    bad=["x", 1, None, {}, [1], [None], [["x"]], [{"id": "x"}]],
)
rule(
    "D59",
    section="Part 2 §2.4.4.1",
    holds="a component has an id, which is text, may have a description, and nothing else",
    places=DEFINITIONS,
    good=[_components(name, [{"id": "a", "description": {"en": "A"}}, {"id": "b"}]) for name in _LISTS],
    bad=[
        _components(name, value)
        for name in _LISTS
        for value in (
            {"id": "a"},
            "a",
            None,
            ["a"],
            [None],
            [{}],
            [{"description": {"en": "A"}}],
            [{"id": 1}],
            [{"id": None}],
            [{"id": "a", "description": "A"}],
            [{"id": "a", "description": {"en": 1}}],
            [{"id": "a", "dummy": 1}],
        )
    ],
)
rule(
    "D60",
    section="Part 2 §2.4.4.1",
    holds="the ids of one list of components are distinct",
    places=DEFINITIONS,
    good=[
        {"interactionType": "matching", "source": [{"id": "a"}], "target": [{"id": "a"}]},
        *[_components(name, [{"id": "a"}, {"id": "A"}]) for name in _LISTS],
    ],
    bad=[
        _components(name, [{"id": "a"}, {"id": "b"}, {"id": "a", "description": {"en": "A"}}])
        for name in _LISTS
    ],
)
