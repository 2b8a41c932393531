"""What merging two learners would change: whom to keep, and where they would stand in each course."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.learners.values import Learner
from app.progress.queries import ProgressFilter, ProgressLine, Sort, iterate_progress


@dataclass(frozen=True, slots=True)
class CourseLine:
    """One course of either; `best` is what counts afterwards."""

    title: str
    one: ProgressLine | None
    other: ProgressLine | None

    @property
    def best(self) -> ProgressLine:
        """The line that stands higher: status first, then percent."""
        lines = [line for line in (self.one, self.other) if line is not None]
        return max(lines, key=lambda line: (line.status.rank, line.percent))


@dataclass(frozen=True, slots=True)
class Preview:
    """Two learners beside each other; `keep` is whom the form proposes."""

    one: Learner
    other: Learner
    keep: Learner
    courses: tuple[CourseLine, ...]


def preview_merge(session: Session, one: Learner, other: Learner) -> Preview:
    """Compare two learners; the one that somebody has matched already is proposed for keeping."""
    ours, theirs = _lines(session, one), _lines(session, other)
    titles = {line.course_id: line.course_title for line in (*ours.values(), *theirs.values())}
    courses = tuple(
        CourseLine(title, ours.get(course_id), theirs.get(course_id))
        for course_id, title in sorted(titles.items(), key=lambda pair: pair[1].casefold())
    )
    keep = other if one.is_provisional and not other.is_provisional else one
    return Preview(one, other, keep, courses)


def _lines(session: Session, learner: Learner) -> dict[str, ProgressLine]:
    wanted = ProgressFilter(learner_id=learner.id, has_videos=False)
    return {line.course_id: line for line in iterate_progress(session, wanted, sort=Sort.COURSE)}
