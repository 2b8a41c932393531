"""The invented people and courses."""

from __future__ import annotations

import uuid

from app.simulator.cast import cast_courses, cast_learners


def test_the_same_seed_makes_the_same_cast() -> None:
    assert cast_learners(7, 30) == cast_learners(7, 30)
    assert cast_courses(7, 30) == cast_courses(7, 30)


def test_a_larger_cast_begins_with_the_smaller_one() -> None:
    assert cast_learners(7, 50)[:20] == cast_learners(7, 20)
    assert cast_courses(7, 50)[:20] == cast_courses(7, 20)


def test_different_seeds_share_neither_people_nor_courses() -> None:
    assert not {each.email for each in cast_learners(1, 200)} & {each.email for each in cast_learners(2, 200)}
    assert not {each.user_id for each in cast_learners(1, 200)} & {
        each.user_id for each in cast_learners(2, 200)
    }
    assert not {each.activity_id for each in cast_courses(1, 200)} & {
        each.activity_id for each in cast_courses(2, 200)
    }


def test_nobody_is_there_twice_in_a_large_cast() -> None:
    learners = cast_learners(3, 5000)
    assert len({each.email for each in learners}) == 5000
    assert len({each.user_id for each in learners}) == 5000
    courses = cast_courses(3, 1000)
    assert len({each.activity_id for each in courses}) == 1000
    assert len({each.title for each in courses}) == 1000


def test_learners_have_plain_addresses_and_guids() -> None:
    for learner in cast_learners(11, 300):
        assert learner.email.isascii()
        assert learner.email == learner.email.lower()
        assert learner.email.endswith("@seed11.example.com")
        assert str(uuid.UUID(learner.user_id)) == learner.user_id
        assert learner.name == f"{learner.family_name}, {learner.given_name}"


def test_names_come_from_several_cultures() -> None:
    assert len({each.family_name for each in cast_learners(1, 40)}) > 25


def test_course_numbers_are_far_from_real_ones() -> None:
    numbers = [int(each.activity_id.rpartition(":")[2]) for each in cast_courses(5, 50)]
    assert min(numbers) >= 7_000_000_000
    assert [int(c.activity_id.rpartition(":")[2]) for c in cast_courses(5, 2, first_number=9)] == [9, 10]
