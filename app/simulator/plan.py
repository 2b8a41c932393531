"""What happens in a simulation, decided beforehand: who takes which course, when, and how far.

Pure: the same seed, cast and period always give the same plan.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from app.simulator.cast import SimulatedCourse, SimulatedLearner

_SHARE_FINISHED = 0.55


class Channels(StrEnum):
    """Over which protocols a learner's course is reported."""

    AICC = "aicc"
    XAPI = "xapi"
    BOTH = "both"

    @property
    def has_aicc(self) -> bool:
        return self is not Channels.XAPI

    @property
    def has_xapi(self) -> bool:
        return self is not Channels.AICC


@dataclass(frozen=True, slots=True)
class Step:
    """One video finished; `percent` and `completed` are of the course, `sitting` counts launches."""

    at: datetime
    video: int
    percent: int
    completed: bool
    video_time: timedelta
    sitting: int
    is_text_percent: bool


@dataclass(frozen=True, slots=True)
class Enrolment:
    """One learner on one course with everything that will be reported."""

    learner: SimulatedLearner
    course: SimulatedCourse
    channels: Channels
    steps: tuple[Step, ...]

    def sittings(self) -> list[list[Step]]:
        """Group the steps by sitting: each is one launch."""
        groups: dict[int, list[Step]] = {}
        for step in self.steps:
            groups.setdefault(step.sitting, []).append(step)
        return [groups[number] for number in sorted(groups)]

    def count_messages(self) -> int:
        """Count the requests this makes, token requests apart."""
        completions = sum(step.completed for step in self.steps)
        total = 0
        if self.channels.has_xapi:
            total += len(self.steps) + completions
        if self.channels.has_aicc:
            total += len(self.steps) + 3 * len(self.sittings())
        return total


def make_plan(
    seed: int,
    learners: Sequence[SimulatedLearner],
    courses: Sequence[SimulatedCourse],
    *,
    channels: Channels,
    start: datetime,
    end: datetime,
    density: float = 0.5,
) -> list[Enrolment]:
    """Decide who does what between `start` and `end`; `density` is the share of courses a learner takes.

    Every learner takes at least one course, so that nobody in the cast stays without a row.
    """
    enrolments = []
    for learner in learners:
        chance = random.Random(f"{seed}/courses of/{learner.user_id}")
        chosen = [course for course in courses if chance.random() < density]
        if not chosen and courses:
            chosen = [chance.choice(courses)]
        for course in chosen:
            steps = _steps(f"{seed}/{learner.user_id}/{course.activity_id}", course, start, end)
            enrolments.append(Enrolment(learner, course, channels, steps))
    enrolments.sort(key=lambda enrolment: enrolment.steps[0].at)
    return enrolments


def _steps(seed: str, course: SimulatedCourse, start: datetime, end: datetime) -> tuple[Step, ...]:
    chance = random.Random(seed)
    videos = len(course.video_times)
    watched = videos if chance.random() < _SHARE_FINISHED else chance.randint(1, videos - 1)
    breaks = sorted(chance.sample(range(1, watched), min(watched - 1, chance.choice((0, 0, 1, 2)))))
    steps: list[Step] = []
    for video, at in enumerate(_moments(chance, course, watched, breaks, start, end), start=1):
        steps.append(
            Step(
                at=at,
                video=video,
                percent=100 * video // videos,
                completed=video == videos,
                video_time=course.video_times[video - 1],
                sitting=sum(1 for pause in breaks if pause < video),
                is_text_percent=chance.random() < 0.5,
            )
        )
    return tuple(steps)


def _moments(
    chance: random.Random,
    course: SimulatedCourse,
    watched: int,
    breaks: Sequence[int],
    start: datetime,
    end: datetime,
) -> list[datetime]:
    """Lay the ends of the videos into the period: pauses of hours between sittings, all squeezed to fit."""
    offsets: list[timedelta] = []
    elapsed = timedelta(0)
    for video in range(watched):
        if video in breaks:
            elapsed += timedelta(hours=chance.uniform(3, 60))
        elapsed += course.video_times[video] + timedelta(seconds=chance.randint(0, 40))
        offsets.append(elapsed)
    period = end - start
    squeeze = min(1.0, period / elapsed) if elapsed else 1.0
    begin = start + (period - elapsed * squeeze) * chance.random()
    return [_whole_milliseconds(begin + offset * squeeze) for offset in offsets]


def _whole_milliseconds(moment: datetime) -> datetime:
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
